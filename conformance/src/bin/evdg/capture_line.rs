//! The JSON lines of captured datagrams: `evdg capture` writes them, `evdg send --captures` reads
//! them.

use std::borrow::Cow;
use std::net::SocketAddr;

use event_datagram_conformance::capture::CapturedDatagram;
use event_datagram_conformance::dialect::Dialect;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use crate::hex_digits;

/// A datagram of a line, and when it was captured.
pub(crate) struct CapturedLine {
    pub(crate) datagram: Vec<u8>,
    pub(crate) time: Option<Timestamp>,
}

/// The members of a line that are read. All others are skipped without being kept: `evdg lint`
/// reads hundreds of thousands of lines a second.
#[derive(Deserialize)]
struct LineMembers<'l> {
    #[serde(borrow)]
    datagram_hex: Cow<'l, str>,
    #[serde(borrow)]
    time: Option<&'l RawValue>,
}

impl<'l> LineMembers<'l> {
    fn parse(line: &'l [u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|error| match error.classify() {
            Category::Data => "it has no `datagram_hex`".into(),
            _ => format!("it is not JSON: {error}"),
        })
    }

    fn datagram(&self) -> Result<Vec<u8>, String> {
        let mut datagram = Vec::new();
        let decoded = hex_digits::decode(self.datagram_hex.as_bytes(), &mut datagram);
        decoded.map_err(|error| format!("datagram_hex is not hex: {error}"))?;
        Ok(datagram)
    }

    fn time(&self) -> Result<Option<Timestamp>, String> {
        let Some(time) = self.time else {
            return Ok(None);
        };
        let text: Option<Cow<'_, str>> = serde_json::from_str(time.get()).ok();
        let time = text.and_then(|text| text.parse().ok());
        Ok(Some(time.ok_or(
            "time: expected a time such as 2026-01-31T12:00:00.25Z",
        )?))
    }
}

impl CapturedLine {
    /// Parses a line: `datagram_hex`, and `time` if there is one. Ignores all other members.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, String> {
        let members = LineMembers::parse(line)?;
        Ok(Self {
            datagram: members.datagram()?,
            time: members.time()?,
        })
    }
}

/// Parses a line, and returns its datagram. Ignores the time.
pub(crate) fn parse_datagram(line: &[u8]) -> Result<Vec<u8>, String> {
    LineMembers::parse(line)?.datagram()
}

/// A writer of lines: when and where a datagram was captured, the members of its report, and its
/// bytes.
pub(crate) struct CaptureLineWriter {
    /// `None` reads each datagram in the dialect that it looks like.
    dialect: Option<Dialect>,
    /// The addresses of the last datagram, and the members that name them. They are kept because
    /// the next datagram often has the same addresses.
    ends: Option<[SocketAddr; 2]>,
    ends_members: String,
    line: Vec<u8>,
}

impl CaptureLineWriter {
    pub(crate) fn new(dialect: Option<Dialect>) -> Self {
        Self {
            dialect,
            ends: None,
            ends_members: String::new(),
            line: Vec::new(),
        }
    }

    /// Returns the line of a datagram, with its line feed.
    pub(crate) fn line(&mut self, datagram: &CapturedDatagram<'_>) -> &[u8] {
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
        // The members of the report become members of the line, so its braces are removed.
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
