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
    let topic = args.vectors.as_deref();
    let mut vectors = topic.map(|topic| DetectedVectorFile::new(topic, args.dialect));
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
    if let Some(vectors) = vectors {
        vectors.finish(&mut out)?;
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

/// A vector file in the dialect that is named, or else in that of the first datagram.
struct DetectedVectorFile<'a> {
    topic: &'a str,
    named: Option<Dialect>,
    /// The file and its dialect. `None` before the first datagram.
    file: Option<(Dialect, VectorFile)>,
    /// The count of datagrams that look like the other dialect.
    other_dialect: usize,
}

impl<'a> DetectedVectorFile<'a> {
    fn new(topic: &'a str, named: Option<Dialect>) -> Self {
        Self {
            topic,
            named,
            file: None,
            other_dialect: 0,
        }
    }

    /// Adds a datagram, unless it looks like another dialect than that of the file.
    fn add(&mut self, datagram: &[u8], out: &mut impl Write) -> io::Result<()> {
        let detected = Dialect::or_detect(self.named, datagram);
        let create = || (detected, VectorFile::new(self.topic, detected));
        let (dialect, file) = self.file.get_or_insert_with(create);
        if detected == *dialect {
            return file.add(datagram, out);
        }
        self.other_dialect += 1;
        Ok(())
    }

    /// Writes the end of the file, if it has vectors, and prints how many there are and what was
    /// left out.
    fn finish(self, out: &mut impl Write) -> io::Result<()> {
        let Some((dialect, file)) = self.file else {
            return Ok(());
        };
        if !file.is_empty() {
            file.finish(out)?;
            message(format_args!(
                "{} vectors, one for each datagram that is not like another",
                file.len()
            ));
            print_skipped(
                file.left_out(),
                "with too many readings to expect any, left out",
            );
        }
        let other = dialect.other();
        print_skipped(
            self.other_dialect,
            &format!(
                "that look like {other}, left out: a vector file has one dialect, and --dialect \
                 names it"
            ),
        );
        Ok(())
    }
}

/// The JSON lines of datagrams, which `evdg send --captures` reads: when and where a datagram was
/// captured, the members of its report, and its bytes.
struct CaptureLine {
    /// `None` reads each datagram in the dialect that it looks like.
    dialect: Option<Dialect>,
    /// The addresses of the last datagram, and the members that name them: the next datagram often
    /// has the same.
    ends: Option<[SocketAddr; 2]>,
    ends_members: String,
    line: Vec<u8>,
}

impl CaptureLine {
    fn new(dialect: Option<Dialect>) -> Self {
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
        let dialect = Dialect::or_detect(self.dialect, datagram.payload);
        dialect.append_report_line(datagram.payload, line);
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
