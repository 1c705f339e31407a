use std::io::{self, BufWriter, Read, Write};
use std::net::SocketAddr;
use std::path::Path;

use event_datagram_conformance::capture::{
    CaptureError, CaptureStatistics, CapturedDatagram, read,
};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::input_file::{is_too_long, open_file_or_pipe};
use event_datagram_conformance::vectors::VectorFile;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};

use crate::args::ImportArgs;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::hex_digits;
use crate::terminal::message;

/// The bytes of output that are written at once.
const BUFFER: usize = 1 << 16;

/// Writes the datagrams of a capture as JSON lines or as a vector file, and prints what was
/// skipped.
pub(crate) fn run(args: &ImportArgs) -> CommandResult {
    let path = &args.capture;
    let reader: Box<dyn Read + Send> = if *path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = open_file_or_pipe(path);
        Box::new(file.or_exit_with(ExitStatus::Usage, path.display().to_string())?)
    };
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let mut statistics = CaptureStatistics::default();
    let mut line = CaptureLine::new(args.dialect);
    let mut vectors = args
        .vectors
        .as_deref()
        .map(|topic| VectorFile::new(topic, args.dialect));
    let result = read(
        reader,
        args.port,
        &mut statistics,
        |datagram| match &mut vectors {
            Some(vectors) => vectors.add(datagram.payload, &mut out),
            None => out.write_all(line.of(datagram)),
        },
    );
    let result = match result {
        Err(CaptureError::PassOn(error)) if !is_too_long(&error) => {
            return Err(error.into());
        }
        result => result,
    };
    if let Some(vectors) = vectors.filter(|vectors| !vectors.is_empty()) {
        let (count, left_out) = (vectors.len(), vectors.left_out());
        vectors.finish(&mut out)?;
        message(format_args!(
            "{count} vectors, one for each datagram that is not like another"
        ));
        print_skipped(left_out, "with too many readings to expect any, left out");
    }
    out.flush()?;
    let (datagrams, packets) = (statistics.datagrams, statistics.packets);
    message(format_args!(
        "{datagrams} UDP datagrams in {packets} packets"
    ));
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
    print_skipped(
        statistics.undescribed_interface,
        "in packets of an interface that the capture does not describe, left out",
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
        message(format_args!("{count} {what}"));
    }
}

/// The JSON lines of datagrams, which `evdg send --captures` reads: when and where a datagram was
/// captured, the members of its report, and its bytes.
struct CaptureLine {
    dialect: Dialect,
    /// The addresses of the last datagram, and the members that name them: the next datagram often
    /// has the same.
    ends: Option<[SocketAddr; 2]>,
    ends_members: String,
    line: Vec<u8>,
}

impl CaptureLine {
    fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            ends: None,
            ends_members: String::new(),
            line: Vec::new(),
        }
    }

    /// Returns the line of a datagram, with its line feed.
    fn of(&mut self, datagram: &CapturedDatagram<'_>) -> &[u8] {
        let [source, destination] = [datagram.source, datagram.destination];
        if self.ends.replace([source, destination]) != Some([source, destination]) {
            self.ends_members = format!(r#","from":"udp:{source}","to":"udp:{destination}""#);
        }
        let line = &mut self.line;
        line.clear();
        line.extend(br#"{"time":"#);
        match timestamp(datagram) {
            Some(time) => {
                line.push(b'"');
                let printed = DateTimePrinter::new().print_timestamp(&time, &mut *line);
                printed.expect("a vector takes everything");
                line.push(b'"');
            }
            None => line.extend(b"null"),
        }
        line.extend(self.ends_members.as_bytes());
        let report = line.len();
        self.dialect.append_report_line(datagram.payload, line);
        // The braces of the report make way for the members around it.
        line[report] = b',';
        line.pop();
        line.extend(br#","datagram_hex":""#);
        hex_digits::append(datagram.payload, line);
        line.extend(b"\"}\n");
        line
    }
}

fn timestamp(datagram: &CapturedDatagram<'_>) -> Option<Timestamp> {
    let time = SignedDuration::try_from(datagram.time?).ok()?;
    Timestamp::from_duration(time).ok()
}
