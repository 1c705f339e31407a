//! The plain listener of the JSON-RPC dialect, in steps, and what can be wrong with it.

mod envelope;
mod params;
mod parse;
mod state;
mod strings;
mod syntax;

use crate::bug::{Area, Bug};
use crate::listener::{Event, Listener, Look, Param, Read, Reading, Step, Store, Value};
use parse::{Grammar, Json};

pub(crate) const AREAS: &[Area<Reader>] = &[
    Area {
        title: "Syntax",
        bugs: syntax::BUGS,
    },
    Area {
        title: "Strings",
        bugs: strings::BUGS,
    },
    Area {
        title: "The notification",
        bugs: envelope::BUGS,
    },
    Area {
        title: "Parameters and values",
        bugs: params::BUGS,
    },
    Area {
        title: "Sizes, and what stays behind",
        bugs: state::BUGS,
    },
];

type Members = Vec<(Vec<u8>, Json)>;
/// Parameters, with their names where they have some.
type Items = Vec<(Option<Vec<u8>>, Json)>;

/// Reads a JSON-RPC datagram, step by step.
pub(crate) struct Reader {
    /// What is JSON.
    grammar: Grammar,
    /// The outer object.
    outer: Step<Json, Result<Members, String>>,
    /// The event's name.
    method: Look<Members, Result<Vec<u8>, String>>,
    /// The parameters, as they stand.
    params: Look<Members, Option<Json>>,
    /// The list of parameters.
    list: Step<Option<Json>, Result<Items, String>>,
    /// What is reported as a value.
    value: Step<Json, Result<Value, String>>,
    /// Puts a parameter to those before it.
    store: Store,
    /// What is reported as an event.
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

fn list(params: Option<Json>) -> Result<Items, String> {
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

/// The last member of a name.
fn last<'m>(members: &'m Members, name: &[u8]) -> Option<&'m Json> {
    members
        .iter()
        .rfind(|(other, _)| other == name)
        .map(|(_, json)| json)
}

/// Short ways to plant what changes datagrams or texts.
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

    /// Rejects what has such members.
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
