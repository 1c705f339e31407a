//! Checks the form of the report of the first event: a departure from the contract would make every
//! vector fail.

use serde_json::Value;

use crate::contract::{Line, parse_line};
use crate::dialect::Dialect;
use crate::escape::{cut, escaped};
use crate::fence::{Fence, FenceTemplate};

/// The longest text of a line, in characters.
const MAX_TEXT: usize = 240;

/// Returns an explanation if the line that reports a first event is no line of the contract: what
/// is wrong, the expected line, and the line that was found. Returns `None` if it is a line of the
/// contract, even if it reports the event wrong, because the vectors test that.
pub(super) fn contract_error(
    line: &[u8],
    fence: &Fence,
    template: &FenceTemplate,
    dialect: Dialect,
) -> Option<String> {
    let Some(Line::Malformed(why)) = parse_line(line) else {
        return None;
    };
    let why = specific_reason(line, template.event_name()).unwrap_or(why);
    let expected = dialect.report_line(&fence.datagram(dialect));
    let [expected, found] = [&expected[..], line].map(|line| cut(&escaped(line), MAX_TEXT));
    Some(format!(
        "{}\n  expected {expected}\n  found    {found}",
        cut(&escaped(why.as_bytes()), MAX_TEXT)
    ))
}

/// Returns an explanation if the line shows a usual mistake.
fn specific_reason(line: &[u8], event_name: &str) -> Option<String> {
    if line.starts_with(b"{'") || line.starts_with(b"{b'") {
        let why = "it is Python's repr, not JSON: print(json.dumps(report), flush=True)";
        return Some(why.into());
    }
    let json: Value = serde_json::from_slice(line).ok()?;
    let members = json.as_object()?;
    if members.contains_key("event") || members.contains_key("event_hex") {
        return None;
    }
    let mut members = members.iter();
    let (key, _) = members.find(|(_, value)| value.as_str() == Some(event_name))?;
    Some(format!(
        "`event` is missing: the name of the event is under `{key}`"
    ))
}
