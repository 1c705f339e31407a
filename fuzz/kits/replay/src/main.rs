//! Feeds a parser process datagrams, one a line in hex, and asks the oracle about each answer.
//!
//! `replay [COUNT [SEED]] -- COMMAND…` sends the seeds, the shortest first, then COUNT mutations of
//! them, and ends at the first reading that is not admissible.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::{env, fs};

use event_datagram_conformance::dialect::Dialect;
use event_datagram_oracle_c::{Answer, LineAnswer, line_answer, line_explanation, mutated};

/// The dialect that the parser reads.
const DIALECT: Dialect = Dialect::Text;
const SEEDS: &str = "seeds/text";
/// Whether departures from requirements of level should are findings, too.
const STRICT: bool = false;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let split = arguments.iter().position(|argument| argument == "--");
    let (numbers, command) = arguments.split_at(split.ok_or("usage: replay [COUNT [SEED]] -- COMMAND…")?);
    let count = numbers.first().map_or(Ok(100_000), |count| count.parse())?;
    let seed = numbers.get(1).map_or(Ok(1), |seed| seed.parse())?;
    let [_, program, arguments @ ..] = command else {
        return Err("usage: replay [COUNT [SEED]] -- COMMAND…".into());
    };
    let mut parser = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut streams = Streams {
        input: parser.stdin.take().ok_or("no standard input")?,
        output: BufReader::new(parser.stdout.take().ok_or("no standard output")?),
    };

    let mut seeds = Vec::new();
    for entry in fs::read_dir(SEEDS)? {
        seeds.push(fs::read(entry?.path())?);
    }
    seeds.sort_by_key(|seed| (seed.len(), seed.clone()));
    let mutation = |turn: u32| {
        let number = turn.wrapping_mul(2_654_435_769) ^ seed;
        mutated(DIALECT, &seeds[number as usize % seeds.len()], number)
    };
    let mutations = (0..count).map(mutation);
    for datagram in seeds.iter().cloned().chain(mutations) {
        if let Some(why) = streams.finding(&datagram)? {
            println!("datagram {}\n\"{}\"", hex::encode(&datagram), datagram.escape_ascii());
            println!("not admissible: {why}");
            parser.kill()?;
            return Ok(ExitCode::FAILURE);
        }
    }
    println!("{} seeds and {count} mutations, and every reading is admissible", seeds.len());
    Ok(ExitCode::SUCCESS)
}

/// The streams of the parser.
struct Streams {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Streams {
    /// Sends a datagram, and returns what is wrong with the answer.
    fn finding(&mut self, datagram: &[u8]) -> Result<Option<String>, Box<dyn Error>> {
        let sent = writeln!(self.input, "{}", hex::encode(datagram));
        let mut line = Vec::new();
        loop {
            line.clear();
            if sent.is_err() || self.output.read_until(b'\n', &mut line)? == 0 {
                return Ok(Some("the parser ended".into()));
            }
            let line = line.trim_ascii_end();
            match line_answer(DIALECT, datagram, line) {
                LineAnswer::Report(Answer::Admissible) => return Ok(None),
                LineAnswer::Report(Answer::AdvisedAgainst) if !STRICT => return Ok(None),
                LineAnswer::Report(_) => {
                    return Ok(Some(line_explanation(DIALECT, datagram, line)));
                }
                // A line of the parser's log, or that it is ready.
                _ => {}
            }
        }
    }
}
