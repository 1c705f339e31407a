use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use event_datagram::{EventBuf, ParamBuf, Socket, ValueBuf};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::input_file::open_file_or_pipe;
use event_datagram_conformance::send::Sender;
use event_datagram_conformance::transport::{Address, Port, SendError};

use crate::args::SendArgs;
use crate::capture_line::CapturedLine;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::pace::Pace;
use crate::signals::{GRACE, Signals};
use crate::terminal::{message, plural};
use crate::translate::{encode_event, for_each_line, parse_event};

/// Sends the event in the arguments, the events of JSON lines, or captured datagrams, and prints
/// how many.
pub(crate) fn run(args: &SendArgs, signals: &Signals) -> CommandResult {
    let mut output = DatagramOutput::connect(args)?;
    let (tally, address) = (Arc::clone(&output.tally), output.address.clone());
    signals.clean_up_with(move || print_in_time(tally, address));
    let status = if let Some(name) = &args.name {
        let event = event_from_args(name, &args.params).map_err(|why| usage_error(&why))?;
        let datagram = encode_event(args.dialect, &event, "").map_err(|why| usage_error(&why))?;
        output.send(&datagram)?;
        ExitStatus::Success
    } else if let Some(path) = &args.captures {
        let mut pace = args.pace.then(Pace::of_times);
        output.send_lines(path, |number, line| {
            let captured = CapturedLine::parse(line)?;
            note_refusals(&captured.datagram, number);
            if let Some(pace) = &mut pace {
                pace.wait(captured.time);
            }
            Ok(captured.datagram)
        })?
    } else {
        let path = args.lines.as_deref().unwrap_or(Path::new("-"));
        output.send_lines(path, |number, line| {
            encode_event(
                args.dialect,
                &parse_event(line)?,
                &format!("line {number}: "),
            )
        })?
    };
    let tally = lock(&output.tally).clone();
    tally.print(&output.address);
    match status {
        ExitStatus::Success if !tally.unsent.is_empty() => Ok(ExitStatus::Failed),
        status => Ok(status),
    }
}

/// Prints why real servers would not have sent a datagram.
fn note_refusals(datagram: &[u8], number: usize) {
    let dialect = Dialect::detect(datagram);
    let name = dialect.decode(datagram).map(|event| event.name);
    for why in dialect.refusals(&name.unwrap_or_default(), datagram.len()) {
        message(format_args!("line {number}: note: {why}"));
    }
}

/// A sender that counts datagrams, and names its address in every error.
struct DatagramOutput {
    sender: Sender,
    address: Address,
    rate: Option<Pace>,
    /// How long to wait while the socket takes nothing; `None` to go on without the datagram.
    timeout: Option<Duration>,
    tally: Arc<Mutex<Tally>>,
}

/// Counts of datagrams.
#[derive(Clone, Debug, Default)]
struct Tally {
    sent: usize,
    /// Those that were not sent, by the reason.
    unsent: BTreeMap<String, usize>,
    /// The kernel's drop counter before the first datagram, where it can be read.
    dropped_before: Option<u64>,
}

impl DatagramOutput {
    fn connect(args: &SendArgs) -> CommandResult<Self> {
        let text = &args.socket;
        let socket =
            Socket::parse(text).or_exit_with(ExitStatus::Usage, format!("socket `{text}`"))?;
        if socket.is_any_port() {
            return Err(usage_error(&format!(
                "socket `{text}`: nothing can be sent to port 0"
            )));
        }
        let address = Address::resolve(&socket)
            .or_exit_with(ExitStatus::Setup, format!("socket `{text}`"))?;
        if let Address::Udp(address) = &address
            && address.is_ipv6()
        {
            message("note: servers send over IPv4 alone");
        }
        let sender = match args.keep_going {
            true => Sender::new(&address),
            false => Sender::connect(&address)
                .or_exit_with(ExitStatus::Setup, format!("cannot send to {address}"))?,
        };
        let tally = Tally {
            dropped_before: Port::dropped_at(&address),
            ..Tally::default()
        };
        Ok(Self {
            sender,
            address,
            rate: args.rate.map(Pace::of_rate),
            timeout: (!args.keep_going).then_some(args.timeout),
            tally: Arc::new(Mutex::new(tally)),
        })
    }

    /// Sends a datagram for each line. Prints an error for each line without one, and skips it.
    fn send_lines(
        &mut self,
        path: &Path,
        mut to_datagram: impl FnMut(usize, &[u8]) -> Result<Vec<u8>, String>,
    ) -> CommandResult {
        let mut status = ExitStatus::Success;
        let mut failure = None;
        let result = for_each_line(&mut open(path)?, |number, line| {
            let line = line.trim_ascii();
            if line.is_empty() {
                return Ok(());
            }
            match to_datagram(number, line) {
                Ok(datagram) => {
                    failure = self.send(&datagram).err();
                    if failure.is_some() {
                        // Ends the loop.
                        return Err(io::ErrorKind::BrokenPipe.into());
                    }
                }
                Err(why) => {
                    message(format_args!("line {number}: {why}"));
                    status = ExitStatus::Usage;
                }
            }
            Ok(())
        });
        match failure {
            Some(failure) => Err(failure),
            None => result
                .map(|()| status)
                .or_exit_with(ExitStatus::Usage, path.display().to_string()),
        }
    }

    /// Sends a datagram when it is due. With `--keep-going`, counts a datagram that cannot be sent.
    fn send(&mut self, datagram: &[u8]) -> CommandResult<()> {
        if let Some(rate) = &mut self.rate {
            rate.wait(None);
        }
        let sent = self
            .sender
            .send(datagram, self.timeout.unwrap_or(Duration::ZERO));
        let mut tally = lock(&self.tally);
        match sent {
            Ok(()) => tally.sent += 1,
            Err(error) if self.timeout.is_none() => {
                *tally.unsent.entry(reason(&error)).or_default() += 1;
            }
            Err(error) => {
                let before = datagrams(tally.sent);
                let context = format!("{}: after {before}", self.address);
                let error = anyhow::Error::from(error).context(context);
                return Err(Failure::new(ExitStatus::Setup, error));
            }
        }
        Ok(())
    }
}

impl Tally {
    fn print(&self, address: &Address) {
        message(format_args!("sent {} to {address}", datagrams(self.sent)));
        for (reason, count) in &self.unsent {
            message(format_args!("{} not sent: {reason}", datagrams(*count)));
        }
        let before = self.dropped_before.unwrap_or_default();
        let dropped = Port::dropped_at(address).unwrap_or(before);
        let dropped = dropped.saturating_sub(before);
        if dropped > 0 {
            message(format_args!(
                "note: {dropped} did not fit into the listener's receive buffer and were dropped"
            ));
        }
    }
}

/// Prints the counts after a signal, unless standard error is a pipe that nobody reads: then the
/// program ends without them.
fn print_in_time(tally: Arc<Mutex<Tally>>, address: Address) {
    let (printed, is_printed) = mpsc::channel();
    thread::spawn(move || {
        let tally = lock(&tally).clone();
        tally.print(&address);
        let _ = printed.send(());
    });
    let _ = is_printed.recv_timeout(GRACE);
}

/// Returns why a datagram was not sent, without its size, so that datagrams can be counted by the
/// reason.
fn reason(error: &SendError) -> String {
    match error {
        SendError::Refused => "nobody listened".into(),
        SendError::Blocked => "the listener's queue was full".into(),
        SendError::Io { error, .. } => error.to_string(),
        error => error.to_string(),
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

fn usage_error(why: &str) -> Failure {
    Failure::new(ExitStatus::Usage, anyhow::anyhow!("{why}"))
}

fn datagrams(count: usize) -> String {
    plural(count, "datagram")
}

/// Opens a file or a pipe, or standard input for `-`.
pub(crate) fn open(path: &Path) -> CommandResult<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file =
        open_file_or_pipe(path).or_exit_with(ExitStatus::Usage, path.display().to_string())?;
    Ok(Box::new(BufReader::new(file)))
}

fn event_from_args(name: &OsStr, params: &[OsString]) -> Result<EventBuf, String> {
    let params = params.iter().map(|param| parse_param(param));
    let params: Result<Vec<_>, _> = params.collect();
    Ok(EventBuf::new(bytes(name), params?))
}

/// Parses `value`, `name=value`, or `=value` where the value holds `=`; and with `:=` an integer or
/// null.
fn parse_param(text: &OsStr) -> Result<ParamBuf, String> {
    let text = bytes(text);
    let Some(at) = text.iter().position(|byte| *byte == b'=') else {
        return Ok(ParamBuf::unnamed(text));
    };
    let (name, value) = (&text[..at], &text[at + 1..]);
    let (name, value) = match name.strip_suffix(b":") {
        Some(name) => (name, parse_typed_value(value)?),
        None => (name, ValueBuf::from(value)),
    };
    let name = (!name.is_empty()).then(|| name.to_vec());
    Ok(ParamBuf { name, value })
}

fn parse_typed_value(text: &[u8]) -> Result<ValueBuf, String> {
    if text == b"null" {
        return Ok(ValueBuf::Null);
    }
    let text = String::from_utf8_lossy(text);
    let integer = text.parse().map(ValueBuf::Integer);
    integer.map_err(|_| format!("`:={text}`: expected a signed 64-bit integer or null"))
}

#[cfg(unix)]
fn bytes(text: &OsStr) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    text.as_bytes().into()
}

#[cfg(not(unix))]
fn bytes(text: &OsStr) -> Vec<u8> {
    text.to_string_lossy().into_owned().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_named_or_not_and_strings_unless_marked() {
        let param = |text: &str| parse_param(text.as_ref()).unwrap();
        assert_eq!(param("ip=::1"), ParamBuf::named("ip", "::1"));
        assert_eq!(param("a=b=c"), ParamBuf::named("a", "b=c"));
        assert_eq!(param("n=5"), ParamBuf::named("n", "5"));
        assert_eq!(param("n:=-5"), ParamBuf::named("n", -5));
        assert_eq!(param("n:=null"), ParamBuf::named("n", ValueBuf::Null));
        assert_eq!(param("n="), ParamBuf::named("n", ""));
        assert_eq!(
            param("sip:alice@example.com"),
            ParamBuf::unnamed("sip:alice@example.com")
        );
        assert_eq!(param("=a=b"), ParamBuf::unnamed("a=b"));
        assert_eq!(param(":=7"), ParamBuf::unnamed(7));
        assert_eq!(param(""), ParamBuf::unnamed(""));
        for text in ["n:=", "n:=1.5", "n:=9223372036854775808", ":=x"] {
            assert!(parse_param(text.as_ref()).is_err(), "{text}");
        }
    }
}
