//! Describes the first datagram of each kind. This code does not run for other datagrams, so it
//! need not be fast.

use event_datagram::jsonrpc::{self, sender::Release};
use event_datagram::{Event, EventBuf, ParamBuf, ValueBuf, advise, text};

use super::detail::Detail;
use super::find::{control_character, limit_ahead, repeated_name};
use super::kind::Kind;
use super::kind_set::KindSet;
use super::params::{holds_member, in_jsonrpc, in_text, inside_quotes, wrapped_integer};
use crate::dialect::Dialect;
use crate::escape::{escaped, quoted};
use crate::evidence::param_in_words;

/// The most lines of a value that a naive listener is shown to report.
const MAX_LINES: usize = 3;
/// The bytes that are shown where a datagram differs from the one that a release writes.
const AROUND: usize = 24;

/// Returns what a datagram of this kind holds, and where.
pub(super) fn describe(kind: Kind, dialect: Dialect, datagram: &[u8]) -> Vec<Detail> {
    let event = dialect.decode(datagram);
    let event = match (kind, event) {
        (Kind::OverBuffer, _) => return vec![size(datagram)],
        (Kind::NotUtf8, _) => return vec![not_utf8(datagram)],
        (Kind::ControlCharacter, _) => return vec![control(datagram)],
        (Kind::UnfinishedLine, _) => return vec![unfinished(datagram)],
        (Kind::NearLimit, _) => return vec![near_limit(dialect, datagram)],
        (
            Kind::OverMacosUnix | Kind::OverMacosUdp | Kind::OverDocumentedSize | Kind::OverUdp,
            _,
        ) => return vec![size(datagram)],
        (Kind::Malformed, Err(why)) => {
            let requirement = dialect.rejecting_requirement(datagram);
            return vec![Detail::new("why", format!("{why} ({requirement})"))];
        }
        // The codec rejects the datagram, but other parsers may read it.
        (_, Err(why)) => return vec![Detail::new("why", why)],
        (_, Ok(event)) => event,
    };
    match kind {
        Kind::NotWritten => not_written(dialect, &event, datagram),
        Kind::LongEventName => {
            let length = event.name.len();
            vec![Detail::new("why", format!("event name of {length} bytes"))]
        }
        Kind::EventNameForm => {
            let advice = advise(&event.name).map(|advice| advice.to_string());
            vec![Detail::new("why", advice.unwrap_or_default())]
        }
        Kind::DuplicateName => match repeated_name(&event) {
            Some(index) => parameter(&event, index),
            None => Vec::new(),
        },
        Kind::EmptyEventName | Kind::OddRequest | Kind::Batch | Kind::NoEventValue => Vec::new(),
        _ => in_parameter(kind, dialect, &event),
    }
}

/// Describes the first parameter of a kind.
fn in_parameter(kind: Kind, dialect: Dialect, event: &EventBuf) -> Vec<Detail> {
    let index = event.params().position(|param| {
        let mut kinds = KindSet::default();
        match dialect {
            Dialect::Text => in_text(&param, &mut kinds),
            Dialect::JsonRpc if kind == Kind::ForgedParameter => {
                kinds.add_if(holds_member(&param.value), kind);
            }
            Dialect::JsonRpc => in_jsonrpc(&param, &mut kinds),
        }
        kinds.contains(kind)
    });
    let Some(index) = index else {
        return Vec::new();
    };
    let mut details = parameter(event, index);
    details.extend(readings(kind, dialect, &event.params[index]));
    details
}

/// Returns the position and the name of a parameter.
fn parameter(event: &EventBuf, index: usize) -> Vec<Detail> {
    let param = &event.params[index];
    let text = match &param.name {
        Some(name) => format!("{}, {}", index + 1, quoted(name)),
        None => format!("{}, without a name", index + 1),
    };
    vec![Detail::new("parameter", text)]
}

/// Returns how a parameter is read, and how listeners may also read it, rightly or by mistake.
fn readings(kind: Kind, dialect: Dialect, param: &ParamBuf) -> Vec<Detail> {
    let detail = |label, param: &ParamBuf| Detail::new(label, param_in_words(param));
    let ValueBuf::Bytes(value) = &param.value else {
        return vec![detail("read as", param)];
    };
    let with_value = |value: &[u8]| ParamBuf {
        name: param.name.clone(),
        value: value.into(),
    };
    let unquoted = |value: &[u8]| inside_quotes(value).map(without_escapes);
    match kind {
        Kind::NameOrValue => {
            let line = bare_line(param, value);
            let inside = unquoted(&line).map(ParamBuf::unnamed);
            let whole = ParamBuf::unnamed(line);
            let mut readings = vec![detail("either", param), detail("or", &whole)];
            readings.extend(inside.map(|inside| detail("or", &inside)));
            readings
        }
        Kind::QuotedLine => {
            let inside = unquoted(value).unwrap_or_default();
            vec![detail("either", param), detail("or", &with_value(&inside))]
        }
        Kind::LeadingSeparator => {
            let empty = ParamBuf::named("", &value[2..]);
            vec![detail("read as", param), detail("not as", &empty)]
        }
        Kind::WrappedInteger => {
            let integer = wrapped_integer(value).unwrap_or_default();
            let text = format!("an integer of the server: {integer}");
            vec![detail("read as", param), Detail::new("was", text)]
        }
        Kind::ForgedParameter | Kind::BackslashLast if dialect == Dialect::Text => {
            let mut readings = vec![detail("read as", param)];
            readings.push(Detail::new("not as", line_by_line(kind, param, value)));
            readings
        }
        _ => vec![detail("read as", param)],
    }
}

/// Returns the line of a bare parameter.
fn bare_line(param: &ParamBuf, value: &[u8]) -> Vec<u8> {
    match &param.name {
        Some(name) => [&name[..], b"::", value].concat(),
        None => value.into(),
    }
}

/// Returns what a listener reports for a quoted value if it splits the datagram into lines first.
/// For a forged parameter, lines with a name come first: an attacker would choose these.
fn line_by_line(kind: Kind, param: &ParamBuf, value: &[u8]) -> String {
    let pieces: Vec<_> = value.split(|byte| *byte == b'"').collect();
    let on_wire = [&b"\""[..], &pieces.join(&b"\\\""[..]), b"\""].concat();
    let mut lines: Vec<_> = on_wire.split(|byte| *byte == b'\n').collect();
    let mut reports = Vec::new();
    if let Some(name) = &param.name {
        let first = ParamBuf::named(name.clone(), lines.remove(0));
        // This is the parameter itself, and not one that the value adds.
        reports.extend((kind == Kind::BackslashLast).then_some(first));
    }
    reports.extend(lines.into_iter().map(split));
    if kind == Kind::ForgedParameter {
        // The sort is stable, so lines without a name stay in order.
        reports.sort_by_key(|report| report.name.is_none());
    }
    let shown = reports.iter().take(MAX_LINES);
    let mut words: Vec<_> = shown.map(param_in_words).collect();
    if reports.len() > MAX_LINES {
        words.push(format!("and {} more", reports.len() - MAX_LINES));
    }
    words.join("  ")
}

/// Splits a line at its first `::`.
fn split(line: &[u8]) -> ParamBuf {
    let separator = line.windows(2).position(|pair| pair == b"::");
    match separator.filter(|at| *at > 0) {
        Some(at) => ParamBuf::named(&line[..at], &line[at + 2..]),
        None => ParamBuf::unnamed(line),
    }
}

/// Reads `\"` as `"`, and keeps every other backslash (T7).
fn without_escapes(quoted: &[u8]) -> Vec<u8> {
    let mut content: Vec<u8> = Vec::with_capacity(quoted.len());
    for byte in quoted {
        if *byte == b'"' && content.last() == Some(&b'\\') {
            content.pop();
        }
        content.push(*byte);
    }
    content
}

/// Returns how a datagram differs from what a release writes.
fn not_written(dialect: Dialect, event: &EventBuf, datagram: &[u8]) -> Vec<Detail> {
    let mut written = Vec::new();
    let (releases, encoded) = match dialect {
        Dialect::Text => (
            "1.8 to 3.0",
            text::sender::encode_to_vec(event, &mut written),
        ),
        Dialect::JsonRpc if datagram.starts_with(b"{\"id\"") => (
            "3.1.0",
            jsonrpc::sender::encode_to_vec(Release::V3_1, event, &mut written),
        ),
        Dialect::JsonRpc => (
            "3.4 to 4.0",
            jsonrpc::sender::encode_to_vec(Release::V3_4, event, &mut written),
        ),
    };
    if let Err(error) = encoded {
        return vec![Detail::new("why", error.to_string())];
    }
    let pairs = datagram.iter().zip(&written);
    let at = pairs.take_while(|(one, other)| one == other).count();
    let from_there = |bytes: &[u8]| match &bytes[at..] {
        [] => "nothing more".into(),
        rest => format!("`{}`", escaped(&rest[..rest.len().min(AROUND)])),
    };
    let (found, expected) = (from_there(datagram), from_there(&written));
    vec![Detail::new(
        "why",
        format!("at byte {at}: found {found}, where {releases} write {expected}"),
    )]
}

fn size(datagram: &[u8]) -> Detail {
    Detail::new("why", format!("{} bytes", datagram.len()))
}

fn near_limit(dialect: Dialect, datagram: &[u8]) -> Detail {
    let limit = limit_ahead(dialect, datagram.len()).unwrap_or_default();
    let text = format!(
        "{} bytes, and what is longer than {limit} is lost",
        datagram.len()
    );
    Detail::new("why", text)
}

fn not_utf8(datagram: &[u8]) -> Detail {
    let valid = str::from_utf8(datagram).map_or_else(|error| error.valid_up_to(), str::len);
    let byte = datagram.get(valid).copied().unwrap_or_default();
    Detail::new("why", format!("0x{byte:02x} at byte {valid}"))
}

fn control(datagram: &[u8]) -> Detail {
    let at = control_character(datagram).unwrap_or_default();
    let character = datagram[at..].utf8_chunks().next();
    let character = character.and_then(|chunk| chunk.valid().chars().next());
    let code = character.map_or(0, u32::from);
    Detail::new("why", format!("U+{code:04X} at byte {at}"))
}

fn unfinished(datagram: &[u8]) -> Detail {
    Detail::new("why", format!("it ends at byte {}", datagram.len()))
}
