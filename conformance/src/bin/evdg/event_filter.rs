use event_datagram::{EventBuf, ParamBuf, ValueBuf};
use wildmatch::WildMatch;

/// Selects events by their names and parameters.
pub(crate) struct EventFilter {
    /// Patterns of names. An event must match one of them, if there are any.
    names: Vec<WildMatch>,
    /// Patterns of parameters. An event must have a matching parameter for each.
    params: Vec<ParamFilter>,
}

struct ParamFilter {
    name: WildMatch,
    value: Option<WildMatch>,
}

impl EventFilter {
    /// Makes a filter of patterns with `*` and `?`, in which case does not matter. A pattern of
    /// parameters is a name, or `name=value`.
    pub(crate) fn new(names: &[String], params: &[String]) -> Self {
        Self {
            names: names.iter().map(|name| pattern(name)).collect(),
            params: params.iter().map(|param| ParamFilter::new(param)).collect(),
        }
    }

    /// Returns whether the filter selects every datagram, malformed ones included.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.params.is_empty()
    }

    /// Returns whether an event is selected.
    pub(crate) fn selects(&self, event: &EventBuf) -> bool {
        let name = String::from_utf8_lossy(&event.name);
        let has_name = self.names.is_empty() || self.names.iter().any(|one| one.matches(&name));
        let has = |filter: &ParamFilter| event.params.iter().any(|param| filter.selects(param));
        has_name && self.params.iter().all(has)
    }
}

impl ParamFilter {
    fn new(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, value)) => Self {
                name: pattern(name),
                value: Some(pattern(value)),
            },
            None => Self {
                name: pattern(text),
                value: None,
            },
        }
    }

    /// Returns whether a parameter matches. A parameter without a name counts as one with an empty
    /// name.
    fn selects(&self, param: &ParamBuf) -> bool {
        let name = param.name.as_deref().unwrap_or_default();
        self.name.matches(&String::from_utf8_lossy(name))
            && self
                .value
                .as_ref()
                .is_none_or(|pattern| match &param.value {
                    ValueBuf::Bytes(value) => pattern.matches(&String::from_utf8_lossy(value)),
                    ValueBuf::Integer(value) => pattern.matches(&value.to_string()),
                    _ => pattern.matches("null"),
                })
    }
}

fn pattern(text: &str) -> WildMatch {
    WildMatch::new_case_insensitive(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_selected_by_any_name_and_all_parameters() {
        let event = EventBuf::new(
            "E_PIKE_BLOCKED",
            [
                ParamBuf::named("ip", "192.168.2.11"),
                ParamBuf::named("count", -1),
                ParamBuf::named("none", ValueBuf::Null),
                ParamBuf::unnamed("a=b"),
            ],
        );
        let selects = |names: &[&str], params: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
            EventFilter::new(&owned(names), &owned(params)).selects(&event)
        };
        assert!(selects(&[], &[]));
        assert!(selects(&["E_OTHER", "e_pike_*"], &[]));
        assert!(!selects(&["E_PIKE"], &[]));
        assert!(selects(&[], &["ip=192.168.*", "COUNT=-1", "none=null"]));
        assert!(selects(&["*BLOCKED"], &["i?", "=a=b"]));
        assert!(!selects(&[], &["ip=192.168.*", "count=1"]));
        assert!(!selects(&["E_OTHER"], &["ip"]));
    }
}
