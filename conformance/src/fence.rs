//! The fence: a marked good event that follows every vector, so that silence is told from slowness.

use event_datagram::{EventBuf, ParamBuf, text};
use memchr::memmem;

use crate::contract::{Line, parse_line};

/// The name of the fence event, unless another is chosen.
pub const DEFAULT_NAME: &str = "E_EVDG_FENCE";

/// Makes fences, and recognises them in what a subject reports.
///
/// A tag is a letter, which keeps it from being taken for a number, and digits, which no change of case touches: some that
/// all fences of this factory share, and some that nobody can guess.
#[derive(Debug)]
pub struct Fences {
    name: String,
    shared: String,
    random: fastrand::Rng,
}

/// One fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    event: EventBuf,
    tag: String,
}

/// What a line has to do with fences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// It carries the tag asked for.
    This,
    /// It carries the tag of another fence.
    Other,
    /// It carries no tag.
    None,
}

const SHARED_DIGITS: usize = 9;
const RANDOM_DIGITS: usize = 9;

impl Fences {
    /// Makes a factory; the same seed gives the same tags.
    pub fn new(name: &str, seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let shared = digits(&mut random, SHARED_DIGITS);
        Self {
            name: name.into(),
            shared,
            random,
        }
    }

    /// Makes a fence with a tag that is new.
    pub fn next_fence(&mut self) -> Fence {
        let tag = format!(
            "t{}{}",
            self.shared,
            digits(&mut self.random, RANDOM_DIGITS)
        );
        Fence {
            event: EventBuf::new(self.name.as_str(), [ParamBuf::named("tag", tag.as_str())]),
            tag,
        }
    }

    /// Tells whether a reported line carries the tag of a fence of this factory, anywhere and in any of the contract's
    /// forms.
    pub fn is_tagged(&self, line: &[u8]) -> bool {
        carries(line, &self.shared)
    }

    /// Tells which fence a reported line is about.
    pub fn mark(&self, line: &[u8], fence: &Fence) -> Mark {
        if !self.is_tagged(line) {
            Mark::None
        } else if carries(line, fence.digits()) {
            Mark::This
        } else {
            Mark::Other
        }
    }
}

fn carries(line: &[u8], digits: &str) -> bool {
    memmem::find(line, digits.as_bytes()).is_some()
        || memmem::find(line, hex::encode(digits).as_bytes()).is_some()
}

impl Fence {
    /// Gives the datagram.
    pub fn datagram(&self) -> Vec<u8> {
        let mut datagram = Vec::new();
        text::sender::encode_to_vec(&self.event, &mut datagram).expect("a fence is short");
        datagram
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

    fn digits(&self) -> &str {
        &self.tag[1..]
    }

    fn blank(&self, bytes: &mut [u8]) {
        let digits = self.digits();
        while let Some(at) = memmem::find(bytes, digits.as_bytes()) {
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

fn digits(random: &mut fastrand::Rng, count: usize) -> String {
    std::iter::repeat_with(|| random.digit(10))
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_any_form() {
        let mut fences = Fences::new(DEFAULT_NAME, 1);
        let first = fences.next_fence();
        let second = fences.next_fence();
        let tag = &second.tag;
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

    #[test]
    fn forms_are_alike_for_fences_that_are_treated_alike() {
        let mut fences = Fences::new(DEFAULT_NAME, 2);
        let (first, second) = (fences.next_fence(), fences.next_fence());
        let report = |fence: &Fence, name: &str| {
            format!(
                r#"{{"event":"{name}","params":[{{"name":"tag","value":"{}"}}]}}"#,
                fence.tag
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
