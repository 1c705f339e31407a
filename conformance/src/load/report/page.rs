use std::io;
use std::path::Path;

use minijinja::{Environment, context};

use super::chart;
use super::human::{answer, count, name, rate, rows, time};
use super::limit::Limit;
use super::model::{Report, ReportError, Run};
use crate::load::TrialEnd;

/// Writes a report as a page for a browser, which needs nothing besides itself.
///
/// # Errors
///
/// If a histogram in it cannot be read, or the file not be written.
pub fn page(report: &Report, path: &Path) -> Result<(), ReportError> {
    let runs = report.runs.iter().enumerate().map(|(index, run)| {
        let mut charts = Vec::new();
        if let Some(search) = &run.search {
            let is_spoilt = search.trials.iter().any(|trial| trial.end() == TrialEnd::Disturbed);
            let spoilt = is_spoilt.then_some(("spoilt", "while the machine was elsewhere"));
            charts.push(context! {
                title => "Rates that were tried", svg => chart::trials(search),
                keys => keys(&[("passed", "without loss"), ("failed", "with loss, or behind")], spoilt),
            });
        }
        if let Some(measured) = &run.measurement {
            let curve = chart::percentiles(&measured.latency, &measured.raw_latency);
            if measured.latency.count > 0 {
                charts.push(context! {
                    title => "Latency by percentile", svg => curve.map_err(crate::load::MergeError::from)?,
                    keys => [("first", "from the intended time"), ("second", "raw, from sending")],
                });
            }
            if let Some(moments) = &measured.timeline {
                let is_disturbed = moments.moments.iter().any(|moment| moment.disturbed);
                let away = is_disturbed.then_some(("disturbed", "the machine was elsewhere"));
                if moments.moments.iter().any(|moment| moment.p99_us.is_some()) {
                    charts.push(context! {
                        title => "Latency over time", svg => chart::latency_over_time(moments),
                        keys => keys(&[("first", "half"), ("second", "99 of 100"), ("third", "longest")], away),
                    });
                }
                charts.push(context! {
                    title => "Datagrams a second over time", svg => chart::delivery_over_time(moments),
                    keys => keys(&[("delivered", "delivered"), ("lost", "lost")], away),
                });
            }
        }
        let cells = rows(report)
            .into_iter()
            .filter_map(|(name, mut cells)| Some((name, cells[index].take()?)));
        Ok(context! {
            name => name(run),
            answer => answer(run),
            tone => tone(run),
            tiles => tiles(run),
            notes => run.notes.clone(),
            charts => charts,
            rows => cells.collect::<Vec<_>>(),
        })
    });
    let runs: Vec<_> = runs.collect::<Result<_, ReportError>>()?;
    let mut environment = Environment::new();
    // The name's ending says that values are escaped.
    environment
        .add_template("bench.html", include_str!("page.html"))
        .map_err(io::Error::other)?;
    let template = environment
        .get_template("bench.html")
        .map_err(io::Error::other)?;
    let text = template
        .render(context! {
            subject => report.subject.clone(),
            load => report.load.clone(),
            hosts => report.hosts.iter().map(|host| context! { name => host.name.clone(), processors => host.processors, system => host.system.clone() }).collect::<Vec<_>>(),
            version => report.suite_version.clone(),
            runs => runs,
            style => include_str!("page.css"),
        })
        .map_err(io::Error::other)?;
    Ok(crate::output_file::write_atomically(path, text.as_bytes())?)
}

/// What a colour means: its class, and words.
type Key = (&'static str, &'static str);

/// Those that a chart always has, and one that it has today.
fn keys(always: &[Key], today: Option<Key>) -> Vec<Key> {
    always.iter().copied().chain(today).collect()
}

fn tone(run: &Run) -> &'static str {
    match (&run.search, run.limit) {
        (_, Limit::Machine | Limit::Unclear) => "odd",
        (Some(search), _) if search.is_decided && search.highest.is_some() => "good",
        (None, Limit::Nothing) => "good",
        _ => "bad",
    }
}

/// The figures that are looked at first.
fn tiles(run: &Run) -> Vec<(String, String)> {
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
            tile(time(measured.latency.p50_us), "half take no longer");
            tile(time(measured.latency.p99_us), "99 of 100 take no longer");
        }
    }
    tiles
}
