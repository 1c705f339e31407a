use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use event_datagram::{EventBuf, ParamBuf, Socket, ValueBuf};
use event_datagram_conformance::input_file::open_file_or_pipe;
use event_datagram_conformance::send::Sender;
use event_datagram_conformance::transport::Address;
use serde_json::Value;

use crate::args::SendArgs;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::terminal::message;
use crate::translate::{encode_event, for_each_line, parse_event};

/// Sends the event in the arguments, the events of JSON lines, or captured datagrams, and prints
/// how many.
pub(crate) fn run(args: &SendArgs) -> CommandResult {
    let mut output = DatagramOutput::connect(&args.socket, args.timeout)?;
    let status = if let Some(name) = &args.name {
        let event = event_from_args(name, &args.params).map_err(|why| usage_error(&why))?;
        let datagram = encode_event(args.dialect, &event, "").map_err(|why| usage_error(&why))?;
        output.send(&datagram)?;
        ExitStatus::Success
    } else if let Some(path) = &args.captures {
        output.send_lines(path, |_, line| parse_capture(line))?
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
    output.print_summary();
    Ok(status)
}

/// A sender that names its address in every error.
struct DatagramOutput {
    sender: Sender,
    address: Address,
    timeout: Duration,
}

impl DatagramOutput {
    fn connect(text: &str, timeout: Duration) -> CommandResult<Self> {
        let socket =
            Socket::parse(text).or_exit_with(ExitStatus::Usage, format!("socket `{text}`"))?;
        if socket.is_any_port() {
            return Err(usage_error(&format!(
                "socket `{text}`: nothing can be sent to port 0"
            )));
        }
        let address = Address::resolve(&socket)
            .or_exit_with(ExitStatus::Setup, format!("socket `{text}`"))?;
        let sender = Sender::connect(&address)
            .or_exit_with(ExitStatus::Setup, format!("cannot send to {address}"))?;
        Ok(Self {
            sender,
            address,
            timeout,
        })
    }

    /// Sends a datagram for each line. Lines that hold none are printed and skipped.
    fn send_lines(
        &mut self,
        path: &Path,
        to_datagram: impl Fn(usize, &[u8]) -> Result<Vec<u8>, String>,
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

    fn send(&mut self, datagram: &[u8]) -> CommandResult<()> {
        let sent = self.sender.send(datagram, self.timeout);
        sent.map_err(|error| {
            let before = datagrams(self.sender.statistics().count);
            let context = format!("{}: after {before}", self.address);
            Failure::new(
                ExitStatus::Setup,
                anyhow::Error::from(error).context(context),
            )
        })
    }

    fn print_summary(&self) {
        let sent = self.sender.statistics();
        let (count, address) = (datagrams(sent.count), &self.address);
        message(format_args!("sent {count} to {address}"));
        if sent.dropped > 0 {
            message(format_args!(
                "note: {} did not fit into the listener's receive buffer and were dropped",
                sent.dropped
            ));
        }
    }
}

fn usage_error(why: &str) -> Failure {
    Failure::new(ExitStatus::Usage, anyhow::anyhow!("{why}"))
}

fn datagrams(count: usize) -> String {
    format!("{count} datagram{}", if count == 1 { "" } else { "s" })
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

/// Parses a line of a capture file, and returns its datagram.
pub(crate) fn parse_capture(line: &[u8]) -> Result<Vec<u8>, String> {
    let capture: Value =
        serde_json::from_slice(line).map_err(|error| format!("it is not JSON: {error}"))?;
    let digits = capture.get("datagram_hex").and_then(Value::as_str);
    let digits = digits.ok_or("it has no `datagram_hex`")?;
    hex::decode(digits).map_err(|error| format!("datagram_hex is not hex: {error}"))
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
