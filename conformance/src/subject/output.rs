use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use super::death::Exit;
use crate::escape::escaped;

/// News of a process.
#[derive(Debug)]
pub(super) enum News {
    /// A line of its standard output that starts with `{`, without its line feed.
    Line(Vec<u8>),
    /// A line that starts with `{` and is longer than any report may be.
    LongLine,
    /// Its standard output was closed.
    Closed,
    /// It ended. It is not reaped yet, so that its number still means it.
    Exited(Exit),
}

/// What the threads that watch a process have to say.
#[derive(Debug)]
pub(super) enum Message {
    News(News),
    /// Its standard error was closed: its last words are in the tail.
    LogClosed,
}

/// What any report fits in: 65449 empty parameters, written as long as may be, come to a third of it.
pub(super) const MAX_LINE: usize = 8 << 20;

/// What a process said for people, in its log on standard output and on its standard error: how it began, which often
/// says why, and how it ended.
#[derive(Clone, Debug, Default)]
pub(super) struct LogEnds(Arc<Mutex<Log>>);

#[derive(Debug, Default)]
struct Log {
    first: Vec<Vec<u8>>,
    last: VecDeque<Vec<u8>>,
    left_out: usize,
}

const FIRST_LINES: usize = 4;
const LAST_LINES: usize = 6;
const LINE_BYTES: usize = 400;

impl LogEnds {
    /// Gives the lines, fit to print.
    pub(super) fn lines(&self) -> Vec<String> {
        let log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let print = |line: &Vec<u8>| escaped(line.trim_ascii_end());
        let gap = (log.left_out > 0).then(|| format!("… ({} lines)", log.left_out));
        log.first
            .iter()
            .map(print)
            .chain(gap)
            .chain(log.last.iter().map(print))
            .collect()
    }

    fn push(&self, line: &[u8]) {
        if line.trim_ascii().is_empty() {
            return;
        }
        let line = line[..line.len().min(LINE_BYTES)].to_vec();
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if log.first.len() < FIRST_LINES {
            log.first.push(line);
            return;
        }
        if log.last.len() == LAST_LINES {
            log.last.pop_front();
            log.left_out += 1;
        }
        log.last.push_back(line);
    }
}

/// Reads standard output to its end: reports to the channel, the rest to the tail.
pub(super) fn read_reports(stdout: impl Read, news: &SyncSender<Message>, tail: &LogEnds) {
    // The receiver is gone once nobody wants to know.
    let _ = each_line(
        BufReader::with_capacity(64 << 10, stdout),
        |line, is_whole| {
            let sent = match (line.starts_with(b"{"), is_whole) {
                (true, true) => news.send(Message::News(News::Line(line))),
                (true, false) => news.send(Message::News(News::LongLine)),
                (false, _) => {
                    tail.push(&line);
                    Ok(())
                }
            };
            sent.map_err(io::Error::other)
        },
    );
    let _ = news.send(Message::News(News::Closed));
}

/// Reads standard error to its end.
pub(super) fn read_log(stderr: impl Read, news: &SyncSender<Message>, tail: &LogEnds) {
    // What cannot be read cannot be told.
    let _ = each_line(BufReader::new(stderr), |line, _| {
        tail.push(&line);
        Ok(())
    });
    let _ = news.send(Message::LogClosed);
}

/// Hands on each line without its line feed, as soon as it is whole or longer than [`MAX_LINE`], which is all that is
/// kept of it.
fn each_line(
    mut reader: impl BufRead,
    mut take: impl FnMut(Vec<u8>, bool) -> io::Result<()>,
) -> io::Result<()> {
    loop {
        let mut line = Vec::new();
        let read = reader
            .by_ref()
            .take(MAX_LINE as u64 + 1)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(());
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            take(line, true)?;
        } else if read <= MAX_LINE {
            take(line, true)?;
        } else {
            take(line, false)?;
            reader.skip_until(b'\n')?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_passed_over_and_told() {
        let mut input = vec![b'{'; MAX_LINE + 5];
        input.extend_from_slice(b"\nlog\n{\"error\":\"x\"}\n{cut");
        let (sender, receiver) = std::sync::mpsc::sync_channel(10);
        let tail = LogEnds::default();
        read_reports(&input[..], &sender, &tail);
        drop(sender);
        let messages = receiver.iter().map(|message| match message {
            Message::News(news) => news,
            Message::LogClosed => panic!("this is no log"),
        });
        let news: Vec<_> = messages.collect();
        assert!(
            matches!(&news[..], [News::LongLine, News::Line(one), News::Line(cut), News::Closed]
            if one == b"{\"error\":\"x\"}" && cut == b"{cut")
        );
        assert_eq!(tail.lines(), ["log"]);
    }
}
