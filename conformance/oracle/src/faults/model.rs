use std::borrow::Cow;

use bstr::ByteSlice as _;

use super::fault::{Fault, Injection};
use super::jsonrpc::reader::Reader as JsonRpcReader;
use super::listener::{Listener, Response};
use super::parameter::{Parameter, ParameterKind};
use super::text::reader::Reader as TextReader;

/// A fault with its parameter.
#[derive(Clone, Debug)]
pub struct FaultInstance {
    /// The fault.
    pub fault: &'static Fault,
    /// The parameter of the fault.
    pub parameter: Parameter,
}

impl FaultInstance {
    /// Returns the common instances of a fault: one if the fault has no parameter, one for each
    /// common number, or none if the fault needs names.
    pub fn common(fault: &'static Fault) -> Vec<Self> {
        let with = |parameter| Self { fault, parameter };
        match fault.parameter() {
            ParameterKind::None => vec![with(Parameter::None)],
            ParameterKind::Number(numbers) => {
                let numbers = numbers.iter().copied();
                numbers.map(Parameter::Number).map(with).collect()
            }
            ParameterKind::EventNames | ParameterKind::ParamNames => Vec::new(),
        }
    }

    /// Returns the slug of the fault, followed by its number if it has one.
    pub fn name(&self) -> String {
        match self.parameter {
            Parameter::Number(number) => format!("{}-{number}", self.fault.slug),
            Parameter::None | Parameter::Names(_) => self.fault.slug.into(),
        }
    }

    /// Returns what the listener does: the fault's sentence with its parameter.
    pub fn sentence(&self) -> String {
        let parameter: Cow<'_, str> = match &self.parameter {
            Parameter::None => return self.fault.sentence.into(),
            Parameter::Number(number) => number.to_string().into(),
            Parameter::Names(names) => {
                let names: Vec<_> = names.iter().map(|name| name.to_str_lossy()).collect();
                names.join(", ").into()
            }
        };
        self.fault.sentence.replace("{}", &parameter)
    }
}

/// A model of a listener with any number of faults. It gets datagrams from the caller, and returns
/// what a real listener would write.
pub struct Model(Inner);

enum Inner {
    Text(Listener<TextReader>),
    JsonRpc(Listener<JsonRpcReader>),
}

impl Model {
    /// Returns a listener of the text dialect with these faults. The last fault is injected last,
    /// so it gets the input first.
    ///
    /// # Panics
    ///
    /// If a fault is one of the other dialect, or has a parameter of another kind than it needs.
    pub fn text<'f>(faults: impl IntoIterator<Item = &'f FaultInstance>) -> Self {
        let mut listener = Listener::new();
        for instance in faults {
            match &instance.fault.injection {
                Injection::Text(inject) => inject.inject(&mut listener, &instance.parameter),
                Injection::JsonRpc(_) => panic!("{} is a fault of JSON-RPC", instance.name()),
            }
        }
        Self(Inner::Text(listener))
    }

    /// Returns a listener of the JSON-RPC dialect with these faults, as [`text`](Self::text) does.
    ///
    /// # Panics
    ///
    /// In the same cases as [`text`](Self::text).
    pub fn jsonrpc<'f>(faults: impl IntoIterator<Item = &'f FaultInstance>) -> Self {
        let mut listener = Listener::new();
        for instance in faults {
            match &instance.fault.injection {
                Injection::JsonRpc(inject) => inject.inject(&mut listener, &instance.parameter),
                Injection::Text(_) => panic!("{} is a fault of text", instance.name()),
            }
        }
        Self(Inner::JsonRpc(listener))
    }

    /// Receives a datagram. A listener that ended does nothing any more.
    pub fn receive(&mut self, datagram: &[u8]) -> Response {
        match &mut self.0 {
            Inner::Text(listener) => listener.receive(datagram),
            Inner::JsonRpc(listener) => listener.receive(datagram),
        }
    }
}

impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let dialect = match self.0 {
            Inner::Text(_) => "text",
            Inner::JsonRpc(_) => "jsonrpc",
        };
        f.debug_tuple("Model").field(&dialect).finish()
    }
}
