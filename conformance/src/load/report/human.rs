use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::limit::Limit;
use super::model::{Report, Run};
use crate::escape::{cut, escaped, visible};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// The width of the names of rows, and of a column.
const NAME: usize = 26;
const COLUMN: usize = 16;

/// Writes a report for a person, with ANSI styles in it: the answer, the figures of all runs side by side, and what has to be
/// known of them.
///
/// # Errors
///
/// If `out` fails.
pub fn human(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let subject = cut(&escaped(report.subject.as_bytes()), 100);
    writeln!(out, "{BOLD}{subject}{BOLD:#}, {}", visible(&report.load))?;
    for run in &report.runs {
        let style = if run.has_passed() { GREEN } else { RED };
        writeln!(out, "  {}: {style}{}{style:#}", name(run), answer(run))?;
    }
    writeln!(out)?;
    table(report, out)?;
    for run in &report.runs {
        for note in &run.notes {
            let (first, rest) = note.split_once('\n').unwrap_or((note, ""));
            writeln!(out, "{}: {}", name(run), visible(first))?;
            for line in rest.lines() {
                writeln!(out, "  {}", visible(line))?;
            }
        }
    }
    out.flush()
}

impl Run {
    fn has_passed(&self) -> bool {
        match &self.search {
            Some(search) => search.is_decided && search.highest.is_some(),
            None => self.limit == Limit::Nothing,
        }
    }
}

/// Names a run, such as `text over udp`.
pub(super) fn name(run: &Run) -> String {
    format!("{} over {}", run.dialect, visible(&run.socket))
}

/// Says in a sentence what a run came to.
pub(super) fn answer(run: &Run) -> String {
    if let Some(search) = &run.search {
        let Some(highest) = search.highest else {
            return "no rate went without loss".into();
        };
        let highest = rate(highest);
        return match search.failed {
            _ if search.broken.is_some() => format!("broken off; {highest} went without loss"),
            _ if !search.is_decided => format!("undecided; {highest} went without loss once"),
            Some(failed) => {
                let whose = match run.limit {
                    Limit::Machine | Limit::Unclear => {
                        format!("; the limit is of {}", run.limit.as_str())
                    }
                    _ => String::new(),
                };
                format!("{highest} without loss, {} not{whose}", rate(failed))
            }
            None => format!("{highest} without loss, and no higher rate was tried"),
        };
    }
    let Some(measured) = &run.measurement else {
        return "nothing was measured".into();
    };
    let counts = &measured.counts;
    match (&measured.broken, counts.lost) {
        (Some(_), lost) => format!(
            "broken off after {} datagrams, {} of them lost",
            count(counts.accepted),
            count(lost)
        ),
        (None, 0) if measured.is_behind() => format!(
            "nothing lost of {}, but the rate was not reached",
            count(counts.accepted)
        ),
        (None, 0) => format!("nothing lost of {} datagrams", count(counts.accepted)),
        (None, lost) => format!(
            "{} of {} datagrams lost, {:.3} %",
            count(lost),
            count(counts.accepted),
            lost as f64 * 100.0 / counts.accepted as f64
        ),
    }
}

/// A row: its name, and for each run a cell, if there is anything to tell.
pub(super) type Row = (&'static str, Vec<Option<String>>);

/// Gives the figures of all runs.
pub(super) fn rows(report: &Report) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |name, cell: &dyn Fn(&Run) -> Option<String>| {
        let cells: Vec<_> = report.runs.iter().map(cell).collect();
        if cells.iter().any(Option::is_some) {
            rows.push((name, cells));
        }
    };
    let search = |run: &Run| run.search.clone();
    row("highest without loss", &|run| {
        search(run)?.highest.map(rate)
    });
    row("lowest with loss", &|run| search(run)?.failed.map(rate));
    row("lost at most, 95 % sure", &|run| {
        let one_in = search(run)
            .filter(|search| search.highest.is_some())?
            .one_in;
        Some(format!("1 in {}", count(one_in)))
    });
    row("rate asked for", &|run| {
        Some(rate(run.measurement.as_ref()?.rate))
    });
    row("rate delivered", &|run| {
        Some(rate(run.measurement.as_ref()?.delivered_rate()))
    });
    macro_rules! counts {
        ($($name:literal => $field:ident),* $(,)?) => {
            $(row($name, &|run| Some(count(run.measurement.as_ref()?.counts.$field)));)*
        };
    }
    counts! {
        "sent" => sent,
        "accepted by the kernel" => accepted,
        "delivered" => delivered,
        "lost" => lost,
    }
    let known = |part: Option<u64>| part.map_or_else(|| "unknown".into(), count);
    row("  dropped by the kernel", &|run| {
        Some(known(run.measurement.as_ref()?.counts.dropped))
    });
    row("  not reported", &|run| {
        Some(known(run.measurement.as_ref()?.counts.unreported))
    });
    counts! {
        "repeated" => repeated,
        "reordered" => reordered,
    }
    for (name, field) in [("reports without a number", 0), ("reports never sent", 1)] {
        row(name, &|run| {
            let counts = run.measurement.as_ref()?.counts;
            let number = [counts.unnumbered, counts.strange][field];
            (number > 0).then(|| count(number))
        });
    }
    row("no room, had to wait", &|run| {
        let measured = run.measurement.as_ref()?;
        (measured.held_back > 0).then(|| format!("{} times", count(measured.held_back)))
    });
    macro_rules! times {
        ($($name:literal => $distribution:ident . $field:ident),* $(,)?) => {
            $(row($name, &|run| {
                let distribution = &run.measurement.as_ref()?.$distribution;
                (distribution.count > 0).then(|| time(distribution.$field))
            });)*
        };
    }
    times! {
        "latency, 50 of 100" => latency.p50_us,
        "latency, 90 of 100" => latency.p90_us,
        "latency, 99 of 100" => latency.p99_us,
        "latency, 999 of 1000" => latency.p99_9_us,
        "latency, longest" => latency.max_us,
        "raw latency, 99 of 100" => raw_latency.p99_us,
        "raw latency, longest" => raw_latency.max_us,
        "sent late by, 99 of 100" => lag.p99_us,
    }
    row("processors busy", &|run| {
        let usage = &run.measurement.as_ref()?.usage;
        let busy = usage
            .iter()
            .filter_map(|usage| usage.processors)
            .reduce(f64::max)?;
        Some(format!("{:.0} %", busy * 100.0))
    });
    row("limited by", &|run| Some(run.limit.as_str().into()));
    rows
}

fn table(report: &Report, out: &mut impl Write) -> io::Result<()> {
    if report.runs.len() > 1 {
        write!(out, "{:NAME$}", "")?;
        for run in &report.runs {
            write!(
                out,
                " {BOLD}{:>COLUMN$}{BOLD:#}",
                format!("{} {}", run.dialect, run.socket)
            )?;
        }
        writeln!(out)?;
    }
    for (name, cells) in rows(report) {
        write!(out, "{DIM}{name:NAME$}{DIM:#}")?;
        for cell in cells {
            write!(out, " {:>COLUMN$}", cell.unwrap_or_default())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Prints a number with its thousands apart.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub(super) fn rate(rate: f64) -> String {
    if rate < 100.0 {
        format!("{rate:.1} /s")
    } else {
        format!("{} /s", count(rate.round() as u64))
    }
}

/// Prints a time of so many microseconds as people say it.
pub(super) fn time(us: f64) -> String {
    match us {
        _ if us < 999.5 => format!("{us:.0} µs"),
        _ if us < 9_995.0 => format!("{:.2} ms", us / 1e3),
        _ if us < 999_500.0 => format!("{:.0} ms", us / 1e3),
        _ => format!("{:.2} s", us / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_look_as_people_write_them() {
        assert_eq!(
            [0, 12, 123, 1234, 1_234_567].map(count),
            ["0", "12", "123", "1,234", "1,234,567"]
        );
        assert_eq!(
            [1.25, 99.9, 4999.6].map(rate),
            ["1.2 /s", "99.9 /s", "5,000 /s"]
        );
        assert_eq!(
            [0.4, 999.0, 1234.0, 12_345.0, 1_500_000.0].map(time),
            ["0 µs", "999 µs", "1.23 ms", "12 ms", "1.50 s"]
        );
    }
}
