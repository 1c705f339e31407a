//! The values of options, and their parsers for clap.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::kit::Language;
use event_datagram_conformance::load::{MAX_TIME, Shape};
use event_datagram_conformance::vectors::{Level, is_slug};

/// The datagrams of a case, given in hex.
#[derive(Clone, Debug)]
pub(crate) struct Datagrams(pub(crate) Vec<Vec<u8>>);

/// A vector file to write, and its topic.
#[derive(Clone, Debug)]
pub(crate) struct VectorFileArg {
    pub(crate) path: PathBuf,
    pub(crate) topic: String,
}

/// One of several equal parts of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShardArg {
    /// The number of the part, from 1.
    pub(crate) index: usize,
    pub(crate) count: usize,
}

/// A report in one of the formats `F`, and the file it goes to.
#[derive(Clone, Debug)]
pub(crate) struct ReportArg<F> {
    pub(crate) format: F,
    pub(crate) path: PathBuf,
}

/// Parses a level.
pub(crate) fn level() -> impl TypedValueParser<Value = Level> {
    let parse = |word: String| Level::named(&word).expect("clap accepts only these words");
    PossibleValuesParser::new(Level::ALL.iter().map(|level| level.as_str())).map(parse)
}

/// Parses a dialect.
pub(crate) fn dialect() -> impl TypedValueParser<Value = Dialect> {
    let parse = |word: String| Dialect::named(&word).expect("clap accepts only these words");
    PossibleValuesParser::new(Dialect::ALL.iter().map(|dialect| dialect.as_str())).map(parse)
}

/// Parses the language of a kit.
pub(crate) fn language() -> impl TypedValueParser<Value = Language> {
    let parse = |word: String| Language::named(&word).expect("clap accepts only these words");
    PossibleValuesParser::new(Language::ALL.iter().map(|language| language.as_str())).map(parse)
}

/// Parses `INDEX/COUNT`.
pub(crate) fn shard(text: &str) -> Result<ShardArg, String> {
    let shard = text.split_once('/').and_then(|(index, count)| {
        let (index, count) = (index.parse().ok()?, count.parse().ok()?);
        (1..=count)
            .contains(&index)
            .then_some(ShardArg { index, count })
    });
    shard.ok_or_else(|| "expected a part and how many there are, such as 1/4".into())
}

/// The shortest time that options accept.
const MIN_TIME: Duration = Duration::from_millis(1);

/// Parses a time of a millisecond or more: `10`, `1.5s`, `500ms`, `2m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = if let Some(number) = text.strip_suffix("ms") {
        (number, 1e-3)
    } else if let Some(number) = text.strip_suffix('m') {
        (number, 60.0)
    } else {
        (text.strip_suffix('s').unwrap_or(text), 1.0)
    };
    let seconds = number.parse::<f64>().ok().map(|number| number * unit);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let duration = duration.filter(|duration| (MIN_TIME..=MAX_TIME).contains(duration));
    duration
        .ok_or_else(|| "expected a time from 1ms to a day, such as 10, 1.5s, 500ms or 2m".into())
}

/// Parses a time as [`duration`] does, or zero.
pub(crate) fn duration_or_zero(text: &str) -> Result<Duration, String> {
    if matches!(text, "0" | "0s" | "0ms") {
        return Ok(Duration::ZERO);
    }
    duration(text)
}

/// Parses a part in percent, such as `0.1%`. Zero needs no percent sign.
pub(crate) fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').or((text == "0").then_some(text));
    let percent = number.and_then(|number| number.parse::<f64>().ok());
    let percent = percent.filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| "expected a part from 0% to 100%, such as 0.1%".into())
}

/// Parses a latency, from a microsecond: `5ms`, `800us`, `1s`.
pub(crate) fn latency(text: &str) -> Result<Duration, String> {
    let micros = text.strip_suffix("us").or(text.strip_suffix("µs"));
    let latency = match micros {
        Some(number) => number.parse().ok().map(Duration::from_micros),
        None => duration(text).ok(),
    };
    let latency = latency.filter(|latency| (Duration::from_micros(1)..=MAX_TIME).contains(latency));
    latency.ok_or_else(|| "expected a time from 1us, such as 800us, 5ms or 1s".into())
}

/// Parses a rate of any shape.
pub(crate) fn shape(text: &str) -> Result<Shape, String> {
    text.parse()
}

/// Parses a constant rate.
pub(crate) fn plain_rate(text: &str) -> Result<f64, String> {
    match text.parse()? {
        Shape::Constant(rate) => Ok(rate),
        _ => Err("expected datagrams a second, such as 500, 20k or 1.5M".into()),
    }
}

/// Parses the permissions of a file in octal: `660` or `0660`.
pub(crate) fn file_mode(text: &str) -> Result<u32, String> {
    let mode = u32::from_str_radix(text, 8).ok();
    let mode = mode.filter(|mode| *mode <= 0o777 && !text.starts_with('+'));
    mode.ok_or_else(|| "expected permissions in octal from 0 to 777, such as 660".into())
}

/// Parses a topic, which is a part of vector ids.
pub(crate) fn slug(text: &str) -> Result<String, String> {
    if is_slug(text) {
        Ok(text.into())
    } else {
        Err("expected lower-case letters and digits with single hyphens between them".into())
    }
}

/// Parses the path of a vector file, whose stem is the topic.
pub(crate) fn vector_file(text: &str) -> Result<VectorFileArg, String> {
    let path = PathBuf::from(text);
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let topic = slug(stem.unwrap_or_default())
        .map_err(|error| format!("the file's name without its extension is a topic: {error}"))?;
    Ok(VectorFileArg { path, topic })
}

/// Parses datagrams in hex with commas between them.
pub(crate) fn datagrams(text: &str) -> Result<Datagrams, String> {
    let each = text.split(',').map(hex::decode);
    let datagrams = each.collect::<Result<_, _>>();
    datagrams.map(Datagrams).map_err(|error| error.to_string())
}

/// Parses an event name as OpenSIPS takes it: one line of at most 64 bytes.
pub(crate) fn event_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.len() > 64 || text.contains(char::is_control) {
        return Err("expected 1 to 64 bytes without control characters".into());
    }
    Ok(text.into())
}

/// Returns a parser of `FORMAT=FILE` with one of these named formats.
pub(crate) fn report<F: Copy>(
    formats: &'static [(&'static str, F)],
) -> impl Fn(&str) -> Result<ReportArg<F>, String> + Clone {
    move |text| {
        let Some((name, path)) = text.split_once('=').filter(|(_, path)| !path.is_empty()) else {
            let name = formats[0].0;
            return Err(format!(
                "expected FORMAT=FILE, such as {name}=report.{name}"
            ));
        };
        match formats.iter().find(|(known, _)| *known == name) {
            Some((_, format)) => Ok(ReportArg {
                format: *format,
                path: path.into(),
            }),
            None => {
                let names: Vec<_> = formats.iter().map(|(name, _)| *name).collect();
                let names = names.join(", ");
                Err(format!("there is no format `{name}`; formats: {names}"))
            }
        }
    }
}
