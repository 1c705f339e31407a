use std::io::{self, BufRead, BufWriter, Read, Write};

use event_datagram::{EventBuf, advise};
use event_datagram_conformance::contract::error_line;
use event_datagram_conformance::contract::{Line, parse_line};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::listen::write_line;

use crate::args::TranslateArgs;
use crate::exit::{Exit, Failure};

/// Reads datagrams and writes the lines that a listener would. A line that is no datagram is reported, too, so that
/// the answers stay in step with the questions.
pub(crate) fn decode(args: &TranslateArgs) -> crate::Result {
    let mut stdin = io::stdin().lock();
    let mut out = BufWriter::new(io::stdout().lock());
    if args.raw {
        let mut datagram = Vec::new();
        stdin.read_to_end(&mut datagram)?;
        write_line(&mut out, args.dialect.report_line(&datagram))?;
        return Ok(Exit::Success);
    }
    let mut exit = Exit::Success;
    each_line(&mut stdin, |number, line| {
        let report = match hex::decode(line.trim_ascii()) {
            Ok(datagram) => args.dialect.report_line(&datagram),
            Err(error) => {
                let message = format!("line {number} is not hex: {error}");
                anstream::eprintln!("evdg: {message}");
                exit = Exit::Usage;
                error_line(&message)
            }
        };
        write_line(&mut out, report)
    })?;
    Ok(exit)
}

/// Reads events and writes their datagrams, byte for byte as OpenSIPS would. What is not an event is told and left out.
pub(crate) fn encode(args: &TranslateArgs) -> crate::Result {
    let mut stdin = io::stdin().lock();
    let mut out = BufWriter::new(io::stdout().lock());
    let encoded = |line: &[u8], place: &str| datagram_of(args.dialect, &event_of(line)?, place);
    if args.raw {
        let mut line = Vec::new();
        stdin.read_to_end(&mut line)?;
        let datagram = encoded(line.trim_ascii(), "").map_err(|message| {
            Failure::new(Exit::Usage, anyhow::anyhow!("standard input: {message}"))
        })?;
        out.write_all(&datagram)?;
        out.flush()?;
        return Ok(Exit::Success);
    }
    let mut exit = Exit::Success;
    each_line(&mut stdin, |number, line| {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        match encoded(line, &format!("line {number}: ")) {
            Ok(datagram) => {
                writeln!(out, "{}", hex::encode(datagram))?;
                out.flush()
            }
            Err(message) => {
                anstream::eprintln!("evdg: line {number}: {message}");
                exit = Exit::Usage;
                Ok(())
            }
        }
    })?;
    Ok(exit)
}

/// Goes through lines, with their numbers and without their line feeds.
pub(crate) fn each_line(
    input: &mut impl BufRead,
    mut act: impl FnMut(usize, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        act(number, line.strip_suffix(b"\n").unwrap_or(&line))?;
    }
    Ok(())
}

/// Reads an event by the contract.
pub(crate) fn event_of(line: &[u8]) -> Result<EventBuf, String> {
    match parse_line(line) {
        Some(Line::Event(event)) => Ok(event),
        Some(Line::Malformed(why)) => Err(why),
        Some(_) => Err("it is no event".into()),
        None => Err("it does not start with `{`".into()),
    }
}

/// Gives the datagram of an event, and says on standard error what it will not tell as it was meant, and what the
/// documentation advises against.
pub(crate) fn datagram_of(
    dialect: Dialect,
    event: &EventBuf,
    place: &str,
) -> Result<Vec<u8>, String> {
    let datagram = dialect.encode(event)?;
    for caveat in dialect.caveats(event) {
        anstream::eprintln!("evdg: {place}note: {caveat}");
    }
    if let Some(advice) = advise(&event.name) {
        anstream::eprintln!("evdg: {place}note: {advice}");
    }
    Ok(datagram)
}
