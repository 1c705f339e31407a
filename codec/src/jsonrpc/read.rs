//! Reads parameters out of text that the scanner has found well-formed.

use core::iter::FusedIterator;

use super::plain::plain;
use crate::{Bytes, Param, Value};

/// The parameters of a [`Decoded`](super::Decoded) datagram, in order: all of them with a name, or
/// none.
#[derive(Clone, Debug)]
pub struct Params<'a> {
    /// The rest of the text between the brackets.
    rest: &'a [u8],
    form: ParamsForm,
}

/// The JSON value that holds the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ParamsForm {
    /// An object: each parameter has a name.
    Object,
    /// An array: none has one.
    Array,
}

impl<'a> Params<'a> {
    /// Returns the parameters in the text between the brackets of a value of this form.
    pub(super) const fn new(text: &'a [u8], form: ParamsForm) -> Self {
        Self { rest: text, form }
    }

    /// Returns no parameters.
    pub(super) const fn none() -> Self {
        Self::new(b"", ParamsForm::Array)
    }
}

impl<'a> Iterator for Params<'a> {
    type Item = Param<'a>;

    #[inline]
    fn next(&mut self) -> Option<Param<'a>> {
        let mut rest = past(self.rest, b',')?;
        let mut name = None;
        if self.form == ParamsForm::Object {
            let (found, behind) = string(rest);
            name = Some(found);
            rest = past(behind, b':')?;
        }
        let value;
        (value, self.rest) = match rest.first()? {
            b'"' => {
                let (content, rest) = string(rest);
                (Value::Bytes(content), rest)
            }
            b'n' => (Value::Null, &rest[4..]),
            _ => number(rest)?,
        };
        Some(Param { name, value })
    }
}

impl FusedIterator for Params<'_> {}

/// Returns the integer that these digits denote, if it fits in 64 bits with a sign.
#[inline]
pub(super) fn integer(negative: bool, digits: &[u8]) -> Option<i64> {
    let digit = |byte: &u8| i64::from(byte - b'0');
    // Eighteen digits always fit.
    if digits.len() <= 18 {
        let sum = digits.iter().fold(0, |sum, byte| sum * 10 + digit(byte));
        return Some(if negative { -sum } else { sum });
    }
    digits.iter().try_fold(0_i64, |sum, byte| {
        let tens = sum.checked_mul(10)?;
        if negative {
            tens.checked_sub(digit(byte))
        } else {
            tens.checked_add(digit(byte))
        }
    })
}

/// Skips white space and occurrences of `byte`; `None` at the end.
#[inline]
fn past(mut text: &[u8], byte: u8) -> Option<&[u8]> {
    loop {
        let (first, rest) = text.split_first()?;
        if *first != byte && !matches!(first, b' ' | b'\t' | b'\n' | b'\r') {
            return Some(text);
        }
        text = rest;
    }
}

/// Reads the string at the start of `text`, and returns it and the rest.
#[inline]
fn string(text: &[u8]) -> (Bytes<'_>, &[u8]) {
    let text = &text[1..];
    let mut end = 0;
    let mut escapes = false;
    loop {
        match text[end] {
            b'"' => break,
            b'\\' => {
                // The byte behind the backslash is skipped; digits behind `\u` are plain bytes
                // here.
                escapes = true;
                end += 2;
            }
            _ => end += plain(&text[end..]),
        }
    }
    let (raw, rest) = (&text[..end], &text[end + 1..]);
    let content = if escapes {
        Bytes::json(raw)
    } else {
        Bytes::new(raw)
    };
    (content, rest)
}

#[inline]
fn number(text: &[u8]) -> Option<(Value<'_>, &[u8])> {
    let (negative, unsigned) = match text {
        [b'-', unsigned @ ..] => (true, unsigned),
        _ => (false, text),
    };
    let end = unsigned.iter().position(|byte| !byte.is_ascii_digit());
    let (digits, rest) = unsigned.split_at(end.unwrap_or(unsigned.len()));
    Some((Value::Integer(integer(negative, digits)?), rest))
}
