//! Lists the readings of one parameter, by T2 to T10.

use std::iter;

use event_datagram::ParamBuf;

/// A parameter. All its readings end at the same place.
#[derive(Clone, Debug)]
pub(super) struct Parameter<'a> {
    /// The line on which the parameter starts.
    pub(super) line: &'a [u8],
    /// The readings, the preferred one first.
    pub(super) readings: Vec<ParameterReading<'a>>,
    /// The length, quotes and line feed included.
    length: usize,
}

/// One way to read a parameter.
#[derive(Clone, Debug)]
pub(super) struct ParameterReading<'a> {
    name: Option<&'a [u8]>,
    value: ValueReading<'a>,
}

#[derive(Clone, Copy, Debug)]
enum ValueReading<'a> {
    Bare(&'a [u8]),
    /// The text between the quotes.
    Quoted(&'a [u8]),
}

/// Lists the parameters of a datagram. `body` is the text after the line with the event's name.
pub(super) fn parameters(body: &[u8]) -> impl Iterator<Item = Parameter<'_>> {
    let mut rest = body;
    iter::from_fn(move || {
        // T2: an empty line ends the parameters.
        if rest.is_empty() || rest == b"\n" {
            return None;
        }
        let parameter = parameter(rest);
        rest = &rest[parameter.length.min(rest.len())..];
        Some(parameter)
    })
}

/// Returns whether a name or value can stand outside of quotes by the documented grammar.
pub(super) fn is_unquoted(text: &[u8]) -> bool {
    !text.iter().any(|byte| b"'\"\r".contains(byte))
}

impl ParameterReading<'_> {
    pub(super) fn param(&self) -> ParamBuf {
        let value = match self.value {
            ValueReading::Bare(bytes) => bytes.to_vec(),
            ValueReading::Quoted(bytes) => unescape(bytes),
        };
        ParamBuf {
            name: self.name.map(<[u8]>::to_vec),
            value: value.into(),
        }
    }

    /// Returns whether the documented grammar allows this reading.
    pub(super) fn keeps_to_grammar(&self) -> bool {
        let value = match self.value {
            ValueReading::Bare(value) => is_unquoted(value),
            ValueReading::Quoted(_) => true,
        };
        value && self.name.is_none_or(is_unquoted)
    }

    /// T8: returns whether the value is bare, and starts with a quote that the end of the line does
    /// not close.
    pub(super) fn opens_quote(&self) -> bool {
        match self.value {
            ValueReading::Bare(value) => value.starts_with(b"\"") && on_one_line(value).is_none(),
            ValueReading::Quoted(_) => false,
        }
    }

    /// T10: returns whether a quoted value ends in a backslash.
    pub(super) fn ends_in_backslash(&self) -> bool {
        matches!(self.value, ValueReading::Quoted(value) if value.ends_with(b"\\"))
    }
}

/// Returns the parameter at the start of `text`. Applies the rulings in their order: T7 and T10 at
/// the start of the line, then T4, then T7 and T10 after the `::`.
fn parameter(text: &[u8]) -> Parameter<'_> {
    let line = first_line(text);
    let quoted = |name, start: usize| {
        let inside = quoted(&text[start..])?;
        let value = ValueReading::Quoted(inside);
        Some(Parameter {
            line,
            readings: vec![ParameterReading { name, value }],
            length: start + inside.len() + b"\"\"\n".len(),
        })
    };
    quoted(None, 0).unwrap_or_else(|| {
        let mut readings = Vec::new();
        match name(line) {
            Some(name) => {
                let start = name.len() + b"::".len();
                if let Some(parameter) = quoted(Some(name), start) {
                    return parameter;
                }
                add_bare(Some(name), &line[start..], &mut readings);
                // T6
                if !is_plain(name) {
                    add_bare(None, line, &mut readings);
                }
            }
            None => add_bare(None, line, &mut readings),
        }
        Parameter {
            line,
            readings,
            length: line.len() + b"\n".len(),
        }
    })
}

/// T4, T5: returns the name with which a line begins, if it is not quoted.
fn name(line: &[u8]) -> Option<&[u8]> {
    let separator = line.windows(2).position(|pair| pair == b"::");
    separator.filter(|at| *at > 0).map(|at| &line[..at])
}

fn is_plain(name: &[u8]) -> bool {
    name.iter()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte))
}

/// T8, T9: adds the readings of a value that ends at the end of its line.
fn add_bare<'a>(name: Option<&'a [u8]>, value: &'a [u8], to: &mut Vec<ParameterReading<'a>>) {
    let readings = iter::once(ValueReading::Bare(value));
    let readings = readings.chain(on_one_line(value).map(ValueReading::Quoted));
    to.extend(readings.map(|value| ParameterReading { name, value }));
}

/// T9: returns the text between the quotes of a value on one line, if the quotes enclose the value
/// by the grammar.
fn on_one_line(value: &[u8]) -> Option<&[u8]> {
    let closing = unescaped_quote(value)?;
    (closing + 1 == value.len()).then(|| &value[1..closing])
}

/// T7, T10: returns the text between the quotes of the quoted value at the start of `text`.
fn quoted(text: &[u8]) -> Option<&[u8]> {
    if !text.starts_with(b"\"") {
        return None;
    }
    let first_line = first_line(text).len();
    let closes = |at: &usize| *at > first_line && matches!(text.get(at + 1), None | Some(b'\n'));
    let unescaped = unescaped_quote(text);
    let t7 = unescaped.filter(closes);
    let t10 = || {
        let escaped = 1..unescaped.unwrap_or(text.len());
        escaped.rev().find(|at| text[*at] == b'"' && closes(at))
    };
    t7.or_else(t10).map(|closing| &text[1..closing])
}

/// Returns the position of the first quote after the opening quote at the start of `text` that has
/// no backslash before it.
fn unescaped_quote(text: &[u8]) -> Option<usize> {
    if !text.starts_with(b"\"") {
        return None;
    }
    (1..text.len()).find(|at| text[*at] == b'"' && text[at - 1] != b'\\')
}

/// T7: replaces `\"` by `"`, and keeps every other backslash.
fn unescape(quoted: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    for (at, byte) in quoted.iter().enumerate() {
        if *byte == b'\\' && quoted.get(at + 1) == Some(&b'"') {
            continue;
        }
        content.push(*byte);
    }
    content
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b'\n').next().unwrap_or_default()
}
