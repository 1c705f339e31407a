//! The plain listener of the JSON-RPC dialect, in steps, and its faults.

mod envelope;
mod events;
mod params;
mod parse;
mod state;
mod strings;
mod syntax;

use crate::fault::{Fault, FaultGroup};
use crate::listener::{AddParam, Event, Listener, Param, Read, Reading, Step, StepRef, Value};
use parse::{Grammar, Json};

pub(crate) const FAULT_GROUPS: &[FaultGroup<Reader>] = &[
    FaultGroup {
        title: "Syntax",
        faults: syntax::FAULTS,
    },
    FaultGroup {
        title: "Strings",
        faults: strings::FAULTS,
    },
    FaultGroup {
        title: "The notification",
        faults: envelope::FAULTS,
    },
    FaultGroup {
        title: "Parameters and values",
        faults: params::FAULTS,
    },
    FaultGroup {
        title: "Built-in events",
        faults: events::FAULTS,
    },
    FaultGroup {
        title: "Sizes, and what stays behind",
        faults: state::FAULTS,
    },
];

type Members = Vec<(Vec<u8>, Json)>;
/// Parameters with their optional names.
type NamedValues = Vec<(Option<Vec<u8>>, Json)>;

/// Reads a JSON-RPC datagram, step by step.
pub(crate) struct Reader {
    /// Parses JSON.
    grammar: Grammar,
    /// Returns the members of the outer object.
    outer: Step<Json, Result<Members, String>>,
    /// Finds the event's name.
    method: StepRef<Members, Result<Vec<u8>, String>>,
    /// Finds the parameters.
    params: StepRef<Members, Option<Json>>,
    /// Lists the parameters.
    list: Step<Option<Json>, Result<NamedValues, String>>,
    /// Returns the reported value.
    value: Step<Json, Result<Value, String>>,
    /// Adds a parameter to those before it.
    store: AddParam,
    /// Returns the report of an event.
    finish: Step<Event, Reading>,
}

impl Default for Reader {
    fn default() -> Self {
        Self {
            grammar: Grammar::default(),
            outer: Box::new(outer),
            method: Box::new(method),
            params: Box::new(|members| last(members, b"params").cloned()),
            list: Box::new(list),
            value: Box::new(value),
            store: Box::new(Vec::push),
            finish: Box::new(Ok),
        }
    }
}

impl Read for Reader {
    fn read(&mut self, datagram: &[u8]) -> Reading {
        let members = (self.outer)(self.grammar.parse(datagram)?)?;
        let name = (self.method)(&members)?;
        let mut params = Vec::new();
        for (name, json) in (self.list)((self.params)(&members))? {
            let value = (self.value)(json)?;
            (self.store)(&mut params, Param { name, value });
        }
        (self.finish)(Event { name, params })
    }
}

fn outer(json: Json) -> Result<Members, String> {
    match json {
        Json::Object(members) => Ok(members),
        _ => Err("it is not an object".into()),
    }
}

fn method(members: &Members) -> Result<Vec<u8>, String> {
    match last(members, b"method") {
        Some(Json::String(name)) => Ok(name.clone()),
        _ => Err("there is no method".into()),
    }
}

fn list(params: Option<Json>) -> Result<NamedValues, String> {
    match params {
        None | Some(Json::Null) => Ok(Vec::new()),
        Some(Json::Object(members)) => Ok(members
            .into_iter()
            .map(|(name, json)| (Some(name), json))
            .collect()),
        Some(Json::Array(items)) => Ok(items.into_iter().map(|json| (None, json)).collect()),
        Some(_) => Err("params are neither an object nor an array".into()),
    }
}

fn value(json: Json) -> Result<Value, String> {
    match json {
        Json::Null => Ok(Value::Json("null".into())),
        Json::String(text) => Ok(Value::Bytes(text)),
        Json::Number(text) => {
            let number = str::from_utf8(&text)
                .ok()
                .and_then(|text| text.parse::<i64>().ok());
            number
                .map(|number| Value::Json(number.to_string()))
                .ok_or_else(|| "a number that is no integer".into())
        }
        Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
            Err("neither a string nor a number".into())
        }
    }
}

/// Returns the last member with a name.
fn last<'m>(members: &'m Members, name: &[u8]) -> Option<&'m Json> {
    members
        .iter()
        .rfind(|(other, _)| other == name)
        .map(|(_, json)| json)
}

/// Helpers for faults that change datagrams or texts.
impl Listener<Reader> {
    /// Changes every datagram before it is read.
    fn datagrams(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.receive = Box::new(move |datagram| vec![change(&datagram)]);
    }

    /// Changes the names of events.
    fn event_names(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.finish = Box::new(move |event| {
            Ok(Event {
                name: change(&event.name),
                ..event
            })
        });
    }

    /// Changes values that are strings.
    fn strings(&mut self, change: fn(&[u8]) -> Vec<u8>) {
        self.reader.value = Box::new(move |json| match json {
            Json::String(text) => Ok(Value::Bytes(change(&text))),
            json => value(json),
        });
    }

    /// Rejects objects by their members.
    fn rejects(&mut self, is_rejected: fn(&Members) -> bool) {
        self.reader.method = Box::new(move |members| {
            if is_rejected(members) {
                Err("not for us".into())
            } else {
                method(members)
            }
        });
    }
}
