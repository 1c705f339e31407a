//! Makes the notes of a run: sentences without which a reader may misread its figures.

use std::fmt;

use super::judge::{BUSY, MUCH_STEAL_TIME, SATURATED};
use super::machine::Usage;
use super::measurement::Measurement;
use super::search_record::SearchRecord;
use super::timing::LATE;

/// Returns the notes on a measurement.
pub(super) fn of_measurement(socket: &str, measurement: &Measurement) -> Vec<String> {
    let mut notes = Vec::new();
    let counts = &measurement.counts;
    if let Some(why) = &measurement.broken {
        notes.push(format!("it did not come to its end: {why}"));
    }
    if counts.repeated > 0 {
        let (repeated, delivered) = (counts.repeated, counts.delivered);
        notes.push(format!(
            "{repeated} reports are of datagrams that were reported before; {delivered} were reported"
        ));
    }
    if counts.unexpected > 0 {
        let unexpected = counts.unexpected;
        notes.push(format!(
            "{unexpected} reports are of datagrams that were not sent"
        ));
    }
    let who = who_made_late(socket, measurement);
    if measurement.is_behind() {
        notes.push(format!(
            "the sender fell behind its schedule: in {:.2} s it sent {} of {} datagrams; {who}",
            measurement.seconds, counts.accepted, counts.planned
        ));
    } else if measurement.is_late() {
        let (late, all, by) = (measurement.late, counts.accepted, LATE);
        notes.push(format!(
            "{late} of {all} datagrams were sent more than {by:?} late, but the sender caught up; {who}"
        ));
    }
    if counts.lost > 0 && counts.dropped.is_none() {
        notes.push(
            "it is unknown whether the kernel or the listener lost datagrams: the kernel does not \
             count this socket's drops, or others send to it, too"
                .into(),
        );
    }
    if counts.lost > 0 && measurement.is_disturbed() {
        notes.push("all lost datagrams were lost during interference, or shortly after".into());
    }
    let has_failed = counts.lost > 0 || measurement.is_behind() || measurement.is_late();
    for usage in measurement.usage.iter().filter(|_| has_failed) {
        notes.extend(of_machine(usage));
    }
    notes
}

/// Returns the note on a measurement that the user interrupted.
pub(super) fn of_interruption(measurement: &Measurement) -> String {
    format!("it was interrupted after {:.2} s", measurement.seconds)
}

/// Returns the note on a run in which nothing could be measured.
pub(super) fn of_unmeasured(why: &impl fmt::Display) -> String {
    format!("nothing could be measured: {why}")
}

/// Returns notes on how reliable a search is.
pub(super) fn of_search(search: &SearchRecord) -> Vec<String> {
    let mut notes = Vec::new();
    let (disturbed, all) = (search.disturbed_trials(), search.trials.len());
    if disturbed > 0 {
        notes.push(format!(
            "{disturbed} of {all} trials failed only during interference, and say \
             little of the listener"
        ));
    }
    if let Some(why) = &search.broken {
        notes.push(format!("the search did not come to its end: {why}"));
    } else if !search.is_decided {
        let why = match 2 * disturbed > all {
            true => "there was too much interference to name a rate",
            false => "the trials contradict each other too much to name a rate",
        };
        notes.push(why.into());
    }
    notes
}

fn who_made_late(socket: &str, measurement: &Measurement) -> String {
    let blocked = measurement.blocked_seconds;
    if measurement.is_held_back() {
        format!("the listener's socket had no room for {blocked:.2} s in all")
    } else if measurement.held_back > 0 && socket != "unix" {
        format!(
            "this machine made them late: its own send buffer or network had no room for \
             {blocked:.2} s in all"
        )
    } else {
        "the listener's socket had room, so this machine made them late".into()
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
    let reader = above(usage.reader, SATURATED).map(|part| {
        format!(
            "reading the reports took {} of a processor: the listener may have waited for that",
            percent(part)
        )
    });
    let steal_time = above(usage.steal_time, MUCH_STEAL_TIME).map(|part| {
        format!(
            "a hypervisor kept {} of the processors' time for others",
            percent(part)
        )
    });
    [processors, reader, steal_time]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::measurement::tests::measurement;

    /// Returns the notes of a trial of one second that took three, as the sender waited for a full
    /// buffer.
    fn notes(socket: &str, late_by_backpressure: u64) -> String {
        let measurement = Measurement {
            seconds: 3.0,
            late: 9,
            late_by_backpressure,
            held_back: 1,
            blocked_seconds: 2.0,
            ..measurement(&[1; 10], 0)
        };
        of_measurement(socket, &measurement).join("\n")
    }

    #[test]
    fn notes_name_whose_buffer_was_full() {
        let notes_of_listener = notes("unix", 9);
        assert!(
            notes_of_listener.contains("the listener's socket had no room for 2.00 s"),
            "{notes_of_listener}"
        );
        let notes_of_machine = notes("udp", 0);
        assert!(
            notes_of_machine.contains("own send buffer or network had no room for 2.00 s"),
            "{notes_of_machine}"
        );
    }
}
