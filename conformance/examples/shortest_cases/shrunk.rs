use std::fs;
use std::path::Path;

use event_datagram_conformance::contract::Start;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::explore::Rules;
use event_datagram_conformance::judge::Strictness;
use event_datagram_oracle::faults::{self, FaultInstance};
use serde_json::Value;

/// A listener, and the case that `evdg fuzz` shrank to.
pub(crate) struct Listener {
    pub(crate) name: String,
    pub(crate) instance: FaultInstance,
    /// `None` if `evdg fuzz` found nothing.
    pub(crate) shrunk: Option<ShrunkCase>,
}

/// The case of a finding.
pub(crate) struct ShrunkCase {
    pub(crate) verdict: String,
    pub(crate) datagrams: Vec<Vec<u8>>,
    /// The number of readings that the case admits.
    pub(crate) readings: usize,
}

impl ShrunkCase {
    /// Returns the number of bytes in all datagrams.
    pub(crate) fn length(&self) -> usize {
        self.datagrams.iter().map(Vec::len).sum()
    }
}

/// Returns the listeners of a dialect with a report in a folder.
///
/// # Errors
///
/// If a report cannot be read.
pub(crate) fn read(folder: &Path, dialect: Dialect) -> Result<Vec<Listener>, String> {
    let groups = match dialect {
        Dialect::JsonRpc => faults::jsonrpc(),
        _ => faults::text(),
    };
    let faults = groups.iter().flat_map(|group| group.faults);
    let mut listeners = Vec::new();
    for instance in faults.flat_map(FaultInstance::common) {
        let name = instance.name();
        let path = folder.join(format!("{dialect}-{name}.json"));
        if !path.exists() {
            continue;
        }
        let shrunk = fs::read(&path)
            .map_err(|error| error.to_string())
            .and_then(|json| serde_json::from_slice(&json).map_err(|error| error.to_string()))
            .and_then(|report: Value| shrunk_case(&report, dialect))
            .map_err(|why| format!("{}: {why}", path.display()))?;
        listeners.push(Listener {
            name,
            instance,
            shrunk,
        });
    }
    Ok(listeners)
}

/// Returns the rules by which `evdg fuzz --strict` judges.
pub(crate) fn rules(dialect: Dialect) -> Rules {
    Rules::new(dialect, Strictness::Should, &Start::default())
}

/// Returns the case of the first finding.
fn shrunk_case(report: &Value, dialect: Dialect) -> Result<Option<ShrunkCase>, String> {
    let Some(finding) = report["findings"].get(0) else {
        return Ok(None);
    };
    let verdict = finding["verdict"].as_str().ok_or("there is no verdict")?;
    let hex = finding["datagrams_hex"]
        .as_array()
        .ok_or("there are no datagrams")?;
    let datagrams = hex
        .iter()
        .map(|hex| hex::decode(hex.as_str().unwrap_or_default()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| error.to_string())?;
    let vector = rules(dialect).vector(String::new(), datagrams.clone());
    let readings = vector
        .steps
        .iter()
        .map(|step| step.expect.alternatives().len());
    Ok(Some(ShrunkCase {
        verdict: verdict.into(),
        readings: readings.product(),
        datagrams,
    }))
}
