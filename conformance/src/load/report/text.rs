use std::collections::BTreeSet;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::file::BenchReport;
use super::format::{count, rate, time};
use crate::dialect::Dialect;
use crate::escape::{cut, escaped, visible};
use crate::load::bench_run::BenchRun;
use crate::load::judge::LimitedBy;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
/// The width of the column of row names.
const NAME: usize = 26;
/// The width of the column of a run.
const COLUMN: usize = 16;

/// Writes a report for a terminal, with ANSI styles: the answers, the figures of all runs side by
/// side, and notes on them. The first line and the last name the dialects.
///
/// # Errors
///
/// If writing to `out` fails.
pub fn write_text(report: &BenchReport, out: &mut impl Write) -> io::Result<()> {
    let subject = cut(&escaped(report.subject.as_bytes()), 100);
    let dialects: BTreeSet<_> = report.runs.iter().map(|run| run.dialect).collect();
    let dialects = Dialect::list_with_releases(&Vec::from_iter(dialects));
    let load = visible(&report.load);
    writeln!(
        out,
        "{BOLD}{subject}{BOLD:#}, {load} {DIM}({dialects}){DIM:#}"
    )?;
    for run in &report.runs {
        let style = if run.has_passed() { GREEN } else { RED };
        writeln!(out, "  {}: {style}{}{style:#}", name(run), answer(run))?;
    }
    writeln!(out)?;
    table(report, out)?;
    for run in &report.runs {
        for missed in run.missed() {
            writeln!(out, "{}: {RED}missed{RED:#} {missed}", name(run))?;
        }
        for note in &run.notes {
            let (first, rest) = note.split_once('\n').unwrap_or((note, ""));
            writeln!(out, "{}: {}", name(run), visible(first))?;
            for line in rest.lines() {
                writeln!(out, "  {}", visible(line))?;
            }
        }
    }
    writeln!(out, "{DIM}dialect: {dialects}{DIM:#}")?;
    out.flush()
}

/// Returns the name of a run, such as `text over udp`.
pub(in crate::load) fn name(run: &BenchRun) -> String {
    format!("{} over {}", run.dialect, visible(&run.socket))
}

/// Returns the result of a run in a sentence.
pub(super) fn answer(run: &BenchRun) -> String {
    if let Some(search) = &run.search {
        let Some(highest) = search.highest else {
            return "no rate passed without loss".into();
        };
        let highest = rate(highest);
        return match search.failed {
            _ if search.broken.is_some() => format!("broken off; {highest} passed without loss"),
            _ if !search.is_decided => format!("undecided; {highest} passed without loss once"),
            Some(failed) => {
                let whose = match run.limited_by {
                    LimitedBy::Machine | LimitedBy::Unclear => {
                        format!("; the limit is of {}", limited_by(run.limited_by))
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
        (None, 0) if counts.repeated > 0 => format!(
            "nothing lost of {}, but {} reported again",
            count(counts.accepted),
            count(counts.repeated)
        ),
        (None, 0) if counts.unexpected > 0 => format!(
            "nothing lost of {}, but {} reported that were not sent",
            count(counts.accepted),
            count(counts.unexpected)
        ),
        (None, 0) if measured.is_behind() => format!(
            "nothing lost of {} sent, but the rate was not reached: {} were to be sent",
            count(counts.accepted),
            count(counts.planned)
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

/// Returns the words for what limited a rate.
fn limited_by(limited_by: LimitedBy) -> &'static str {
    match limited_by {
        LimitedBy::Nothing => "nothing",
        LimitedBy::Listener => "the listener",
        LimitedBy::Machine => "the machine",
        LimitedBy::Unclear => "the listener or the machine",
    }
}

/// A row of the table of figures.
pub(super) struct FigureRow {
    pub(super) name: &'static str,
    /// One for each run. `None` if the run has no such figure.
    pub(super) cells: Vec<Option<String>>,
}

/// Returns the figures of all runs, without rows that are empty.
pub(super) fn rows(report: &BenchReport) -> Vec<FigureRow> {
    let mut rows: Vec<FigureRow> = Vec::new();
    let mut row = |name, cell: &dyn Fn(&BenchRun) -> Option<String>| {
        let cells: Vec<_> = report.runs.iter().map(cell).collect();
        if cells.iter().any(Option::is_some) {
            rows.push(FigureRow { name, cells });
        }
    };
    let search = |run: &BenchRun| run.search.clone();
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
    let if_any = |number: u64| (number > 0).then(|| count(number));
    row("not sent in time", &|run| {
        let counts = &run.measurement.as_ref()?.counts;
        if_any(counts.planned.saturating_sub(counts.sent))
    });
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
    row("reports without a number", &|run| {
        if_any(run.measurement.as_ref()?.counts.unnumbered)
    });
    row("reports never sent", &|run| {
        if_any(run.measurement.as_ref()?.counts.unexpected)
    });
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
        "latency p50" => latency.p50_us,
        "latency p90" => latency.p90_us,
        "latency p99" => latency.p99_us,
        "latency p99.9" => latency.p99_9_us,
        "latency max" => latency.max_us,
        "raw latency p99" => raw_latency.p99_us,
        "raw latency max" => raw_latency.max_us,
        "sent late by, p99" => lag.p99_us,
    }
    row("processors busy", &|run| {
        let usage = &run.measurement.as_ref()?.usage;
        let busy = usage
            .iter()
            .filter_map(|usage| usage.processors)
            .reduce(f64::max)?;
        Some(format!("{:.0} %", busy * 100.0))
    });
    row("limited by", &|run| Some(limited_by(run.limited_by).into()));
    rows
}

fn table(report: &BenchReport, out: &mut impl Write) -> io::Result<()> {
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
    for FigureRow { name, cells } in rows(report) {
        write!(out, "{DIM}{name:NAME$}{DIM:#}")?;
        for cell in cells {
            write!(out, " {:>COLUMN$}", cell.unwrap_or_default())?;
        }
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::dialect::Dialect;
    use crate::load::measurement::tests::measurement;

    fn report() -> BenchReport {
        let mut report = BenchReport::new("./listener".into(), "100 a second".into());
        let run = BenchRun::measured(Dialect::Text, "udp".into(), measurement(&[1, 2], 3));
        report.runs = vec![run];
        report
    }

    proptest! {
        #[test]
        fn a_report_merges_or_is_refused_whatever_is_in_it(
            changes in prop::collection::vec(
                (any::<Index>(), 0..24_usize, "[0-9]{0,20}|[a-z\",:{}\\[\\]]{0,9}"),
                0..3,
            ),
        ) {
            let mut text = serde_json::to_string(&report()).unwrap();
            for (at, removed, inserted) in changes {
                let at = at.index(text.len() + 1);
                text.replace_range(at..(at + removed).min(text.len()), &inserted);
            }
            let read = BenchReport::from_json(text.as_bytes());
            let Ok(mut sum) = read else { return Ok(()) };
            write_text(&sum, &mut io::sink()).unwrap();
            let one = sum.clone();
            if sum.merge(&one).is_ok() {
                write_text(&sum, &mut io::sink()).unwrap();
                for (sum, one) in sum.runs.iter().zip(&one.runs) {
                    let counts = |run: &BenchRun| run.measurement.as_ref().unwrap().counts;
                    prop_assert_eq!(counts(sum).accepted, 2 * counts(one).accepted);
                    prop_assert!(counts(sum).add_up());
                }
            }
        }
    }
}
