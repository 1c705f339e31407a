//! A correct reader of the JSON-RPC dialect, in steps that faults can change.

use super::json::Json;
use super::parse::Grammar;
use crate::faults::chain::{Step, StepRef, Store};
use crate::faults::event::{Event, Param, Reading, Value};
use crate::faults::listener::Read;
use crate::faults::process::Process;

/// A reader of JSON-RPC datagrams. Each field is a step that faults can change.
pub(in crate::faults) struct Reader {
    /// Parses JSON.
    pub(super) grammar: Grammar,
    /// Passes on the result of the parser: JSON, or why the datagram is not JSON.
    pub(super) parsed: Step<Result<Json, String>, Result<Json, String>>,
    /// Returns the members of the outer object.
    pub(super) outer: Step<Json, Result<Members, String>>,
    /// Finds the event's name.
    pub(super) method: StepRef<Members, Result<Vec<u8>, String>>,
    /// Finds the parameters.
    pub(super) params: StepRef<Members, Option<Json>>,
    /// Lists the parameters.
    pub(super) list: Step<Option<Json>, Result<NamedValues, String>>,
    /// Returns the reported value.
    pub(super) value: Step<Json, Result<Value, String>>,
    /// Adds a parameter to the earlier ones.
    pub(super) store: Store<Param>,
    /// Returns the report of an event.
    pub(super) finish: Step<Event, Reading>,
}

impl Read for Reader {
    fn new(_: &Process) -> Self {
        Self {
            grammar: Grammar::default(),
            parsed: Step::new(|parsed| parsed),
            outer: Step::new(outer),
            method: StepRef::new(method),
            params: StepRef::new(|members| last(members, b"params").cloned()),
            list: Step::new(list),
            value: Step::new(value),
            store: Store::default(),
            finish: Step::new(Ok),
        }
    }

    fn read(&mut self, datagram: &[u8]) -> Reading {
        let json = self.parsed.call(self.grammar.parse(datagram))?;
        let members = self.outer.call(json)?;
        let name = self.method.call(&members)?;
        let mut params = Vec::new();
        for (name, json) in self.list.call(self.params.call(&members))? {
            let value = self.value.call(json)?;
            self.store.call(&mut params, Param { name, value });
        }
        self.finish.call(Event { name, params })
    }
}

pub(super) fn outer(json: Json) -> Result<Members, String> {
    match json {
        Json::Object(members) => Ok(members),
        _ => Err("it is not an object".into()),
    }
}

pub(super) fn method(members: &Members) -> Result<Vec<u8>, String> {
    match last(members, b"method") {
        Some(Json::String(name)) => Ok(name.clone()),
        _ => Err("there is no method".into()),
    }
}

pub(super) fn list(params: Option<Json>) -> Result<NamedValues, String> {
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

pub(super) fn value(json: Json) -> Result<Value, String> {
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
pub(super) fn last<'m>(members: &'m Members, name: &[u8]) -> Option<&'m Json> {
    members
        .iter()
        .rfind(|(other, _)| other == name)
        .map(|(_, json)| json)
}

/// The members of an object, in order.
pub(super) type Members = Vec<(Vec<u8>, Json)>;
/// Parameters with their optional names.
pub(super) type NamedValues = Vec<(Option<Vec<u8>>, Json)>;
