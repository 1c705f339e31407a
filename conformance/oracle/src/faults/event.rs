//! The events of modelled listeners: what a listener reads from a datagram and reports.

/// The event of a datagram, or why it was rejected.
pub(super) type Reading = Result<Event, String>;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Event {
    pub(super) name: Vec<u8>,
    pub(super) params: Vec<Param>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Param {
    pub(super) name: Option<Vec<u8>>,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Bytes(Vec<u8>),
    /// A number or another value that is not a string, as JSON.
    Json(String),
}

impl Event {
    /// Returns whether the event has a parameter of each of these names.
    pub(super) fn has_params(&self, names: &[Vec<u8>]) -> bool {
        let has = |name: &Vec<u8>| {
            let mut params = self.params.iter();
            params.any(|param| param.name.as_ref() == Some(name))
        };
        names.iter().all(has)
    }
}

impl Value {
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if bytes.is_empty())
    }
}
