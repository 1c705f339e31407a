use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use event_datagram::{EventBuf, ParamBuf, Socket, ValueBuf};
use event_datagram_conformance::send::Sender;
use event_datagram_conformance::transport::Address;
use serde_json::Value;

use crate::args::SendArgs;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::translate::{datagram_of, each_line, event_of};

/// Sends what the arguments name, what standard input says, or what was captured, and tells how much it was.
pub(crate) fn run(args: &SendArgs) -> crate::Result {
    let mut out = Out::connect(&args.socket, args.timeout)?;
    let exit = if let Some(name) = &args.name {
        let event = event(name, &args.params).map_err(|why| usage(&why))?;
        let datagram = datagram_of(args.dialect, &event, "").map_err(|why| usage(&why))?;
        out.send(&datagram)?;
        Exit::Success
    } else if let Some(path) = &args.captures {
        out.send_lines(path, |_, line| captured(line))?
    } else {
        let path = args.lines.as_deref().unwrap_or(Path::new("-"));
        out.send_lines(path, |number, line| {
            datagram_of(args.dialect, &event_of(line)?, &format!("line {number}: "))
        })?
    };
    out.tell();
    Ok(exit)
}

/// A sender, with all that its messages say.
struct Out {
    sender: Sender,
    address: Address,
    limit: Duration,
}

impl Out {
    fn connect(text: &str, limit: Duration) -> crate::Result<Self> {
        let socket = Socket::parse(text).or_exit_with(Exit::Usage, format!("socket `{text}`"))?;
        if socket.is_any_port() {
            return Err(usage(&format!(
                "socket `{text}`: nothing can be sent to port 0"
            )));
        }
        let address =
            Address::resolve(&socket).or_exit_with(Exit::Setup, format!("socket `{text}`"))?;
        let sender = Sender::connect(&address)
            .or_exit_with(Exit::Setup, format!("cannot send to {address}"))?;
        Ok(Self {
            sender,
            address,
            limit,
        })
    }

    /// Sends a datagram for each line. What cannot be sent because of what it is, is told and left out.
    fn send_lines(
        &mut self,
        path: &Path,
        datagram_of: impl Fn(usize, &[u8]) -> Result<Vec<u8>, String>,
    ) -> crate::Result {
        let mut exit = Exit::Success;
        let mut failure = None;
        let walk = each_line(&mut open(path)?, |number, line| {
            let line = line.trim_ascii();
            if line.is_empty() {
                return Ok(());
            }
            match datagram_of(number, line) {
                Ok(datagram) => {
                    failure = self.send(&datagram).err();
                    if failure.is_some() {
                        // No more lines are wanted.
                        return Err(io::ErrorKind::BrokenPipe.into());
                    }
                }
                Err(why) => {
                    anstream::eprintln!("evdg: line {number}: {why}");
                    exit = Exit::Usage;
                }
            }
            Ok(())
        });
        match failure {
            Some(failure) => Err(failure),
            None => walk
                .map(|()| exit)
                .or_exit_with(Exit::Usage, path.display().to_string()),
        }
    }

    fn send(&mut self, datagram: &[u8]) -> crate::Result<()> {
        let sent = self.sender.send(datagram, self.limit);
        sent.map_err(|error| {
            let before = datagrams(self.sender.sent().count);
            let context = format!("{}: after {before}", self.address);
            Failure::new(Exit::Setup, anyhow::Error::from(error).context(context))
        })
    }

    fn tell(&self) {
        let sent = self.sender.sent();
        let (count, address) = (datagrams(sent.count), &self.address);
        anstream::eprintln!("evdg: sent {count} to {address}");
        if sent.dropped > 0 {
            anstream::eprintln!(
                "evdg: note: {} did not fit into the listener's receive buffer and were dropped",
                sent.dropped
            );
        }
    }
}

fn usage(why: &str) -> Failure {
    Failure::new(Exit::Usage, anyhow::anyhow!("{why}"))
}

fn datagrams(count: usize) -> String {
    format!("{count} datagram{}", if count == 1 { "" } else { "s" })
}

pub(crate) fn open(path: &Path) -> crate::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).or_exit_with(Exit::Usage, path.display().to_string())?;
    Ok(Box::new(BufReader::new(file)))
}

/// Gives the bytes that a line of a capture holds.
pub(crate) fn captured(line: &[u8]) -> Result<Vec<u8>, String> {
    let capture: Value =
        serde_json::from_slice(line).map_err(|error| format!("it is not JSON: {error}"))?;
    let digits = capture.get("datagram_hex").and_then(Value::as_str);
    let digits = digits.ok_or("it has no `datagram_hex`")?;
    hex::decode(digits).map_err(|error| format!("datagram_hex is not hex: {error}"))
}

fn event(name: &OsStr, params: &[OsString]) -> Result<EventBuf, String> {
    let params = params.iter().map(|param| param_of(param));
    let params: Result<Vec<_>, _> = params.collect();
    Ok(EventBuf::new(bytes(name), params?))
}

/// Reads `value`, `name=value`, or `=value` where the value holds `=`; and with `:=` an integer or null.
fn param_of(text: &OsStr) -> Result<ParamBuf, String> {
    let text = bytes(text);
    let Some(at) = text.iter().position(|byte| *byte == b'=') else {
        return Ok(ParamBuf::unnamed(text));
    };
    let (name, value) = (&text[..at], &text[at + 1..]);
    let (name, value) = match name.strip_suffix(b":") {
        Some(name) => (name, typed(value)?),
        None => (name, ValueBuf::from(value)),
    };
    let name = (!name.is_empty()).then(|| name.to_vec());
    Ok(ParamBuf { name, value })
}

fn typed(text: &[u8]) -> Result<ValueBuf, String> {
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
        let param = |text: &str| param_of(text.as_ref()).unwrap();
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
            assert!(param_of(text.as_ref()).is_err(), "{text}");
        }
    }
}
