use super::finding::Finding;
use crate::judge::Verdict;
use crate::vectors::Vector;

/// A pattern of cases that end the subject for an unknown cause. A case fits if it has the bytes of
/// the smallest such case, in order, with any bytes between them.
///
/// Each end costs a restart of the subject. Once enough cases that fit have ended the subject, and
/// none has left it running, most of the cases that fit are left out.
#[derive(Clone, Debug)]
pub(super) struct EndPattern {
    datagram: Vec<u8>,
    ended: u64,
    left_out: u64,
    is_wrong: bool,
}

/// How many cases that fit have to end the subject before other cases are left out.
const MIN_ENDED: u64 = 8;
/// One of this many cases that fit is still sent.
const SENT: u64 = 32;
/// The longest datagram that is a pattern.
const MAX_LENGTH: usize = 64;

impl EndPattern {
    /// Returns the pattern of a finding. `None` if it does not end the subject, or takes several
    /// datagrams.
    pub(super) fn of(finding: &Finding) -> Option<Self> {
        let mut datagrams = finding.datagrams();
        let (datagram, others) = (datagrams.next()?, datagrams.next());
        let is_end = matches!(finding.verdict, Verdict::Crash | Verdict::Hang);
        let is_small = others.is_none() && datagram.len() <= MAX_LENGTH;
        (is_end && is_small).then(|| Self {
            datagram: datagram.into(),
            ended: 0,
            left_out: 0,
            is_wrong: false,
        })
    }

    /// Returns whether a case has a datagram with these bytes, in order. An `a` fits any byte,
    /// because the shrinking search writes an `a` for every byte whose value does not matter.
    pub(super) fn fits(&self, vector: &Vector) -> bool {
        vector.steps.iter().any(|step| {
            let mut bytes = step.datagram.iter();
            let mut pattern = self.datagram.iter();
            pattern.all(|wanted| bytes.any(|byte| *wanted == b'a' || byte == wanted))
        })
    }

    /// Records whether a case that fits has ended the subject.
    pub(super) fn learn(&mut self, has_ended: bool) {
        self.ended += u64::from(has_ended);
        self.is_wrong |= !has_ended;
    }

    /// Returns whether a case that fits is left out.
    pub(super) fn leaves_out(&mut self) -> bool {
        if self.is_wrong || self.ended < MIN_ENDED {
            return false;
        }
        self.left_out += 1;
        !self.left_out.is_multiple_of(SENT)
    }
}
