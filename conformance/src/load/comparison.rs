//! Compares reports of load tests: their figures side by side, and what got worse.

use super::bench_run::BenchRun;
use super::distribution::HdrError;
use super::measurement::{Counts, Measurement};
use super::report::{BenchReport, rate, run_name, time};
use super::uncertainty::{Interval, percentile, proportion};

/// Several reports of load tests, compared.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BenchComparison {
    /// The names of the reports, in the order in which they were given.
    pub names: Vec<String>,
    /// The figures, run by run.
    pub figures: Vec<RunFigures>,
    /// What got worse from the first report to the last, each in a sentence.
    pub worse: Vec<String>,
    /// What got better.
    pub better: Vec<String>,
    /// Why figures were not judged.
    pub notes: Vec<String>,
}

/// The figures of one dialect over one socket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunFigures {
    /// The run, such as `text over udp`.
    pub name: String,
    /// The rows: a name, and a figure of each report; empty if it has none.
    pub rows: Vec<(&'static str, Vec<String>)>,
}

/// A figure that is judged: the values between which it lies, and whether more is better.
struct Judged {
    name: &'static str,
    format: fn(f64) -> String,
    is_better_higher: bool,
}

/// The smallest relative change that counts. Smaller changes also occur from run to run on one
/// machine.
const LEAST_CHANGE: f64 = 0.1;

/// The percentiles that are compared.
const PERCENTILES: [(&str, f64); 4] = [
    ("latency p50", 0.5),
    ("latency p90", 0.9),
    ("latency p99", 0.99),
    ("latency p99.9", 0.999),
];

impl BenchComparison {
    /// Compares reports. Judges the changes from the first to the last if both are of the same
    /// subject, or if `are_of_one_subject` says that all are.
    ///
    /// # Errors
    ///
    /// If a histogram cannot be read.
    pub fn of(
        reports: &[(String, BenchReport)],
        are_of_one_subject: bool,
    ) -> Result<Self, HdrError> {
        let mut names = Vec::new();
        for run in reports.iter().flat_map(|(_, report)| &report.runs) {
            let name = run_name(run);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut comparison = Self {
            names: reports.iter().map(|(name, _)| name.clone()).collect(),
            figures: Vec::new(),
            worse: Vec::new(),
            better: Vec::new(),
            notes: Vec::new(),
        };
        let subjects = |(_, report): &(String, BenchReport)| report.subject.clone();
        let is_judged =
            are_of_one_subject || reports.first().map(subjects) == reports.last().map(subjects);
        if !is_judged {
            comparison.notes.push(
                "nothing was judged: the subjects were started by different commands; if they are \
                 the same listener, give --same-subject"
                    .into(),
            );
        }
        for name in names {
            let runs: Vec<_> = reports
                .iter()
                .map(|(_, report)| report.runs.iter().find(|run| run_name(run) == name))
                .collect();
            comparison.figures.push(RunFigures {
                rows: rows(&runs)?,
                name: name.clone(),
            });
            if is_judged && let [first, .., last] = runs[..] {
                comparison.judge(&name, first, last)?;
            }
        }
        Ok(comparison)
    }

    /// Judges the changes of a run from the first report to the last.
    fn judge(
        &mut self,
        name: &str,
        first: Option<&BenchRun>,
        last: Option<&BenchRun>,
    ) -> Result<(), HdrError> {
        let Some(first) = first else {
            return Ok(());
        };
        let last = last.filter(|run| run.measurement.is_some() || run.search.is_some());
        let Some(last) = last else {
            self.worse
                .push(format!("{name}: the last report has no result"));
            return Ok(());
        };
        let rates = [first, last].map(highest_rate);
        if let [Some(before), Some(after)] = rates {
            let judged = Judged {
                name: "highest rate without loss",
                format: rate,
                is_better_higher: true,
            };
            self.add(name, &judged, before, after);
        } else if rates[0].is_some() {
            self.worse
                .push(format!("{name}: no rate was found without loss"));
        }
        let (Some(before), Some(after)) = (&first.measurement, &last.measurement) else {
            return Ok(());
        };
        if let (None, Some(why)) = (&before.broken, &after.broken) {
            self.worse.push(format!("{name}: {why}"));
        }
        if before.schedules != after.schedules {
            self.notes.push(format!(
                "{name}: loss and latencies are not judged, as the rates differ: {} and {}",
                rate(before.rate),
                rate(after.rate)
            ));
            return Ok(());
        }
        let judged = Judged {
            name: "loss",
            format: percent,
            is_better_higher: false,
        };
        let [ours, theirs] = [before, after].map(|it| loss(&it.counts));
        self.add(name, &judged, ours, theirs);
        for (figure, quantile) in PERCENTILES {
            let judged = Judged {
                name: figure,
                format: time,
                is_better_higher: false,
            };
            let [ours, theirs] = [before, after].map(|it| latency(it, quantile));
            if let (Some(ours), Some(theirs)) = (ours?, theirs?) {
                self.add(name, &judged, ours, theirs);
            }
        }
        Ok(())
    }

    /// Adds a figure to what got worse or better, if it changed by more than its uncertainty.
    fn add(&mut self, run: &str, judged: &Judged, before: Interval, after: Interval) {
        let is_change = (after.value - before.value).abs() >= LEAST_CHANGE * before.value;
        if !is_change || before.overlaps(after) {
            return;
        }
        let (name, format) = (judged.name, judged.format);
        let words = format!(
            "{run}: {name} from {} to {}",
            format(before.value),
            format(after.value)
        );
        if (after.value > before.value) == judged.is_better_higher {
            self.better.push(words);
        } else {
            self.worse.push(words);
        }
    }
}

/// Returns the rows of one run of all reports.
fn rows(runs: &[Option<&BenchRun>]) -> Result<Vec<(&'static str, Vec<String>)>, HdrError> {
    let mut rows = Vec::new();
    let mut row = |name, cells: Vec<Option<String>>| {
        if cells.iter().any(Option::is_some) {
            rows.push((
                name,
                cells.into_iter().map(Option::unwrap_or_default).collect(),
            ));
        }
    };
    let each = |of: &dyn Fn(&BenchRun) -> Option<String>| -> Vec<Option<String>> {
        runs.iter().map(|run| run.and_then(of)).collect()
    };
    row(
        "highest without loss",
        each(&|run| highest_rate(run).map(|it| it.in_words(rate))),
    );
    let measured =
        |of: &dyn Fn(&Measurement) -> String| each(&|run| run.measurement.as_ref().map(of));
    row("rate asked for", measured(&|it| rate(it.rate)));
    row("rate delivered", measured(&|it| rate(it.delivered_rate())));
    row("loss", measured(&|it| loss(&it.counts).in_words(percent)));
    for (name, quantile) in PERCENTILES {
        let cells = runs.iter().map(|run| {
            let Some(measurement) = run.and_then(|run| run.measurement.as_ref()) else {
                return Ok(None);
            };
            Ok(latency(measurement, quantile)?.map(|it| it.in_words(time)))
        });
        row(name, cells.collect::<Result<_, HdrError>>()?);
    }
    Ok(rows)
}

/// Returns the highest rate without loss of a search: it lies between the highest rate that passed
/// and the lowest that failed.
fn highest_rate(run: &BenchRun) -> Option<Interval> {
    let search = run.search.as_ref()?;
    let value = search.highest?;
    Some(Interval {
        value,
        low: value,
        high: search.failed.unwrap_or(f64::INFINITY),
    })
}

/// Returns the loss in percent.
fn loss(counts: &Counts) -> Interval {
    let Interval { value, low, high } = proportion(counts.lost, counts.accepted);
    Interval {
        value: value * 100.0,
        low: low * 100.0,
        high: high * 100.0,
    }
}

/// Returns a percentile of the latency in microseconds. `None` if nothing was reported.
fn latency(measurement: &Measurement, quantile: f64) -> Result<Option<Interval>, HdrError> {
    let histogram = measurement.latency.histogram()?;
    Ok(percentile(&histogram, quantile))
}

fn percent(percent: f64) -> String {
    if percent == 0.0 {
        "0 %".into()
    } else {
        format!("{percent:.3} %")
    }
}
