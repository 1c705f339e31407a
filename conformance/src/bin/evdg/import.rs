use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use event_datagram_conformance::capture::{CaptureStatistics, CapturedDatagram, read};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::listen::write_line;
use event_datagram_conformance::vectors::VectorFile;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::args::ImportArgs;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};

/// Writes the datagrams of a capture as JSON lines or as a vector file, and prints what was
/// skipped.
pub(crate) fn run(args: &ImportArgs) -> CommandResult {
    let path = &args.capture;
    let reader: Box<dyn Read + Send> = if *path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).or_exit_with(ExitStatus::Usage, path.display().to_string())?)
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut statistics = CaptureStatistics::default();
    let mut written = Ok(());
    let mut vectors = args
        .vectors
        .as_deref()
        .map(|topic| VectorFile::new(topic, args.dialect));
    let result = read(
        reader,
        args.port,
        &mut statistics,
        |datagram| match &mut vectors {
            Some(vectors) => vectors.add(datagram.payload),
            None if written.is_ok() => {
                let line = json_line(args.dialect, datagram);
                written = write_line(&mut out, line.to_string().into_bytes());
            }
            None => {}
        },
    );
    written?;
    if let Some(vectors) = vectors.take_if(|vectors| !vectors.is_empty()) {
        let (count, left_out) = (vectors.len(), vectors.left_out());
        writeln!(out, "{:#}", vectors.into_json())?;
        anstream::eprintln!(
            "evdg: {count} vectors, one for each datagram that is not like another"
        );
        print_skipped(left_out, "with too many readings to expect any, left out");
    }
    out.flush()?;
    let (datagrams, packets) = (statistics.datagrams, statistics.packets);
    anstream::eprintln!("evdg: {datagrams} UDP datagrams in {packets} packets");
    print_skipped(
        statistics.truncated,
        "of which the capture holds only the beginning, left out",
    );
    print_skipped(
        statistics.incomplete,
        "of which fragments lack or do not fit, left out",
    );
    print_skipped(
        statistics.unsupported_link,
        "in packets of a network that is not known here, left out",
    );
    result.or_exit_with(ExitStatus::Usage, path.display().to_string())?;
    if datagrams == 0 {
        let why = match args.port {
            Some(port) => format!("no UDP datagram from or to port {port} is in it"),
            None => "no UDP datagram is in it".into(),
        };
        let error = anyhow::anyhow!("{}: {why}", path.display());
        return Err(Failure::new(ExitStatus::Nothing, error));
    }
    Ok(ExitStatus::Success)
}

fn print_skipped(count: usize, what: &str) {
    if count > 0 {
        anstream::eprintln!("evdg: {count} {what}");
    }
}

/// Returns the JSON line of a datagram, which `evdg send --captures` reads.
fn json_line(dialect: Dialect, datagram: &CapturedDatagram<'_>) -> Value {
    let time = datagram
        .time
        .and_then(|time| SignedDuration::try_from(time).ok());
    let time = time.and_then(|time| Timestamp::from_duration(time).ok());
    let mut line = json!({
        "time": time.map(|time| time.to_string()),
        "from": format!("udp:{}", datagram.source),
        "to": format!("udp:{}", datagram.destination),
    });
    let report = dialect.report_line(datagram.payload);
    if let Ok(Value::Object(report)) = serde_json::from_slice(&report) {
        for (member, value) in report {
            line[member] = value;
        }
    }
    line["datagram_hex"] = hex::encode(datagram.payload).into();
    line
}
