//! Methods that add links to the steps of the JSON-RPC listener, for the faults of several kinds.

use super::json::Json;
use super::reader::{Members, NamedValues, Reader};
use crate::faults::event::{Event, Param, Reading};
use crate::faults::listener::Listener;

/// Links for faults that change datagrams, events or parts of them.
impl Listener<Reader> {
    /// Changes every datagram before it is read. Runs after `splits`, `ignores` and `acts_at`.
    pub(super) fn datagrams(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        self.receive
            .flat_map(move |datagram| vec![change(&datagram)]);
    }

    /// Replaces each datagram that the socket delivers by any number of datagrams.
    pub(super) fn splits(&mut self, mut split: impl FnMut(Vec<u8>) -> Vec<Vec<u8>> + 'static) {
        self.receive
            .link(move |datagram, next| split(datagram).into_iter().flat_map(next).collect());
    }

    /// Drops datagrams silently before the listener reads them.
    pub(super) fn ignores(&mut self, is_ignored: impl Fn(&[u8]) -> bool + 'static) {
        self.splits(move |datagram| {
            if is_ignored(&datagram) {
                Vec::new()
            } else {
                vec![datagram]
            }
        });
    }

    /// Calls `act` before the listener reads a datagram for which `is_cause` returns true.
    pub(super) fn acts_at(
        &mut self,
        is_cause: impl Fn(&[u8]) -> bool + 'static,
        act: impl Fn() + 'static,
    ) {
        self.receive.link(move |datagram, next| {
            if is_cause(&datagram) {
                act();
            }
            next(datagram)
        });
    }

    /// Changes the members of the outer object.
    pub(super) fn members(&mut self, change: impl Fn(Members) -> Members + 'static) {
        self.reader.outer.map(move |members| members.map(&change));
    }

    /// Rejects objects by their members.
    pub(super) fn rejects(&mut self, is_rejected: impl Fn(&Members) -> bool + 'static) {
        self.reader.method.link(move |members, next| {
            if is_rejected(members) {
                Err("not for us".into())
            } else {
                next(members)
            }
        });
    }

    /// Changes the parameters before their values are checked.
    pub(super) fn listed(&mut self, change: impl Fn(NamedValues) -> NamedValues + 'static) {
        self.reader.list.map(move |values| values.map(&change));
    }

    /// Changes the names of parameters.
    pub(super) fn names(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        self.listed(move |values| {
            values
                .into_iter()
                .map(|(name, json)| (name.map(|name| change(&name)), json))
                .collect()
        });
    }

    /// Changes values before they are checked.
    pub(super) fn values(&mut self, change: impl Fn(Json) -> Json + 'static) {
        self.reader.value.link(move |json, next| next(change(json)));
    }

    /// Changes values that are strings.
    pub(super) fn strings(&mut self, change: impl Fn(&[u8]) -> Vec<u8> + 'static) {
        self.values(move |json| match json {
            Json::String(text) => Json::String(change(&text)),
            json => json,
        });
    }

    /// Drops parameters.
    pub(super) fn without(&mut self, is_dropped: impl Fn(&Param) -> bool + 'static) {
        self.reader.store.link(move |params, param, next| {
            if !is_dropped(&param) {
                next(params, param);
            }
        });
    }

    /// Changes the events that are reported.
    pub(super) fn events(&mut self, mut change: impl FnMut(Event) -> Reading + 'static) {
        self.reader
            .finish
            .map(move |reading| reading.and_then(&mut change));
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

    /// Rejects events.
    pub(super) fn drops_events(&mut self, is_dropped: impl Fn(&Event) -> bool + 'static) {
        self.events(move |event| {
            if is_dropped(&event) {
                Err("unknown event".into())
            } else {
                Ok(event)
            }
        });
    }

    /// Changes all parameters of an event at once.
    pub(super) fn params(&mut self, mut change: impl FnMut(Vec<Param>) -> Vec<Param> + 'static) {
        self.events(move |event| {
            Ok(Event {
                params: change(event.params),
                ..event
            })
        });
    }
}
