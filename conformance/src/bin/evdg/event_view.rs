use std::collections::HashMap;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use event_datagram_conformance::escape::{cut, escaped, with_single_backslashes};
use event_datagram_conformance::evidence::datagram_in_words;
use jiff::Zoned;

use crate::terminal::plural;

/// Shows events to a person: a line with the time and the name, and below it a line for each
/// parameter, with the values in one column. Writes the counts at the end.
#[derive(Debug)]
pub(crate) struct EventView<W> {
    out: W,
    began: Instant,
    counts: NameCounts,
    rejected: usize,
    hidden: usize,
}

/// Counts the events of each name.
#[derive(Debug, Default)]
struct NameCounts {
    counts: HashMap<Vec<u8>, usize>,
    /// Events whose names have no count of their own, because [`MAX_NAMES`] names came before.
    others: usize,
}

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const CYAN: Style = AnsiColor::Cyan.on_default();
/// The column in which parameters begin: below the name.
const INDENT: usize = 14;
/// The longest name of a parameter that moves the values of the others to the right.
const MAX_NAME: usize = 24;
/// The most characters that are shown of a value or a datagram: a few lines.
const MAX_VALUE: usize = 400;
/// The most names that are counted: a sender may make up any number of them.
const MAX_NAMES: usize = 1000;

impl<W: Write> EventView<W> {
    /// Returns a view that has shown nothing yet.
    pub(crate) fn new(out: W) -> Self {
        Self {
            out,
            began: Instant::now(),
            counts: NameCounts::default(),
            rejected: 0,
            hidden: 0,
        }
    }

    /// Shows an event.
    pub(crate) fn show(&mut self, event: &EventBuf) -> io::Result<()> {
        self.counts.add(&event.name);
        let (time, name) = (time_of_day(), text(&event.name));
        writeln!(self.out, "{DIM}{time}{DIM:#}  {BOLD}{name}{BOLD:#}")?;
        let names = event.params.iter().map(name_of);
        let names: Vec<_> = names.collect();
        let widths = names.iter().map(|name| name.chars().count());
        let width = widths.filter(|width| *width <= MAX_NAME).max();
        let width = width.unwrap_or_default();
        for (param, name) in event.params.iter().zip(names) {
            let value = value_of(&param.value);
            writeln!(
                self.out,
                "{:INDENT$}{CYAN}{name:width$}{CYAN:#}  {value}",
                ""
            )?;
        }
        self.out.flush()
    }

    /// Shows a malformed datagram and why it was rejected.
    pub(crate) fn show_rejected(&mut self, datagram: &[u8], why: &str) -> io::Result<()> {
        self.rejected += 1;
        let time = time_of_day();
        let [bytes, _] = datagram_in_words(datagram);
        let bytes = cut(&bytes, MAX_VALUE);
        writeln!(
            self.out,
            "{DIM}{time}{DIM:#}  {RED}rejected{RED:#}  {why}\n{:INDENT$}{bytes}",
            ""
        )?;
        self.out.flush()
    }

    /// Counts a datagram that the user does not want to see.
    pub(crate) fn hide(&mut self) {
        self.hidden += 1;
    }

    /// Writes the counts, and how many datagrams the kernel dropped.
    pub(crate) fn finish(&mut self, dropped: u64) -> io::Result<()> {
        let time = duration_in_words(self.began.elapsed());
        let shown = self.counts.total();
        let mut line = format!("{} in {time}", plural(shown, "event"));
        for (count, what) in [
            (self.rejected as u64, "rejected"),
            (self.hidden as u64, "hidden by the filters"),
            (
                dropped,
                "dropped by the kernel: its receive buffer was full",
            ),
        ] {
            if count > 0 {
                line.push_str(&format!(", {count} {what}"));
            }
        }
        writeln!(self.out, "\n{BOLD}{line}{BOLD:#}")?;
        let counts = self.counts.descending();
        let width = counts
            .first()
            .map_or(0, |(_, count)| count.to_string().len());
        for (name, count) in counts {
            writeln!(self.out, "  {count:width$}  {}", text(name))?;
        }
        if self.counts.others > 0 {
            writeln!(self.out, "  {:width$}  of other names", self.counts.others)?;
        }
        self.out.flush()
    }
}

impl NameCounts {
    fn add(&mut self, name: &[u8]) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
        } else if self.counts.len() < MAX_NAMES {
            self.counts.insert(name.into(), 1);
        } else {
            self.others += 1;
        }
    }

    fn total(&self) -> usize {
        self.counts.values().sum::<usize>() + self.others
    }

    /// Returns the names and their counts, the most frequent first.
    fn descending(&self) -> Vec<(&[u8], usize)> {
        let counts = self.counts.iter();
        let mut counts: Vec<_> = counts.map(|(name, count)| (&name[..], *count)).collect();
        counts.sort_by(|(name, count), (other, more)| more.cmp(count).then(name.cmp(other)));
        counts
    }
}

/// Returns the local time to the millisecond.
fn time_of_day() -> String {
    Zoned::now().strftime("%H:%M:%S%.3f").to_string()
}

fn duration_in_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ ..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Returns bytes as text on one line.
fn text(bytes: &[u8]) -> String {
    cut(&with_single_backslashes(&escaped(bytes)), MAX_VALUE)
}

/// Returns the name of a parameter as text: nothing if it has no name, `""` if its name is empty.
fn name_of(param: &ParamBuf) -> String {
    match param.name.as_deref() {
        None => String::new(),
        Some(b"") => "\"\"".into(),
        Some(name) => text(name),
    }
}

/// Returns a value. A string is in quotes only if it would look like something else without them.
fn value_of(value: &ValueBuf) -> String {
    match value {
        ValueBuf::Integer(integer) => integer.to_string(),
        ValueBuf::Bytes(bytes) if bytes.trim_ascii() != &bytes[..] || is_unclear(bytes) => {
            format!("\"{}\"", text(bytes))
        }
        ValueBuf::Bytes(bytes) => text(bytes),
        _ => "null".into(),
    }
}

fn is_unclear(bytes: &[u8]) -> bool {
    bytes.is_empty() || bytes == b"null"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what is written, with `TIME` in the place of each time.
    fn shown(show: impl Fn(&mut EventView<&mut Vec<u8>>)) -> String {
        let mut out = Vec::new();
        show(&mut EventView::new(&mut out));
        let text = anstream::adapter::strip_bytes(&out).into_vec();
        let text = String::from_utf8(text).expect("it is text");
        let lines = text.lines().map(|line| match line.as_bytes() {
            [b'0'..=b'2', b'0'..=b'9', b':', ..] => format!("TIME{}\n", &line[12..]),
            _ => format!("{line}\n"),
        });
        lines.collect()
    }

    #[test]
    fn parameters_stand_below_the_name_and_values_below_each_other() {
        let event = EventBuf::new(
            "E_PIKE_BLOCKED",
            [
                ParamBuf::named("ip", "::1"),
                ParamBuf::named("count", -1),
                ParamBuf::unnamed("unnamed"),
                ParamBuf::named("", ""),
                ParamBuf::named("none", ValueBuf::Null),
                ParamBuf::named("text", "null"),
                ParamBuf::named("edges", " a\r\n\x1b[31m\\"),
                ParamBuf::named("a_name_that_is_longer_than_others", "x"),
            ],
        );
        let text = shown(|view| view.show(&event).expect("a vector takes everything"));
        let expected = "\
TIME  E_PIKE_BLOCKED
              ip     ::1
              count  -1
                     unnamed
              \"\"     \"\"
              none   null
              text   \"null\"
              edges  \" a\\r\\n\\u{1b}[31m\\\"
              a_name_that_is_longer_than_others  x
";
        assert_eq!(text, expected);
    }

    #[test]
    fn counts_are_bounded_and_the_most_frequent_first() {
        let text = shown(|view| {
            for number in 0..MAX_NAMES + 7 {
                view.counts.add(format!("E_{number}").as_bytes());
            }
            view.counts.add(b"E_1");
            view.rejected = 2;
            view.hide();
            view.finish(3).expect("a vector takes everything");
        });
        let mut lines = text.lines();
        assert_eq!(
            lines.by_ref().take(4).collect::<Vec<_>>(),
            [
                "",
                "1008 events in 0 s, 2 rejected, 1 hidden by the filters, 3 dropped by the kernel: \
                 its receive buffer was full",
                "  2  E_1",
                "  1  E_0",
            ]
        );
        assert_eq!(lines.last(), Some("  7  of other names"));
    }
}
