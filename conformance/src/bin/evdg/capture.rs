use std::io::{self, BufWriter, Read, StdoutLock, Write};
use std::path::Path;

use event_datagram_conformance::anonymize::Anonymizer;
use event_datagram_conformance::capture::{
    CaptureError, CaptureSink, CaptureStatistics, CapturedDatagram, LeftOut, read,
};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::input_file::{is_too_long, open_file_or_pipe};

use crate::args::CaptureArgs;
use crate::capture_line::CaptureLineWriter;
use crate::detected_vector_file::DetectedVectorFile;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::terminal::{message, plural};

/// The bytes of output that are written at once.
const BUFFER: usize = 1 << 16;

/// Writes the datagrams of a capture as JSON lines or as a vector file, and prints what was left
/// out.
pub(crate) fn run(args: &CaptureArgs) -> CommandResult {
    let path = &args.capture;
    let reader: Box<dyn Read + Send> = if *path == Path::new("-") {
        Box::new(io::stdin())
    } else {
        let file = open_file_or_pipe(path);
        Box::new(file.or_exit_with(ExitStatus::Usage, path.display().to_string())?)
    };
    let mut statistics = CaptureStatistics::default();
    let mut output = Output {
        out: BufWriter::with_capacity(BUFFER, io::stdout().lock()),
        anonymizer: args.anonymize.then(Anonymizer::new),
        dialect: args.dialect,
        line: CaptureLineWriter::new(args.dialect),
        vectors: args
            .vectors
            .as_deref()
            .map(|topic| DetectedVectorFile::new(topic, args.dialect)),
    };
    let result = match read(reader, args.port, &mut statistics, &mut output) {
        Err(CaptureError::PassOn(error)) if !is_too_long(&error) => {
            return Err(error.into());
        }
        result => result,
    };
    output.finish()?;
    print_statistics(&statistics);
    result.or_exit_with(ExitStatus::Usage, path.display().to_string())?;
    if statistics.datagrams == 0 {
        let why = match args.port {
            Some(port) => format!("no UDP datagram from or to port {port} is in it"),
            None => "no UDP datagram is in it".into(),
        };
        let error = anyhow::anyhow!("{}: {why}", path.display());
        return Err(Failure::new(ExitStatus::Nothing, error));
    }
    Ok(ExitStatus::Success)
}

/// Standard output, and the form in which datagrams are written.
struct Output<'a> {
    out: BufWriter<StdoutLock<'static>>,
    anonymizer: Option<Anonymizer>,
    dialect: Option<Dialect>,
    line: CaptureLineWriter,
    vectors: Option<DetectedVectorFile<'a>>,
}

impl CaptureSink for &mut Output<'_> {
    fn datagram(&mut self, datagram: &CapturedDatagram<'_>) -> io::Result<()> {
        let Some(anonymizer) = &self.anonymizer else {
            return self.write(datagram);
        };
        let dialect = Dialect::or_detect(self.dialect, datagram.payload);
        let payload = anonymizer.datagram(dialect, datagram.payload);
        let mut anonymized = *datagram;
        anonymized.source = anonymizer.address(datagram.source);
        anonymized.destination = anonymizer.address(datagram.destination);
        anonymized.payload = &payload;
        self.write(&anonymized)
    }

    /// Flushes the lines that were written: the reader of a live capture waits for them.
    fn caught_up(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Output<'_> {
    fn write(&mut self, datagram: &CapturedDatagram<'_>) -> io::Result<()> {
        match &mut self.vectors {
            Some(vectors) => vectors.add(datagram.payload, &mut self.out),
            None => self.out.write_all(self.line.line(datagram)),
        }
    }

    /// Writes the end of a vector file.
    fn finish(&mut self) -> io::Result<()> {
        if let Some(vectors) = &self.vectors {
            vectors.finish(&mut self.out)?;
        }
        self.out.flush()
    }
}

/// Prints how many datagrams a capture holds, and what was left out.
pub(crate) fn print_statistics(statistics: &CaptureStatistics) {
    message(format_args!(
        "{} in {}",
        plural(statistics.datagrams, "UDP datagram"),
        plural(statistics.packets, "packet")
    ));
    for reason in LeftOut::ALL {
        let count = statistics.left_out(reason);
        if count > 0 {
            message(format_args!("left out: {count} {}", reason.as_str()));
        }
    }
}
