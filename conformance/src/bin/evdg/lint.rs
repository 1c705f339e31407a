//! `evdg lint`: reads a sender's datagrams from a socket, a capture or JSON lines.

use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use event_datagram_conformance::capture::{
    CaptureError, CaptureStatistics, CapturedDatagram, read,
};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::input_file::open_file_or_pipe;
use event_datagram_conformance::lint::{Linter, write_json, write_text};
use event_datagram_conformance::listen::Listener;
use event_datagram_conformance::transport::Port;

use crate::args::{LintArgs, LintFormat};
use crate::capture::print_statistics;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _, ignore_closed_stdout};
use crate::line_batches::read_batches;
use crate::listen::address;
use crate::reports::prepare;
use crate::signals::Signals;
use crate::terminal::{message, styled_stdout};
use crate::values::ReportArg;

/// How many batches of lines may wait to be linted.
const MAX_WAITING_BATCHES: usize = 4;

/// Prints what listeners will reject or misread in the datagrams of a sender.
pub(crate) fn run(args: &LintArgs, signals: &Signals) -> CommandResult {
    prepare(&args.reports, [&args.input])?;
    let source = Source::open(&args.input)?;
    let unit = source.unit();
    let linter = SharedLinter::new(args.dialect);
    let read = source.lint(args, &linter, signals);
    signals.clean_up_with(|| ());
    finish(args, unit, &linter, read, signals)
}

/// Reports what was found, even if reading ended with an error.
fn finish(
    args: &LintArgs,
    unit: &str,
    linter: &SharedLinter,
    read: CommandResult,
    signals: &Signals,
) -> CommandResult {
    let linter = linter.lock();
    let (summary, name) = (linter.summary(), args.input.display().to_string());
    if summary.datagrams == 0 {
        return match read? {
            ExitStatus::Success => {
                let error = anyhow::anyhow!("{name}: no datagram was read");
                Err(Failure::new(ExitStatus::Nothing, error))
            }
            status => Ok(status),
        };
    }
    // An interruption must not leave only some of the files written.
    signals.hold();
    for ReportArg { format, path } in &args.reports {
        let written = match format {
            LintFormat::Json => write_json(summary, &name, unit, path),
        };
        written.or_exit_with(ExitStatus::Setup, format!("report {}", path.display()))?;
    }
    signals.release();
    ignore_closed_stdout(write_text(summary, unit, &mut styled_stdout()))?;
    match read? {
        ExitStatus::Success if summary.datagrams_with_errors > 0 => Ok(ExitStatus::Failed),
        status => Ok(status),
    }
}

/// Where datagrams come from.
enum Source<'a> {
    Socket(&'a str),
    Lines(Box<dyn Read + Send>),
    Capture(Box<dyn Read + Send>),
}

impl<'a> Source<'a> {
    /// Opens a file or standard input, and detects what it holds. A socket is bound later.
    fn open(input: &'a Path) -> CommandResult<Self> {
        let is_socket = |text: &&str| text.starts_with("udp:") || text.starts_with("unix:");
        if let Some(socket) = input.to_str().filter(is_socket) {
            return Ok(Self::Socket(socket));
        }
        let name = || input.display().to_string();
        let mut reader: Box<dyn Read + Send> = if input == Path::new("-") {
            Box::new(io::stdin())
        } else {
            let file = open_file_or_pipe(input);
            Box::new(file.or_exit_with(ExitStatus::Usage, name())?)
        };
        let mut start = Vec::new();
        let read = reader.by_ref().take(4).read_to_end(&mut start);
        read.or_exit_with(ExitStatus::Usage, name())?;
        let holds_lines = holds_lines(&start);
        let reader = Box::new(io::Cursor::new(start).chain(reader));
        Ok(match holds_lines {
            true => Self::Lines(reader),
            false => Self::Capture(reader),
        })
    }

    /// Returns what the numbers of examples count: datagrams or lines.
    fn unit(&self) -> &'static str {
        match self {
            Self::Socket(_) | Self::Capture(_) => "datagram",
            Self::Lines(_) => "line",
        }
    }

    /// Passes all datagrams to the linter.
    fn lint(self, args: &LintArgs, linter: &SharedLinter, signals: &Signals) -> CommandResult {
        if args.port.is_some() && !matches!(self, Self::Capture(_)) {
            let name = args.input.display();
            let error = anyhow::anyhow!("--port: expected a packet capture, found {name}");
            return Err(Failure::new(ExitStatus::Usage, error));
        }
        let unit = self.unit();
        match self {
            Self::Socket(socket) => lint_socket(socket, linter, signals),
            Self::Lines(reader) => {
                linter.print_at_signal(unit, signals);
                lint_lines(reader, &args.input, linter)
            }
            Self::Capture(reader) => {
                linter.print_at_signal(unit, signals);
                lint_capture(reader, args, linter)
            }
        }
    }
}

/// Returns whether a file with this start may hold JSON lines; otherwise it may be a capture. A
/// pcapng file also starts with white space, a line feed.
fn holds_lines(start: &[u8]) -> bool {
    const PCAPNG: &[u8] = b"\x0a\x0d\x0d\x0a";
    start != PCAPNG && matches!(start.trim_ascii_start(), [] | [b'{', ..])
}

/// Lints the datagrams that a socket receives, until a signal.
fn lint_socket(text: &str, linter: &SharedLinter, signals: &Signals) -> CommandResult {
    let (address, _) = address(text)?;
    #[cfg(unix)]
    let wake = signals
        .wait_for()
        .or_exit_with(ExitStatus::Setup, "cannot make a pipe")?;
    let listener = Listener::bind(&address)
        .or_exit_with(ExitStatus::Setup, format!("cannot bind {address}"))?;
    #[cfg(unix)]
    if let Some(file) = listener.file() {
        signals.clean_up_with(move || file.remove());
    }
    #[cfg(not(unix))]
    linter.print_at_signal("datagram", signals);
    let address = listener.address();
    let before = Port::dropped_at(address).unwrap_or_default();
    message(format_args!(
        "linting what comes to {address}; Ctrl-C ends it and shows what was found"
    ));
    let mut position = 0;
    let on_datagram = |datagram: &[u8]| {
        position += 1;
        linter.lock().add(position, datagram);
        Ok(())
    };
    #[cfg(unix)]
    let received = listener.for_each_datagram(&wake, on_datagram);
    #[cfg(not(unix))]
    let received = listener.for_each_datagram(on_datagram);
    received.or_exit_with(ExitStatus::Setup, address.to_string())?;
    let dropped = Port::dropped_at(address).unwrap_or(before);
    let dropped = dropped.saturating_sub(before);
    if dropped > 0 {
        message(format_args!(
            "note: {dropped} datagrams did not fit into the receive buffer, and were not seen"
        ));
    }
    Ok(ExitStatus::Success)
}

/// Lints the `datagram_hex` of each JSON line. Prints an error for each line without one. Another
/// thread reads and parses the lines, which takes longer than to lint them.
fn lint_lines(reader: impl Read + Send, path: &Path, linter: &SharedLinter) -> CommandResult {
    let mut status = ExitStatus::Success;
    thread::scope(|scope| {
        let (sender, batches) = sync_channel(MAX_WAITING_BATCHES);
        let reading = thread::Builder::new()
            .spawn_scoped(scope, move || read_batches(reader, &sender))
            .or_exit_with(ExitStatus::Setup, "cannot start a thread")?;
        for (number, datagram) in batches.iter().flatten() {
            match datagram {
                Ok(datagram) => linter.lock().add(number, &datagram),
                Err(why) => {
                    message(format_args!("line {number}: {why}"));
                    status = ExitStatus::Usage;
                }
            }
        }
        let read = reading.join().expect("reading does not panic");
        read.or_exit_with(ExitStatus::Usage, path.display().to_string())?;
        Ok(status)
    })
}

/// Lints the UDP datagrams of a packet capture, and prints what was left out.
fn lint_capture(reader: impl Read + Send, args: &LintArgs, linter: &SharedLinter) -> CommandResult {
    let mut statistics = CaptureStatistics::default();
    let mut position = 0;
    let result = read(
        reader,
        args.port,
        &mut statistics,
        |datagram: &CapturedDatagram<'_>| {
            position += 1;
            linter.lock().add(position, datagram.payload);
            Ok(())
        },
    );
    let name = args.input.display();
    let context = match result {
        Err(CaptureError::Unknown) => format!("{name}: expected a packet capture or JSON lines"),
        _ => {
            print_statistics(&statistics);
            name.to_string()
        }
    };
    result.or_exit_with(ExitStatus::Usage, context)?;
    Ok(ExitStatus::Success)
}

/// A linter that the signal handler can use at any time.
struct SharedLinter(Arc<Mutex<Linter>>);

impl SharedLinter {
    fn new(dialect: Option<Dialect>) -> Self {
        Self(Arc::new(Mutex::new(Linter::new(dialect))))
    }

    fn lock(&self) -> MutexGuard<'_, Linter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints what was found so far if a signal ends the program, which may be waiting for a pipe
    /// then.
    fn print_at_signal(&self, unit: &'static str, signals: &Signals) {
        let shared = Self(Arc::clone(&self.0));
        signals.clean_up_with(move || {
            let linter = shared.lock();
            if linter.summary().datagrams > 0 {
                drop(write_text(linter.summary(), unit, &mut styled_stdout()));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::holds_lines;

    #[test]
    fn the_first_bytes_tell_lines_from_captures() {
        for start in [&b""[..], b"{\"ti", b"\n\n{\"", b"  \r\n"] {
            assert!(holds_lines(start), "{}", start.escape_ascii());
        }
        for start in [
            &b"\x0a\x0d\x0d\x0a"[..],
            b"\xd4\xc3\xb2\xa1",
            b"455f",
            b"\x1f\x8b\x08\0",
        ] {
            assert!(!holds_lines(start), "{}", start.escape_ascii());
        }
    }
}
