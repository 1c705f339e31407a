//! The fence: a marked good event that follows every vector, so that silence is told from slowness.

use std::collections::VecDeque;

use event_datagram::{EventBuf, ParamBuf};
use memchr::memmem;

use crate::contract::{Line, parse_line};
use crate::vectors::Dialect;

/// The name of the fence event, unless another is chosen.
pub const DEFAULT_NAME: &str = "E_EVDG_FENCE";

/// Makes fences, and recognises them in what a subject reports.
///
/// A tag is a letter, which keeps it from being taken for a number, and digits, which no change of case touches: some that
/// all fences of this factory share, and some that nobody can guess.
#[derive(Debug)]
pub struct Fences {
    name: String,
    shared: Digits,
    random: fastrand::Rng,
    /// The last ones that were made: a tag that is not among them was made up.
    made: VecDeque<String>,
}

/// One fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    event: EventBuf,
    own: Digits,
}

/// What a line has to do with fences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// It carries the tag asked for.
    This,
    /// It carries the tag of another fence that was made.
    Other,
    /// It carries a tag that looks like a fence's, and no such fence was ever made.
    Forged,
    /// It carries no tag.
    None,
}

/// Digits, and how they look in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Digits {
    plain: String,
    hex: String,
}

const SHARED_DIGITS: usize = 9;
const OWN_DIGITS: usize = 9;
/// More than are ever under way, or come back late.
const REMEMBERED: usize = 4096;

impl Fences {
    /// Makes a factory, whose tags are unlike those of any other.
    pub fn new(name: &str) -> Self {
        let mut random = fastrand::Rng::new();
        Self {
            name: name.into(),
            shared: Digits::random(&mut random, SHARED_DIGITS),
            random,
            made: VecDeque::new(),
        }
    }

    /// Makes a fence with a tag that is new.
    pub fn next_fence(&mut self) -> Fence {
        let own = Digits::random(&mut self.random, OWN_DIGITS);
        if self.made.len() == REMEMBERED {
            self.made.pop_front();
        }
        self.made.push_back(own.plain.clone());
        let tag = format!("t{}{}", self.shared.plain, own.plain);
        Fence {
            event: EventBuf::new(self.name.as_str(), [ParamBuf::named("tag", tag.as_str())]),
            own,
        }
    }

    /// Tells whether a reported line carries the tag of a fence of this factory, anywhere and in any of the contract's
    /// forms.
    pub fn is_tagged(&self, line: &[u8]) -> bool {
        self.shared.stand_in(line)
    }

    /// Tells whether a reported line looks like that of a fence, of whatever factory.
    #[cfg(feature = "cli")]
    pub(crate) fn is_anyones(line: &[u8]) -> bool {
        holds_mark(line, b't', SHARED_DIGITS + OWN_DIGITS)
    }

    /// Tells which fence a reported line is about.
    pub fn mark(&self, line: &[u8], fence: &Fence) -> Mark {
        if self.is_tagged(line) && fence.own.stand_in(line) {
            Mark::This
        } else {
            self.mark_any(line)
        }
    }

    /// Tells whether a reported line is about any fence.
    pub fn mark_any(&self, line: &[u8]) -> Mark {
        if !self.is_tagged(line) {
            Mark::None
        } else if self.is_forged(line) {
            Mark::Forged
        } else {
            Mark::Other
        }
    }

    /// Tells whether a line carries a whole tag that was never given out.
    fn is_forged(&self, line: &[u8]) -> bool {
        let plain = memmem::find(line, self.shared.plain.as_bytes())
            .map(|at| &line[at + SHARED_DIGITS..])
            .and_then(|rest| rest.get(..OWN_DIGITS))
            .map(<[u8]>::to_vec);
        let own = plain.or_else(|| {
            let at = memmem::find(line, self.shared.hex.as_bytes())?;
            let rest = line.get(at + 2 * SHARED_DIGITS..)?;
            hex::decode(rest.get(..2 * OWN_DIGITS)?).ok()
        });
        own.is_some_and(|own| {
            own.iter().all(u8::is_ascii_digit)
                && !self.made.iter().any(|made| *made.as_bytes() == own)
        })
    }
}

/// Tells whether a line holds a letter and so many digits behind it, in any of the contract's forms: the mark of somebody's
/// fence or number.
#[cfg(feature = "cli")]
pub(crate) fn holds_mark(line: &[u8], letter: u8, digits: usize) -> bool {
    let is_letter = |byte: &u8| byte.eq_ignore_ascii_case(&letter);
    let are_digits = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_digit);
    let is_plain = |bytes: &[u8]| is_letter(&bytes[0]) && are_digits(&bytes[1..]);
    let is_hex = |bytes: &[u8]| {
        // In hex a digit is a 3 and itself.
        bytes
            .chunks_exact(2)
            .skip(1)
            .all(|pair| pair[0] == b'3' && pair[1].is_ascii_digit())
            && hex::decode(&bytes[..2]).is_ok_and(|first| is_letter(&first[0]))
    };
    line.windows(1 + digits).any(is_plain) || line.windows(2 + 2 * digits).any(is_hex)
}

impl Digits {
    fn random(random: &mut fastrand::Rng, count: usize) -> Self {
        let plain: String = std::iter::repeat_with(|| random.digit(10))
            .take(count)
            .collect();
        Self {
            hex: hex::encode(&plain),
            plain,
        }
    }

    fn stand_in(&self, line: &[u8]) -> bool {
        memmem::find(line, self.plain.as_bytes()).is_some()
            || memmem::find(line, self.hex.as_bytes()).is_some()
    }
}

impl Fence {
    /// Gives the datagram.
    pub fn datagram(&self, dialect: Dialect) -> Vec<u8> {
        dialect.encode(&self.event).expect("a fence is short")
    }

    /// Gives what the subject made of this fence, from the line that carries its tag, in a form that is the same for
    /// every fence that the subject treats alike.
    pub fn form(&self, line: &[u8]) -> FenceForm {
        match parse_line(line) {
            Some(Line::Event(event)) if event == self.event => FenceForm::Right,
            Some(Line::Event(mut event)) => {
                self.blank(&mut event.name);
                for param in &mut event.params {
                    if let Some(name) = &mut param.name {
                        self.blank(name);
                    }
                    if let event_datagram::ValueBuf::Bytes(value) = &mut param.value {
                        self.blank(value);
                    }
                }
                FenceForm::Odd(Ok(event))
            }
            _ => {
                let mut line = line.to_vec();
                self.blank(&mut line);
                FenceForm::Odd(Err(line))
            }
        }
    }

    fn blank(&self, bytes: &mut [u8]) {
        let digits = self.own.plain.as_bytes();
        while let Some(at) = memmem::find(bytes, digits) {
            bytes[at..at + digits.len()].fill(b'#');
        }
    }
}

/// What a subject makes of fences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FenceForm {
    /// It reads them right.
    Right,
    /// It reads them otherwise: as this event, or as this line, with the tag blanked.
    Odd(Result<EventBuf, Vec<u8>>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(fence: &Fence) -> String {
        let tag = fence.event.params[0].as_param().value;
        let bytes = tag.as_bytes().expect("it is a string").to_vec();
        String::from_utf8(bytes).expect("it is ASCII")
    }

    #[test]
    fn tags_are_found_in_any_form() {
        let mut fences = Fences::new(DEFAULT_NAME);
        let first = fences.next_fence();
        let second = fences.next_fence();
        let tag = &tag(&second);
        for line in [
            format!("{{\"{tag}\":1}}"),
            tag.to_uppercase(),
            hex::encode(tag),
            format!("x{tag}y"),
        ] {
            assert_eq!(fences.mark(line.as_bytes(), &second), Mark::This, "{line}");
            assert_eq!(fences.mark(line.as_bytes(), &first), Mark::Other, "{line}");
        }
        assert_eq!(fences.mark(b"{\"event\":\"E_TEST\"}", &first), Mark::None);
    }

    #[cfg(feature = "cli")]
    #[test]
    fn fences_of_others_are_known() {
        let tag = tag(&Fences::new("E_OTHER").next_fence());
        let report = format!("{{\"value\":\"{tag}\"}}");
        for line in [&report, &tag.to_uppercase(), &hex::encode(&tag)] {
            assert!(Fences::is_anyones(line.as_bytes()), "{line}");
        }
        for line in [&tag[1..], &tag[..18], &hex::encode(&tag)[2..], "E_TEST", ""] {
            assert!(!Fences::is_anyones(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn tags_that_were_never_given_out_are_told() {
        let mut fences = Fences::new(DEFAULT_NAME);
        let fence = fences.next_fence();
        let others =
            (0..10).map(|digit| format!("t{}{}", fences.shared.plain, digit.to_string().repeat(9)));
        for made_up in others.filter(|made_up| *made_up != tag(&fence)) {
            assert_eq!(fences.mark(made_up.as_bytes(), &fence), Mark::Forged);
            assert_eq!(
                fences.mark(hex::encode(&made_up).as_bytes(), &fence),
                Mark::Forged
            );
        }
        // One that was cut short tells nothing.
        assert_eq!(
            fences.mark(&tag(&fence).as_bytes()[..15], &fence),
            Mark::Other
        );
    }

    #[test]
    fn forms_are_alike_for_fences_that_are_treated_alike() {
        let mut fences = Fences::new(DEFAULT_NAME);
        let (first, second) = (fences.next_fence(), fences.next_fence());
        let report = |fence: &Fence, name: &str| {
            format!(
                r#"{{"event":"{name}","params":[{{"name":"tag","value":"{}"}}]}}"#,
                tag(fence)
            )
            .into_bytes()
        };
        assert_eq!(first.form(&report(&first, DEFAULT_NAME)), FenceForm::Right);
        assert_eq!(
            second.form(&report(&second, DEFAULT_NAME)),
            FenceForm::Right
        );
        assert_ne!(
            first.form(&report(&first, "e_evdg_fence")),
            FenceForm::Right
        );
        assert_eq!(
            first.form(&report(&first, "odd")),
            second.form(&report(&second, "odd"))
        );
    }
}
