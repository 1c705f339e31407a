use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use event_datagram::{EventBuf, advise};
use event_datagram_conformance::contract::error_line;
use event_datagram_conformance::contract::{Line, parse_line};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::input_file::{Limited, MAX_LINE, read_line};
use event_datagram_conformance::listen::write_line;
use memchr::memchr;

use crate::args::{DecodeArgs, EncodeArgs};
use crate::exit_status::{CommandResult, ExitStatus, Failure};
use crate::hex_digits;
use crate::terminal::message;

/// Reads datagrams, and writes for each the line of a listener. A line that is no datagram gets a
/// line, too, so that the output has a line for each line of input.
pub(crate) fn decode(args: &DecodeArgs) -> CommandResult {
    let stdin = io::stdin().lock();
    let mut out = io::stdout().lock();
    if args.raw {
        let mut datagram = Vec::new();
        Limited::new(stdin, MAX_LINE).read_to_end(&mut datagram)?;
        let dialect = Dialect::or_detect(args.dialect, &datagram);
        write_line(&mut out, &mut dialect.report_line(&datagram))?;
        return Ok(ExitStatus::Success);
    }
    let mut status = ExitStatus::Success;
    let mut datagram = Vec::new();
    answer_lines(stdin, &mut out, |number, line, answers| {
        match hex_digits::decode(line, &mut datagram) {
            Ok(()) => {
                let dialect = Dialect::or_detect(args.dialect, &datagram);
                dialect.append_report_line(&datagram, answers);
            }
            Err(error) => {
                let why = format!("line {number} is not hex: {error}");
                message(&why);
                status = ExitStatus::Usage;
                answers.extend(error_line(&why));
            }
        }
        answers.push(b'\n');
    })?;
    Ok(status)
}

/// Reads events, and writes their datagrams byte for byte as OpenSIPS would. Lines that are no
/// events are printed and skipped.
pub(crate) fn encode(args: &EncodeArgs) -> CommandResult {
    let mut stdin = io::stdin().lock();
    let mut out = BufWriter::new(io::stdout().lock());
    let encode =
        |line: &[u8], prefix: &str| encode_event(args.dialect, &parse_event(line)?, prefix);
    if args.raw {
        let mut line = Vec::new();
        Limited::new(&mut stdin, MAX_LINE).read_to_end(&mut line)?;
        let datagram = encode(line.trim_ascii(), "").map_err(|message| {
            Failure::new(
                ExitStatus::Usage,
                anyhow::anyhow!("standard input: {message}"),
            )
        })?;
        out.write_all(&datagram)?;
        out.flush()?;
        return Ok(ExitStatus::Success);
    }
    let mut status = ExitStatus::Success;
    for_each_line(&mut stdin, |number, line| {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        match encode(line, &format!("line {number}: ")) {
            Ok(datagram) => {
                writeln!(out, "{}", hex::encode(datagram))?;
                out.flush()
            }
            Err(why) => {
                message(format_args!("line {number}: {why}"));
                status = ExitStatus::Usage;
                Ok(())
            }
        }
    })?;
    Ok(status)
}

/// The most bytes of input that are read at once, and the bytes of output that are written at once.
pub(crate) const BUFFER: usize = 1 << 16;

/// Calls `answer` for each line, with its number from 1 and without white space around it, and
/// writes the answers that it appends. Before it waits for more lines, all answers are written and
/// flushed: whoever sends the lines may wait for them.
fn answer_lines(
    input: impl Read,
    out: &mut impl Write,
    mut answer: impl FnMut(usize, &[u8], &mut Vec<u8>),
) -> io::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let mut answers = Vec::new();
    let mut line = Vec::new();
    for number in 1.. {
        let may_wait = memchr(b'\n', input.buffer()).is_none();
        if may_wait || answers.len() >= BUFFER {
            out.write_all(&answers)?;
            out.flush()?;
            answers.clear();
        }
        if read_line(&mut input, &mut line)? == 0 {
            break;
        }
        answer(number, line.trim_ascii(), &mut answers);
    }
    Ok(())
}

/// Calls `on_line` for each line, with its number from 1 and without its line feed.
pub(crate) fn for_each_line(
    input: &mut impl BufRead,
    mut on_line: impl FnMut(usize, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1.. {
        if read_line(input, &mut line)? == 0 {
            break;
        }
        on_line(number, line.strip_suffix(b"\n").unwrap_or(&line))?;
    }
    Ok(())
}

/// Parses a line of the contract as an event.
pub(crate) fn parse_event(line: &[u8]) -> Result<EventBuf, String> {
    match parse_line(line) {
        Some(Line::Event(event)) => Ok(event),
        Some(Line::Malformed(why)) => Err(why),
        Some(_) => Err("it is no event".into()),
        None => Err("it does not start with `{`".into()),
    }
}

/// Returns the datagram of an event. Prints on standard error, after `prefix`, what a listener will
/// read differently, and what the documentation advises against.
pub(crate) fn encode_event(
    dialect: Dialect,
    event: &EventBuf,
    prefix: &str,
) -> Result<Vec<u8>, String> {
    let datagram = dialect.encode(event)?;
    for caveat in dialect.caveats(event) {
        message(format_args!("{prefix}note: {caveat}"));
    }
    if let Some(advice) = advise(&event.name) {
        message(format_args!("{prefix}note: {advice}"));
    }
    Ok(datagram)
}
