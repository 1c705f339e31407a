//! Charts as SVG. Colours are CSS classes of the page, which has a light and a dark theme. No text
//! in them comes from a subject.

use std::fmt::Write as _;

use super::format::{count, rate, time};
use crate::load::distribution::{Distribution, HdrError};
use crate::load::judge::TrialVerdict;
use crate::load::moments::{Moment, Moments};
use crate::load::search_record::{SearchRecord, TrialRecord};

/// The size of the drawing and the margins of the plot. Small, so that labels are readable on a
/// phone.
const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 62.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 44.0;

/// The scale of an axis.
#[derive(Clone, Copy)]
enum Scale {
    Linear { most: f64, step: f64 },
    Log { least: f64, most: f64 },
}

impl Scale {
    /// Returns a logarithmic scale of whole decades that holds these values.
    fn decades(values: impl Iterator<Item = f64>) -> Self {
        let (mut least, mut most) = (f64::MAX, f64::MIN);
        let values = values.filter(|value| *value > 0.0);
        for value in values.map(|value| value.clamp(1e-4, 1e12)) {
            (least, most) = (least.min(value), most.max(value));
        }
        if least > most {
            (least, most) = (1.0, 10.0);
        }
        let least = 10_f64.powf(least.log10().floor());
        let most = 10_f64.powf(most.log10().ceil()).max(least * 10.0);
        Self::Log { least, most }
    }

    /// Returns a linear scale from zero to the first round tick that is not below this value.
    fn up_to(most: f64) -> Self {
        let step = round_step(most, 5.0);
        let most = (most / step).ceil().max(1.0) * step;
        Self::Linear { most, step }
    }

    /// Returns a linear scale from zero to this value, with round ticks.
    fn until(most: f64) -> Self {
        let step = round_step(most, 6.0);
        Self::Linear { most, step }
    }

    /// Returns the position of a value, from 0 to 1.
    fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear { most, .. } => (value / most).clamp(0.0, 1.0),
            Self::Log { least, most } => {
                let value = value.clamp(least, most);
                (value / least).log10() / (most / least).log10()
            }
        }
    }

    fn ticks(self) -> Vec<f64> {
        match self {
            Self::Linear { most, step } => (0..100)
                .map(|tick| f64::from(tick) * step)
                .take_while(|tick| *tick <= most * (1.0 + 1e-9))
                .collect(),
            Self::Log { least, most } => {
                let decades = (most / least).log10().round() as i32;
                // One or two decades have room for more ticks.
                let times: &[f64] = if decades <= 2 {
                    &[1.0, 2.0, 5.0]
                } else {
                    &[1.0]
                };
                (0..=decades)
                    .flat_map(|decade| times.iter().map(move |times| (decade, times)))
                    .map(|(decade, times)| least * times * 10_f64.powi(decade))
                    .take_while(|tick| *tick <= most * (1.0 + 1e-9))
                    .collect()
            }
        }
    }
}

/// Returns the smallest step of 1, 2 or 5 times a power of ten that reaches `most` in at most
/// `count` steps.
fn round_step(most: f64, count: f64) -> f64 {
    let least = most.max(1e-9) / count;
    let power = 10_f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
    let step = steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9));
    step.unwrap_or(10.0 * power)
}

/// A chart that is being drawn.
struct Chart {
    svg: String,
    x: Scale,
    y: Scale,
}

impl Chart {
    fn new(
        title: &str,
        (x, x_name): (Scale, &str),
        y: Scale,
        label: impl Fn(f64) -> String,
    ) -> Self {
        let mut svg = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
        );
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        for tick in y.ticks() {
            let at = bottom - y.place(tick) * (bottom - TOP);
            let _ = write!(
                svg,
                "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{right}\"/><text class=\"end\" x=\"{}\" y=\"{:.1}\">{}</text>",
                LEFT - 6.0,
                at + 4.0,
                label(tick)
            );
        }
        let _ = write!(
            svg,
            "<text class=\"middle\" x=\"{}\" y=\"{}\">{x_name}</text>",
            f64::midpoint(LEFT, right),
            HEIGHT - 4.0
        );
        Self { svg, x, y }
    }

    fn x_ticks(&mut self, ticks: impl IntoIterator<Item = (f64, String)>) {
        let bottom = HEIGHT - BOTTOM;
        for (value, label) in ticks {
            let (at, _) = self.point(value, 0.0);
            let _ = write!(
                self.svg,
                "<path class=\"grid\" d=\"M{at:.1} {bottom}v4\"/><text class=\"middle\" x=\"{at:.1}\" y=\"{}\">{label}</text>",
                bottom + 18.0
            );
        }
    }

    fn point(&self, x: f64, y: f64) -> (f64, f64) {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        (
            LEFT + self.x.place(x) * (right - LEFT),
            bottom - self.y.place(y) * (bottom - TOP),
        )
    }

    /// Draws a line, with gaps where there is no value.
    fn line(&mut self, class: &str, points: impl IntoIterator<Item = Option<(f64, f64)>>) {
        let mut path = String::new();
        let mut is_drawn = false;
        for point in points {
            let Some((x, y)) = point else {
                is_drawn = false;
                continue;
            };
            let (x, y) = self.point(x, y);
            let _ = write!(path, "{}{x:.1} {y:.1}", if is_drawn { 'L' } else { 'M' });
            if !is_drawn {
                // A short line makes a single point visible.
                path.push_str("h.1");
            }
            is_drawn = true;
        }
        let _ = write!(self.svg, "<path class=\"line {class}\" d=\"{path}\"/>");
    }

    fn bar(&mut self, class: &str, (from, to): (f64, f64), (low, high): (f64, f64)) {
        let ((left, top), (right, bottom)) = (self.point(from, high), self.point(to, low));
        let (width, height) = ((right - left + 0.5).max(0.5), bottom - top);
        if height > 0.0 {
            let _ = write!(
                self.svg,
                "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>"
            );
        }
    }

    /// Draws a band from the bottom of the plot to its top.
    fn band(&mut self, class: &str, (from, to): (f64, f64)) {
        let (left, right) = (self.point(from, 0.0).0, self.point(to, 0.0).0);
        let (width, height) = (right - left + 0.5, HEIGHT - BOTTOM - TOP);
        let _ = write!(
            self.svg,
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{TOP}\" width=\"{width:.1}\" height=\"{height}\"/>"
        );
    }

    /// Draws a mark for a trial: a dot if it passed, else a cross.
    fn trial(&mut self, trial: &TrialRecord, (x, y): (f64, f64)) {
        let (x, y) = self.point(x, y);
        let (class, what) = match trial.verdict() {
            TrialVerdict::Passed => ("passed", "passed"),
            TrialVerdict::Failed => ("failed", "failed"),
            TrialVerdict::Disturbed => ("disturbed-trial", "failed during interference"),
        };
        let (shape, close) = if trial.passed {
            let circle = format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\">");
            (circle, "</circle>")
        } else {
            let d = format!("M{:.1} {:.1}l9 9m0-9l-9 9", x - 4.5, y - 4.5);
            (format!("<path class=\"{class}\" d=\"{d}\">"), "</path>")
        };
        let (rate, p99) = (rate(trial.rate), time(trial.p99_us));
        let _ = write!(
            self.svg,
            "{shape}<title>{rate}: {what}, latency p99 {p99}</title>{close}"
        );
    }

    fn end(mut self) -> String {
        self.svg.push_str("</svg>");
        self.svg
    }
}

/// Draws the latency by percentile.
pub(super) fn percentiles(latency: &Distribution, raw: &Distribution) -> Result<String, HdrError> {
    let curve = |distribution: &Distribution| -> Result<Vec<(f64, f64)>, HdrError> {
        let histogram = distribution.histogram()?;
        // Percentiles above which lies less than one datagram are all that of the slowest datagram.
        let most = (histogram.len().max(2) as f64).min(1e6);
        let steps = 120;
        Ok((0..=steps)
            .map(|step| most.powf(f64::from(step) / f64::from(steps)))
            .map(|one_in| {
                let value = histogram
                    .value_at_quantile(1.0 - 1.0 / one_in)
                    .max(histogram.min());
                (one_in, (value as f64 / 1e3).max(0.001))
            })
            .collect())
    };
    let (corrected, raw) = (curve(latency)?, curve(raw)?);
    let all = corrected.iter().chain(&raw).map(|(_, y)| *y);
    let y = Scale::decades(all);
    let x = Scale::decades([1.0, corrected.last().map_or(10.0, |(x, _)| *x)].into_iter());
    let mut chart = Chart::new("Latency by percentile", (x, "percentile"), y, tick);
    let names = ["0", "90", "99", "99.9", "99.99", "99.999", "99.9999"];
    let decades = (0..).map(|decade| 10_f64.powi(decade));
    let last = corrected.last().map_or(10.0, |(x, _)| *x);
    let ticks = decades.take_while(|decade| *decade <= last * 10.0);
    chart.x_ticks(ticks.zip(names.map(String::from)));
    chart.line("second", raw.into_iter().map(Some));
    chart.line("first", corrected.into_iter().map(Some));
    Ok(chart.end())
}

/// Draws the latency over time.
pub(super) fn latency_over_time(moments: &Moments) -> String {
    let all = moments
        .moments
        .iter()
        .flat_map(|moment| [moment.p50_us, moment.p99_us, moment.max_us]);
    let y = Scale::decades(all.flatten());
    let mut chart = over_time(moments, "Latency over time", y, tick);
    for (class, of) in [
        (
            "third",
            (|moment| moment.max_us) as fn(&Moment) -> Option<f64>,
        ),
        ("second", |moment| moment.p99_us),
        ("first", |moment| moment.p50_us),
    ] {
        let points = (0..).zip(&moments.moments).map(|(at, moment)| {
            let x = (f64::from(at) + 0.5) * moments.width_seconds;
            of(moment).map(|y| (x, y.max(0.001)))
        });
        chart.line(class, points);
    }
    chart.end()
}

/// Draws delivered and lost datagrams over time.
pub(super) fn delivery_over_time(moments: &Moments) -> String {
    let width = moments.width_seconds.max(1e-9);
    let most = moments.moments.iter().map(|moment| moment.sent).max();
    let y = Scale::up_to(most.unwrap_or_default() as f64 * 1.05 / width);
    let mut chart = over_time(moments, "Datagrams a second over time", y, short);
    for (at, moment) in (0..).zip(&moments.moments) {
        let x = (f64::from(at) * width, (f64::from(at) + 1.0) * width);
        let (sent, delivered) = (moment.sent as f64 / width, moment.delivered as f64 / width);
        chart.bar("delivered", x, (0.0, delivered));
        if moment.sent > moment.delivered {
            // A least height makes one lost datagram in thousands visible.
            let least = 0.012
                * match y {
                    Scale::Linear { most, .. } | Scale::Log { most, .. } => most,
                };
            chart.bar("lost", x, (delivered.min(sent - least).max(0.0), sent));
        }
    }
    chart.end()
}

/// Draws the trials of a search in order, and its answer.
pub(super) fn trials(search: &SearchRecord) -> String {
    let y = Scale::decades(search.trials.iter().map(|trial| trial.rate));
    let x = Scale::until(search.trials.len() as f64 + 0.5);
    let mut chart = Chart::new("Rates that were tried", (x, "trial"), y, short);
    // Only whole trials have a tick.
    let ticks = x
        .ticks()
        .into_iter()
        .filter(|tick| *tick > 0.0 && tick.fract() == 0.0);
    chart.x_ticks(ticks.map(|trial| (trial, trial.to_string())));
    if let Some(highest) = search.highest {
        let (end, line) = (search.trials.len() as f64 + 0.5, "answer");
        chart.line(line, [Some((0.0, highest)), Some((end, highest))]);
    }
    for (number, trial) in (1..).zip(&search.trials) {
        chart.trial(trial, (f64::from(number), trial.rate));
    }
    chart.end()
}

/// Draws the 99th percentile of the latency of each trial against its rate. `None` if no trial has
/// one.
pub(super) fn latency_by_rate(search: &SearchRecord) -> Option<String> {
    let measured = || search.trials.iter().filter(|trial| trial.p99_us > 0.0);
    measured().next()?;
    let x = Scale::decades(measured().map(|trial| trial.rate));
    let y = Scale::decades(measured().map(|trial| trial.p99_us));
    let title = "Latency p99 against rate";
    let mut chart = Chart::new(title, (x, "datagrams a second"), y, tick);
    chart.x_ticks(x.ticks().into_iter().map(|rate| (rate, short(rate))));
    for trial in measured() {
        chart.trial(trial, (trial.rate, trial.p99_us));
    }
    Some(chart.end())
}

fn over_time(moments: &Moments, title: &str, y: Scale, label: impl Fn(f64) -> String) -> Chart {
    let seconds = moments.width_seconds * moments.moments.len() as f64;
    let x = Scale::until(seconds);
    let mut chart = Chart::new(title, (x, "seconds"), y, label);
    let ticks = x.ticks().into_iter();
    chart.x_ticks(ticks.map(|tick| (tick, short_seconds(tick))));
    for (at, moment) in (0..).zip(&moments.moments) {
        if moment.disturbed {
            let x = |at: i32| f64::from(at) * moments.width_seconds;
            chart.band("disturbed", (x(at), x(at + 1)));
        }
    }
    chart
}

/// Formats a label of an axis of times.
fn tick(us: f64) -> String {
    if us < 0.995 {
        return format!("{:.0} ns", us * 1e3);
    }
    let text = time(us);
    text.replace(".00 ", " ")
}

/// Formats a round number of seconds.
fn short_seconds(seconds: f64) -> String {
    format!("{}", (seconds * 1e6).round() / 1e6)
}

/// Formats a label of an axis of numbers, such as 20k.
fn short(number: f64) -> String {
    match number {
        _ if number >= 1e6 => format!("{}M", number / 1e6),
        _ if number >= 1e4 => format!("{}k", number / 1e3),
        _ if number >= 1e3 => count(number as u64),
        _ => format!("{}", (number * 10.0).round() / 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::histogram::empty_histogram;

    #[test]
    fn axes_have_round_ends() {
        let ticks = |scale: Scale| scale.ticks();
        assert_eq!(
            ticks(Scale::up_to(5_500.0)),
            [0.0, 2_000.0, 4_000.0, 6_000.0]
        );
        assert_eq!(ticks(Scale::until(4.5)), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(
            ticks(Scale::until(30.0)),
            [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0]
        );
        let close = |ticks: Vec<f64>, expected: &[f64]| {
            assert_eq!(ticks.len(), expected.len(), "{ticks:?}");
            for (tick, expected) in ticks.iter().zip(expected) {
                assert!((tick / expected - 1.0).abs() < 1e-9, "{ticks:?}");
            }
        };
        close(
            ticks(Scale::decades([35.0, 1200.0].into_iter())),
            &[10.0, 100.0, 1e3, 1e4],
        );
        close(
            ticks(Scale::decades([].into_iter())),
            &[1.0, 2.0, 5.0, 10.0],
        );
        assert_eq!(
            [0.0, 2500.0, 20_000.0, 1.5e6].map(short),
            ["0", "2,500", "20k", "1.5M"]
        );
        assert_eq!(
            [0.1, 1.0, 1000.0, 1e6].map(tick),
            ["100 ns", "1 µs", "1 ms", "1 s"]
        );
    }

    #[test]
    fn a_test_without_reports_has_charts_too() {
        let empty = Distribution::of(&empty_histogram());
        let svg = percentiles(&empty, &empty).expect("the histogram is valid");
        assert!(
            svg.starts_with("<svg") && svg.ends_with("</svg>") && !svg.contains("NaN"),
            "{svg}"
        );
    }
}
