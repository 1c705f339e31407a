//! Finds the quotes of values: which quotes close a value, and which are escaped.

use std::cell::RefCell;
use std::rc::Rc;

use bstr::ByteSlice as _;

use crate::faults::chain::StepRef;

/// The steps that find the closing quote of a quoted value at the start of a text, if there is one.
pub(super) struct Closing {
    /// Calls the other two steps, one after the other.
    pub(super) search: StepRef<[u8], Option<usize>>,
    /// Finds the quote that closes a value by T7.
    pub(super) unescaped: Rc<RefCell<StepRef<[u8], Option<usize>>>>,
    /// Finds the quote that closes a value by T10, if none closes it by T7.
    pub(super) escaped: Rc<RefCell<StepRef<[u8], Option<usize>>>>,
}

impl Default for Closing {
    fn default() -> Self {
        let unescaped = Rc::new(RefCell::new(StepRef::new(unescaped_closing)));
        let escaped = Rc::new(RefCell::new(StepRef::new(escaped_closing)));
        let (first, second) = (unescaped.clone(), escaped.clone());
        let search = move |rest: &[u8]| {
            let closing = first.borrow_mut().call(rest);
            closing.or_else(|| second.borrow_mut().call(rest))
        };
        Self {
            search: StepRef::new(search),
            unescaped,
            escaped,
        }
    }
}

/// Finds the quote that closes the value at the start: by T7, or else by T10.
pub(super) fn closing(rest: &[u8]) -> Option<usize> {
    unescaped_closing(rest).or_else(|| escaped_closing(rest))
}

/// Finds the quote that closes a value by T7: the first one without a backslash before it, if it
/// can close a value.
fn unescaped_closing(rest: &[u8]) -> Option<usize> {
    unescaped_quote(rest).filter(|quote| can_close(rest, *quote))
}

/// Finds the quote that closes a value by T10. Of the escaped quotes before the first one without a
/// backslash, it is the last one that can close a value.
pub(super) fn escaped_closing(rest: &[u8]) -> Option<usize> {
    escaped_quotes(rest).rfind(|quote| can_close(rest, *quote))
}

/// Finds the first quote without a backslash before it, after an opening quote at the start.
pub(super) fn unescaped_quote(rest: &[u8]) -> Option<usize> {
    quotes(rest).find(|quote| rest[quote - 1] != b'\\')
}

/// Finds the escaped quotes before the first quote without a backslash.
pub(super) fn escaped_quotes(rest: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    quotes(&rest[..unescaped_quote(rest).unwrap_or(rest.len())])
}

/// Finds the first wanted one of the escaped quotes before the first quote without a backslash.
/// Reads no further than that quote, so that a datagram of many values takes linear time.
pub(super) fn first_escaped_quote(rest: &[u8], is_wanted: impl Fn(usize) -> bool) -> Option<usize> {
    let mut escaped = quotes(rest).take_while(|quote| rest[quote - 1] == b'\\');
    escaped.find(|quote| is_wanted(*quote))
}

/// Finds the quotes after an opening quote at the start.
pub(super) fn quotes(rest: &[u8]) -> impl DoubleEndedIterator<Item = usize> {
    let end = if rest.starts_with(b"\"") {
        rest.len()
    } else {
        0
    };
    (1..end).filter(|at| rest[*at] == b'"')
}

/// Finds the quotes after an opening quote at the start that end a line. Does not look at the
/// others, because a datagram may open a quote on each of thousands of lines.
pub(super) fn quotes_at_line_ends(rest: &[u8]) -> impl Iterator<Item = usize> {
    let quoted = if rest.starts_with(b"\"") { rest } else { b"" };
    let before_line_feed = quoted.find_iter("\"\n").filter(|at| *at > 0);
    let at_the_end = quoted.len().checked_sub(1);
    let at_the_end = at_the_end.filter(|at| *at > 0 && quoted[*at] == b'"');
    before_line_feed.chain(at_the_end)
}

/// Finds the last wanted one of the quotes that end a line.
pub(super) fn last_quote_at_line_end(
    rest: &[u8],
    is_wanted: impl Fn(usize) -> bool,
) -> Option<usize> {
    // The search from the start sees faster that there is none.
    quotes_at_line_ends(rest).find(|quote| is_wanted(*quote))?;
    quotes(rest).rfind(|quote| ends_line(rest, *quote) && is_wanted(*quote))
}

/// Returns whether the quote at `quote` can close a value: it ends a line, and the text before it
/// contains a line feed.
pub(super) fn can_close(rest: &[u8], quote: usize) -> bool {
    ends_line(rest, quote) && rest[..quote].contains(&b'\n')
}

/// Returns whether a line or the datagram ends after `at`.
pub(super) fn ends_line(rest: &[u8], at: usize) -> bool {
    matches!(rest.get(at + 1), None | Some(b'\n'))
}

/// Finds the first line end outside of quotes. `next` finds line ends.
pub(super) fn end_outside_quotes(
    rest: &[u8],
    next: &mut dyn FnMut(&[u8]) -> usize,
) -> Option<usize> {
    let mut end = 0;
    let mut is_open = false;
    loop {
        let length = next(&rest[end..]);
        is_open ^= !has_even_quotes(&rest[end..end + length]);
        end += length;
        rest.get(end)?;
        if !is_open {
            return Some(end);
        }
        end += 1;
    }
}

/// Returns whether the number of quotes is even.
pub(super) fn has_even_quotes(text: &[u8]) -> bool {
    text.find_iter("\"").count().is_multiple_of(2)
}

/// Returns the value of the text between two quotes.
pub(super) fn unquote(content: &[u8]) -> Vec<u8> {
    content.replace("\\\"", "\"")
}

/// Returns the text between two quotes for a value.
pub(super) fn quote(value: &[u8]) -> Vec<u8> {
    value.replace("\"", "\\\"")
}
