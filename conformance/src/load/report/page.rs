use std::path::Path;

use jiff::Timestamp;
use minijinja::{Value, context};

use super::chart;
use super::file::{BenchReport, BenchReportError};
use super::format::{count, rate, time};
use super::render::render;
use super::text::{answer, name, rows};
use crate::escape::visible;
use crate::load::bench_run::BenchRun;
use crate::load::judge::LimitedBy;
use crate::load::measurement::MeasurementMergeError;

/// Writes a report as one self-contained HTML page.
///
/// # Errors
///
/// If a histogram in it cannot be read, or the file cannot be written.
pub fn write_html(report: &BenchReport, path: &Path) -> Result<(), BenchReportError> {
    let runs = report.runs.iter().enumerate().map(|(index, run)| {
        let cells = rows(report)
            .into_iter()
            .filter_map(|mut row| Some((row.name, row.cells[index].take()?)));
        Ok(context! {
            name => name(run),
            answer => answer(run),
            missed => run.missed(),
            tone => tone(run),
            tiles => tiles(run),
            notes => run.notes.clone(),
            charts => charts(run)?,
            rows => cells.collect::<Vec<_>>(),
        })
    });
    let runs: Vec<_> = runs.collect::<Result<_, BenchReportError>>()?;
    let hosts = report.hosts.iter().map(|host| {
        context! {
            processors => host.processors,
            system => host.system.clone(),
        }
    });
    let text = render(
        include_str!("page.html"),
        context! {
            subject => report.subject.clone(),
            load => report.load.clone(),
            hosts => hosts.collect::<Vec<_>>(),
            version => report.suite_version.clone(),
            started => report.started.as_deref().map(started_in_words),
            seconds => report.seconds.map(|seconds| time(seconds * 1e6)),
            command => report.command.as_deref().map(visible),
            runs => runs,
            style => include_str!("page.css"),
        },
    )?;
    Ok(crate::output_file::write_atomically(path, text.as_bytes())?)
}

/// Returns a time of RFC 3339 as people write it; any other text as it is.
fn started_in_words(started: &str) -> String {
    match started.parse::<Timestamp>() {
        Ok(started) => started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => visible(started),
    }
}

/// Returns the charts of a run, each with a title, a drawing and a legend.
fn charts(run: &BenchRun) -> Result<Vec<Value>, BenchReportError> {
    let mut charts = Vec::new();
    if let Some(search) = &run.search {
        let disturbed =
            (search.disturbed_trials() > 0).then_some(("disturbed-trial", "during interference"));
        let keys = [
            ("passed", "without loss"),
            ("failed", "with loss, or behind"),
        ];
        charts.push(context! {
            title => "Rates that were tried",
            svg => chart::trials(search),
            keys => legend(&keys, disturbed),
        });
        if let Some(svg) = chart::latency_by_rate(search) {
            charts.push(context! {
                title => "Latency p99 against rate",
                svg => svg,
                keys => legend(&keys, disturbed),
            });
        }
    }
    let Some(measured) = &run.measurement else {
        return Ok(charts);
    };
    if measured.latency.count > 0 {
        let curve = chart::percentiles(&measured.latency, &measured.raw_latency);
        charts.push(context! {
            title => "Latency by percentile",
            svg => curve.map_err(MeasurementMergeError::from)?,
            keys => [("first", "from the intended time"), ("second", "raw, from sending")],
        });
    }
    if let Some(moments) = &measured.timeline {
        let is_disturbed = moments.moments.iter().any(|moment| moment.disturbed);
        let disturbed = is_disturbed.then_some(("disturbed", "interference"));
        if moments.moments.iter().any(|moment| moment.p99_us.is_some()) {
            let keys = [("first", "p50"), ("second", "p99"), ("third", "max")];
            charts.push(context! {
                title => "Latency over time",
                svg => chart::latency_over_time(moments),
                keys => legend(&keys, disturbed),
            });
        }
        let keys = [("delivered", "delivered"), ("lost", "lost")];
        charts.push(context! {
            title => "Datagrams a second over time",
            svg => chart::delivery_over_time(moments),
            keys => legend(&keys, disturbed),
        });
    }
    Ok(charts)
}

/// An entry of a legend: a CSS class, and what its colour stands for.
type Key = (&'static str, &'static str);

fn legend(keys: &[Key], optional: Option<Key>) -> Vec<Key> {
    keys.iter().copied().chain(optional).collect()
}

/// Returns the CSS class of a run's colour.
fn tone(run: &BenchRun) -> &'static str {
    match run.limited_by {
        LimitedBy::Machine | LimitedBy::Unclear => "odd",
        _ if run.has_passed() => "good",
        _ => "bad",
    }
}

/// Returns the most important figures of a run, each with its label.
fn tiles(run: &BenchRun) -> Vec<(String, String)> {
    let mut tiles = Vec::new();
    let mut tile = |figure: String, what: &str| tiles.push((figure, what.to_string()));
    if let Some(search) = &run.search
        && let Some(highest) = search.highest
    {
        tile(rate(highest), "highest rate without loss");
        tile(
            format!("1 in {}", count(search.one_in)),
            "lost at most there, 95 % sure",
        );
    }
    if let Some(measured) = &run.measurement {
        if run.search.is_none() {
            tile(rate(measured.delivered_rate()), "delivered");
            tile(count(measured.counts.lost), "lost");
        }
        if measured.latency.count > 0 {
            tile(time(measured.latency.p50_us), "latency p50");
            tile(time(measured.latency.p99_us), "latency p99");
        }
    }
    tiles
}
