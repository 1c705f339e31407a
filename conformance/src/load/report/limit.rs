use serde::{Deserialize, Serialize};

use crate::load::{LATE, Measurement, Usage};

/// What kept a test from going faster, or from passing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Limit {
    /// Nothing: all went by the schedule and arrived.
    Nothing,
    /// The listener.
    Listener,
    /// The machine that sends, or this program.
    Machine,
    /// The listener or the machine: which of them, cannot be told.
    Unclear,
}

/// Processors that work for more than this part of the time have nothing left for anybody.
const BUSY: f64 = 0.95;
/// One thread that uses more than this part of a processor cannot do much more.
const FULL: f64 = 0.9;
/// So much stolen time is worth a word.
const STOLEN: f64 = 0.02;

impl Limit {
    /// Finds out by the figures.
    pub fn of(measurement: &Measurement) -> Self {
        let is_busy = measurement.usage.iter().any(|usage| {
            usage.processors.is_some_and(|part| part > BUSY)
                || usage.reader.is_some_and(|part| part > FULL)
                || usage.stolen.is_some_and(|part| part > STOLEN)
        }) || measurement.is_disturbed();
        // A listener that died or hangs is what ended the test, however late the sender was.
        let is_slow =
            measurement.broken.is_none() && measurement.is_behind() && !measurement.is_held_back();
        if measurement.jammed || is_slow {
            return Self::Machine;
        }
        let has_failed =
            measurement.counts.lost > 0 || measurement.is_behind() || measurement.broken.is_some();
        match (has_failed, is_busy) {
            (false, _) => Self::Nothing,
            (true, true) => Self::Unclear,
            (true, false) => Self::Listener,
        }
    }

    /// Gives its name, as in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Listener => "the listener",
            Self::Machine => "the machine",
            Self::Unclear => "the listener or the machine",
        }
    }
}

/// Says in sentences what a reader of the figures has to know.
pub(super) fn notes(socket: &str, measurement: &Measurement) -> Vec<String> {
    let mut notes = Vec::new();
    let counts = &measurement.counts;
    if let Some(why) = &measurement.broken {
        notes.push(format!("it did not come to its end: {why}"));
    }
    let who = who_made_late(socket, measurement);
    if measurement.is_behind() {
        notes.push(format!(
            "the sender fell behind its schedule: it took {:.2} s for what should have gone in {:.2} s; {who}",
            measurement.seconds, measurement.planned_seconds
        ));
    } else if measurement.is_late() {
        let (late, all, by) = (measurement.late, counts.accepted, LATE);
        notes.push(format!(
            "{late} of {all} datagrams went more than {by:?} late, and were made up for; {who}"
        ));
    }
    if counts.lost > 0 && counts.dropped.is_none() {
        notes.push(
            "who lost what is missing is unknown: the kernel does not tell of this socket's drops, or others send to it, too".into(),
        );
    }
    if counts.lost > 0 && measurement.is_disturbed() {
        notes.push(
            "what was lost was lost while the machine was elsewhere, or shortly after".into(),
        );
    }
    let has_failed = counts.lost > 0 || measurement.is_behind() || measurement.is_late();
    for usage in measurement.usage.iter().filter(|_| has_failed) {
        notes.extend(of_machine(usage));
    }
    notes
}

fn who_made_late(socket: &str, measurement: &Measurement) -> String {
    let blocked = measurement.blocked_seconds;
    if measurement.is_held_back() {
        format!("the listener's socket had no room for {blocked:.2} s in all")
    } else if measurement.held_back > 0 && socket != "unix" {
        format!(
            "that is this machine's doing, whose own send buffer or network had no room for {blocked:.2} s in all"
        )
    } else {
        "there was room for them: that is this machine's doing".into()
    }
}

fn of_machine(usage: &Usage) -> Vec<String> {
    let above = |part: Option<f64>, most: f64| part.filter(|part| *part > most);
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    let processors = above(usage.processors, BUSY).map(|part| {
        format!(
            "the machine's processors were {} busy: the listener may only have waited for one",
            percent(part)
        )
    });
    let reader = above(usage.reader, FULL).map(|part| {
        format!(
            "reading the reports took {} of a processor: the listener may have waited for that",
            percent(part)
        )
    });
    let stolen = above(usage.stolen, STOLEN).map(|part| {
        format!(
            "a hypervisor kept {} of the processors' time for others",
            percent(part)
        )
    });
    [processors, reader, stolen].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::measurement::tests::measurement;

    /// A second's test that took three, as the sender waited for room.
    fn waited(late_for_room: u64) -> Measurement {
        Measurement {
            seconds: 3.0,
            late: 9,
            late_for_room,
            held_back: 1,
            blocked_seconds: 2.0,
            ..measurement(&[1; 10], 0)
        }
    }

    #[test]
    fn a_listener_that_hangs_is_its_own_limit() {
        let hangs = Measurement {
            broken: Some("the listener hangs".into()),
            ..waited(9)
        };
        assert_eq!(Limit::of(&hangs), Limit::Listener);
        let notes = notes("unix", &hangs).join("\n");
        assert!(
            notes.contains("the listener's socket had no room for 2.00 s"),
            "{notes}"
        );
        // Nor does it help one that died that the sender was late.
        let died = Measurement {
            broken: Some("the listener died".into()),
            ..waited(0)
        };
        assert_eq!(Limit::of(&died), Limit::Listener);
    }

    #[test]
    fn a_send_buffer_that_is_full_is_the_limit_of_the_machine() {
        let slow = waited(0);
        assert_eq!(Limit::of(&slow), Limit::Machine);
        let notes = notes("udp", &slow).join("\n");
        assert!(
            notes.contains("own send buffer or network had no room for 2.00 s"),
            "{notes}"
        );
        let jammed = Measurement {
            broken: Some("this machine cannot send".into()),
            jammed: true,
            seconds: 0.5,
            ..waited(0)
        };
        assert_eq!(Limit::of(&jammed), Limit::Machine);
    }
}
