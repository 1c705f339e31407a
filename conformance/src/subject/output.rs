use std::collections::VecDeque;

use super::event::SubjectEvent;
use super::lines::{Cut, Lines};
use super::log::{LogEnds, LogStream};

/// The output of a subject, sorted into reports and log while it arrives.
#[derive(Debug, Default)]
pub(super) struct Output {
    lines: Lines,
    log: LogEnds,
    events: VecDeque<SubjectEvent>,
}

impl Output {
    /// Adds bytes of the stream that contains the reports.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
        while let Some(cut) = self.lines.next_line() {
            self.sort(cut);
        }
    }

    /// Adds the text after the last line feed, at the end of the stream.
    pub(super) fn end(&mut self) {
        if let Some(rest) = self.lines.rest() {
            self.sort(rest);
        }
    }

    /// Adds a line of the log.
    pub(super) fn add_to_log(&mut self, stream: LogStream, cut: Cut) {
        match cut {
            Cut::Whole(line) => self.log.push(stream, &line),
            Cut::TooLong(first) => self.log.push(stream, &[first]),
        }
    }

    /// Queues an event after all reports so far.
    pub(super) fn push_event(&mut self, event: SubjectEvent) {
        self.events.push_back(event);
    }

    /// Puts an event that was not used back to the front of the queue.
    pub(super) fn put_back(&mut self, event: SubjectEvent) {
        self.events.push_front(event);
    }

    /// Removes and returns the next event.
    pub(super) fn next_event(&mut self) -> Option<SubjectEvent> {
        self.events.pop_front()
    }

    /// Returns whether there is an event.
    pub(super) fn has_event(&self) -> bool {
        !self.events.is_empty()
    }

    /// Returns the first and the last lines of the log.
    pub(super) fn log(&self) -> &LogEnds {
        &self.log
    }

    fn sort(&mut self, cut: Cut) {
        match cut {
            Cut::Whole(line) if line.starts_with(b"{") => {
                self.push_event(SubjectEvent::Line(line));
            }
            Cut::TooLong(b'{') => self.push_event(SubjectEvent::LongLine),
            log => self.add_to_log(LogStream::Reports, log),
        }
    }
}
