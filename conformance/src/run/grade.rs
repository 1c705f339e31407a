use event_datagram::MAX_UDP_PAYLOAD;

use crate::contract::Start;
use crate::dialect;
use crate::judge::{Finding, Verdict};
use crate::subject::SocketKind;
use crate::vectors::{Expectation, Vector};

/// Gives the verdict of a finding, and what it rests on in a sentence.
pub(crate) fn grade(vector: &Vector, finding: Finding) -> (Verdict, String) {
    let verdict = Verdict::of(vector.level, &finding);
    let why = match finding {
        Finding::Departs { why } => why,
        Finding::Conforms { .. } if verdict == Verdict::Pass => String::new(),
        Finding::Conforms { ways } => told(vector, &ways),
    };
    (verdict, why)
}

/// Says which of the right ways was taken.
fn told(vector: &Vector, ways: &[usize]) -> String {
    let chosen = vector.steps.iter().zip(ways).filter_map(|(step, way)| {
        let count = step.expect.alternatives().len();
        (count > 1).then(|| format!("{} of {count}", way + 1))
    });
    match chosen.collect::<Vec<_>>().join(", ") {
        none if none.is_empty() => "it went on".into(),
        chosen => format!("takes reading {chosen}"),
    }
}

/// Tells whether a datagram of a vector looks like the other dialect, is an event there, and not what the vector asks for.
fn is_another_dialects(vector: &Vector) -> bool {
    vector.steps.iter().any(|step| {
        let other = dialect::of(&step.datagram);
        let asked = step.expect.alternatives();
        other != vector.dialect
            && !asked.contains(&Expectation::Survive)
            && dialect::decode(other, &step.datagram)
                .is_ok_and(|event| !asked.contains(&Expectation::Event(event)))
    })
}

/// Says why a vector cannot be sent over a kind of socket.
pub(super) fn does_not_fit(vector: &Vector, socket: SocketKind) -> Option<String> {
    let room = match socket {
        SocketKind::Udp => MAX_UDP_PAYLOAD,
        // The length of an IPv6 packet leaves its header out.
        SocketKind::Udp6 => MAX_UDP_PAYLOAD + 20,
        SocketKind::Unix | SocketKind::Stdin => return None,
    };
    let longest = vector.longest_datagram();
    (longest > room).then(|| {
        format!("it has {longest} bytes, and a datagram over {socket} has room for {room}")
    })
}

/// Says why a vector does not apply to a subject, by what that told about itself.
pub(crate) fn not_applicable(vector: &Vector, start: &Start) -> Option<String> {
    let listed = start
        .not_applicable
        .iter()
        .flatten()
        .any(|id| *id == vector.requirement || *id == vector.id);
    if listed {
        return Some("the subject declares that it does not apply".into());
    }
    let longest = vector.longest_datagram();
    if let Some(max) = start.max_datagram.filter(|max| *max < longest) {
        return Some(format!(
            "the subject declares that it takes at most {max} bytes, and this has {longest}"
        ));
    }
    if start.tells_dialects_apart && is_another_dialects(vector) {
        return Some(
            "the subject tells the dialects apart, and in the other one this is an event".into(),
        );
    }
    let dialects = start.dialects.as_ref()?;
    let unknown = !dialects
        .iter()
        .any(|dialect| dialect == vector.dialect.as_str());
    unknown.then(|| format!("the subject declares that it reads {}", dialects.join(", ")))
}
