//! Methods that add links to the steps of the text listener, for the faults of several kinds.

use super::quotes::{can_close, quote};
use super::reader::{Reader, line};
use crate::faults::event::{Event, Param, Reading, Value};
use crate::faults::listener::Listener;

/// A link in the chain that searches a closing quote. Its second argument is the rest of the chain.
pub(super) trait SearchQuote:
    Fn(&[u8], &mut dyn FnMut(&[u8]) -> Option<usize>) -> Option<usize> + Clone + 'static
{
}

impl<F> SearchQuote for F where
    F: Fn(&[u8], &mut dyn FnMut(&[u8]) -> Option<usize>) -> Option<usize> + Clone + 'static
{
}

/// Links for faults that change bytes or texts.
impl Listener<Reader> {
    /// Changes every datagram before it is read.
    pub(super) fn datagrams(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        self.receive
            .flat_map(move |datagram| vec![change(&datagram)]);
    }

    /// Drops datagrams silently.
    pub(super) fn ignores(&mut self, is_ignored: fn(&[u8]) -> bool) {
        self.receive.map(move |mut datagrams| {
            datagrams.retain(|datagram| !is_ignored(datagram));
            datagrams
        });
    }

    /// Changes the events that are reported.
    pub(super) fn events(&mut self, change: impl Fn(Event) -> Reading + 'static) {
        self.reader
            .finish
            .map(move |reading| reading.and_then(&change));
    }

    /// Changes the names of events.
    pub(super) fn event_names(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        self.events(move |event| {
            Ok(Event {
                name: change(&event.name),
                ..event
            })
        });
    }

    /// Rejects events by their names.
    pub(super) fn rejects_names(&mut self, is_rejected: fn(&[u8]) -> bool) {
        self.events(move |event| {
            if is_rejected(&event.name) {
                Err("unknown event".into())
            } else {
                Ok(event)
            }
        });
    }

    /// Replaces the search for the separator of a line.
    pub(super) fn separates(&mut self, search: fn(&[u8]) -> Option<(usize, usize)>) {
        self.reader
            .separator
            .link(move |rest, _| search(line(rest)));
    }

    /// Changes the names of parameters.
    pub(super) fn names(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        self.reader
            .name
            .map(move |name| name.map(|name| change(&name)));
    }

    /// Changes values.
    pub(super) fn values(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        self.reader.value.map(move |value| match value {
            Value::Bytes(bytes) => Value::Bytes(change(&bytes)),
            json @ Value::Json(_) => json,
        });
    }

    /// Changes values, quoted or bare, before they are unescaped.
    pub(super) fn raw_values(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader
            .bare
            .link(move |value, next| next(&change(value)));
        self.unescapes(change);
    }

    /// Changes all parameters of an event at once.
    pub(super) fn params(&mut self, change: impl Fn(Vec<Param>) -> Vec<Param> + 'static) {
        self.events(move |event| {
            Ok(Event {
                params: change(event.params),
                ..event
            })
        });
    }
}

/// Links for faults in reading quoted values.
impl Listener<Reader> {
    /// Changes the search for the closing quote of named and of unnamed values.
    pub(super) fn finds_closing(&mut self, search: impl SearchQuote) {
        self.reader.unnamed_closing.search.link(search.clone());
        self.reader.named_closing.search.link(search);
    }

    /// Changes the search for the quote that closes a value by T7, for named and unnamed values.
    pub(super) fn finds_unescaped_closing(&mut self, search: impl SearchQuote) {
        for closing in [&self.reader.unnamed_closing, &self.reader.named_closing] {
            closing.unescaped.borrow_mut().link(search.clone());
        }
    }

    /// Changes the search for the quote that closes a value by T10, for named and unnamed values.
    pub(super) fn finds_escaped_closing(&mut self, search: impl SearchQuote) {
        for closing in [&self.reader.unnamed_closing, &self.reader.named_closing] {
            closing.escaped.borrow_mut().link(search.clone());
        }
    }

    /// Replaces the search for the quote that closes a value by T7. A quote that cannot close one
    /// is ignored.
    pub(super) fn finds_quote(&mut self, search: fn(&[u8]) -> Option<usize>) {
        self.finds_unescaped_closing(move |rest, _| {
            search(rest).filter(|quote| can_close(rest, *quote))
        });
    }

    /// Changes how the text between two quotes becomes a value.
    pub(super) fn unescapes(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        // The rest of the chain unescapes quotes, so the quotes in the value are escaped first.
        self.reader
            .unquote
            .link(move |content, next| next(&quote(&change(content))));
    }
}
