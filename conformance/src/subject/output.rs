use std::collections::VecDeque;

use super::lines::{Cut, Lines};
use super::log::LogEnds;
use super::news::News;

/// What a subject writes, sorted as it comes: reports, and its own log.
#[derive(Debug, Default)]
pub(super) struct Output {
    lines: Lines,
    log: LogEnds,
    unread: VecDeque<News>,
}

impl Output {
    /// Takes what has come of its reports.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.lines.push(bytes);
        while let Some(cut) = self.lines.next_line() {
            self.sort(cut);
        }
    }

    /// Takes what stands behind the last line feed, once nothing more comes.
    pub(super) fn end(&mut self) {
        if let Some(rest) = self.lines.rest() {
            self.sort(rest);
        }
    }

    /// Takes a line of its log.
    pub(super) fn log(&mut self, cut: Cut) {
        match cut {
            Cut::Whole(line) => self.log.push(&line),
            Cut::TooLong(first) => self.log.push(&[first]),
        }
    }

    /// Takes other news, behind all reports so far.
    pub(super) fn tell(&mut self, news: News) {
        self.unread.push_back(news);
    }

    /// Takes news back that nobody wanted yet.
    pub(super) fn put_back(&mut self, news: News) {
        self.unread.push_front(news);
    }

    /// Gives what comes next.
    pub(super) fn next_news(&mut self) -> Option<News> {
        self.unread.pop_front()
    }

    /// Tells whether there is something.
    pub(super) fn has_news(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Gives the first and the last lines that it said for people.
    pub(super) fn log_ends(&self) -> Vec<String> {
        self.log.lines()
    }

    fn sort(&mut self, cut: Cut) {
        match cut {
            Cut::Whole(line) if line.starts_with(b"{") => self.unread.push_back(News::Line(line)),
            Cut::TooLong(b'{') => self.unread.push_back(News::LongLine),
            log => self.log(log),
        }
    }
}
