use event_datagram_oracle::faults::{self, Fault, ParameterKind};

use crate::dialect::Dialect;

/// The faults that may be causes, in the order in which they are injected.
#[derive(Clone, Debug)]
pub struct Dictionary {
    text: Vec<&'static Fault>,
    jsonrpc: Vec<&'static Fault>,
}

impl Default for Dictionary {
    /// Returns all faults.
    fn default() -> Self {
        let of = |groups: &'static [faults::FaultGroup]| {
            groups.iter().flat_map(|group| group.faults).collect()
        };
        Self {
            text: of(faults::text()),
            jsonrpc: of(faults::jsonrpc()),
        }
    }
}

impl Dictionary {
    /// Removes the faults with these slugs, so that a test can see what the diagnosis says of an
    /// unknown fault.
    #[must_use]
    pub fn without(mut self, slugs: &[&str]) -> Self {
        for faults in [&mut self.text, &mut self.jsonrpc] {
            faults.retain(|fault| !slugs.contains(&fault.slug));
        }
        self
    }

    /// Returns the sentence of a fault. `N` stands for a number and `…` for names, because the
    /// parameter is not known.
    pub(super) fn sentence(&self, dialect: Dialect, slug: &str) -> String {
        let mut faults = self.of(dialect).iter();
        let Some(fault) = faults.find(|fault| fault.slug == slug) else {
            return slug.into();
        };
        let parameter = match fault.parameter() {
            ParameterKind::EventNames | ParameterKind::ParamNames => "…",
            ParameterKind::Number(_) => "N",
            ParameterKind::None => return fault.sentence.into(),
        };
        fault.sentence.replace("{}", parameter)
    }

    /// Returns the faults of a dialect.
    pub(crate) fn of(&self, dialect: Dialect) -> &[&'static Fault] {
        match dialect {
            Dialect::JsonRpc => &self.jsonrpc,
            _ => &self.text,
        }
    }
}
