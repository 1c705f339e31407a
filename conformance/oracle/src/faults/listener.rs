//! A correct listener made of steps. Each fault changes some steps.

use bstr::ByteSlice as _;

use super::chain::{Step, StepRef};
use super::event::Reading;
use super::process::{End, Process};
use super::report_line::line;

/// A reader of one dialect. It is correct until a fault changes it.
pub(super) trait Read {
    fn new(process: &Process) -> Self;

    fn read(&mut self, datagram: &[u8]) -> Reading;
}

/// A listener in steps.
pub(super) struct Listener<R> {
    /// Splits the received bytes into datagrams: one, none or several.
    pub(super) receive: Step<Vec<u8>, Vec<Vec<u8>>>,
    /// Reads a datagram.
    pub(super) reader: R,
    /// Returns the reports for a reading: usually only the reading itself.
    pub(super) report: Step<Reading, Vec<Reading>>,
    /// Writes a reading as a line of JSON, or as several lines.
    pub(super) write: StepRef<Reading, Vec<u8>>,
    pub(super) process: Process,
}

/// The response of a listener to a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The lines that it writes to standard output, without their line feeds.
    pub lines: Vec<Vec<u8>>,
    /// How the listener ends after these lines, if it does.
    pub end: Option<End>,
}

impl<R: Read> Listener<R> {
    /// Makes a listener without a fault.
    pub(super) fn new() -> Self {
        let process = Process::default();
        Self {
            receive: Step::new(|datagram| vec![datagram]),
            reader: R::new(&process),
            report: Step::new(|reading| vec![reading]),
            write: StepRef::new(line),
            process,
        }
    }

    /// Makes the listener die of each datagram that it rejects.
    pub(super) fn dies_of_rejections(&mut self) {
        let process = self.process.clone();
        self.report.link(move |reading, next| {
            process.assert(reading.is_ok());
            next(reading)
        });
    }

    /// Makes the listener report nothing more after the first datagram that it rejects.
    pub(super) fn goes_silent_after_a_rejection(&mut self) {
        let mut is_silent = false;
        self.report.link(move |reading, next| {
            is_silent |= reading.is_err();
            if is_silent { Vec::new() } else { next(reading) }
        });
    }

    /// Receives a datagram. A listener that ended does nothing any more.
    pub(super) fn receive(&mut self, datagram: &[u8]) -> Response {
        let mut lines = Vec::new();
        self.read(datagram, &mut lines);
        Response {
            lines,
            end: self.process.ended(),
        }
    }

    /// Reads a datagram up to its end or the end of the process, and adds the lines of its reports.
    fn read(&mut self, datagram: &[u8], lines: &mut Vec<Vec<u8>>) {
        for datagram in self.receive.call(datagram.to_vec()) {
            if self.process.ended().is_some() {
                return;
            }
            let reading = self.reader.read(&datagram);
            if self.process.ended().is_some() {
                return;
            }
            let reports = self.report.call(reading);
            if self.process.ended().is_some() {
                return;
            }
            for reading in &reports {
                let written = self.write.call(reading);
                if written.find_byte(b'\n').is_none() {
                    lines.push(written);
                } else {
                    // A fault writes more than one line.
                    lines.extend(written.split(|byte| *byte == b'\n').map(<[u8]>::to_vec));
                }
            }
        }
    }
}
