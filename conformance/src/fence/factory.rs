use std::collections::VecDeque;

use memchr::memmem;

#[cfg(feature = "diagnosis")]
use super::digits::holds_mark;
use super::digits::{DIGITS, Digits};
use super::event::Fence;
use super::tags::{TagKey, TagSource};
use super::template::FenceTemplate;

/// Makes fences, and recognises them in what a subject reports.
///
/// A tag is a letter, so that no reader takes it for a number, and digits, which no change of case
/// alters: some that all fences of this factory share, and some of its own.
#[derive(Debug)]
pub struct Fences {
    template: FenceTemplate,
    shared: Digits,
    key: TagKey,
    count: u64,
    /// The own digits of the newest fences: a tag with other digits is forged.
    made: VecDeque<String>,
}

impl Default for Fences {
    /// Makes a factory of the default fences.
    fn default() -> Self {
        Self::new(FenceTemplate::default(), &TagSource::default())
    }
}

/// How a line relates to a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mark {
    /// It carries the tag of the fence asked for.
    This,
    /// It carries the tag of another fence that was made.
    Other,
    /// It carries a tag that looks like that of a fence, but no such fence was made.
    Forged,
    /// It carries no tag.
    None,
}

/// The number of tags kept: more than are ever in flight, or come back late.
const REMEMBERED: usize = 4096;

impl Fences {
    /// Makes a factory whose tags are unlike those of any other of this source.
    pub fn new(template: FenceTemplate, tags: &TagSource) -> Self {
        let key = tags.next_key();
        Self {
            template,
            shared: key.digits(0),
            key,
            count: 0,
            made: VecDeque::new(),
        }
    }

    /// Makes a fence with a new tag.
    pub fn next_fence(&mut self) -> Fence {
        self.count += 1;
        let own = self.key.digits(self.count);
        if self.made.len() == REMEMBERED {
            self.made.pop_front();
        }
        self.made.push_back(own.plain.clone());
        let tag = format!("t{}{}", self.shared.plain, own.plain);
        Fence::new(&self.template, &tag, own)
    }

    /// Returns whether a reported line carries the tag of a fence of this factory, anywhere and in
    /// any of the contract's forms.
    pub fn is_tagged(&self, line: &[u8]) -> bool {
        self.shared.are_in(line)
    }

    /// Returns whether a reported line carries what looks like the tag of a fence of any factory.
    #[cfg(feature = "diagnosis")]
    pub(crate) fn is_anyones(line: &[u8]) -> bool {
        holds_mark(line, b't', 2 * DIGITS)
    }

    /// Returns how a reported line relates to this fence.
    pub fn mark(&self, line: &[u8], fence: &Fence) -> Mark {
        if self.is_tagged(line) && fence.own.are_in(line) {
            Mark::This
        } else {
            self.mark_any(line)
        }
    }

    /// Returns how a reported line relates to all fences: never [`Mark::This`].
    pub fn mark_any(&self, line: &[u8]) -> Mark {
        if !self.is_tagged(line) {
            Mark::None
        } else if self.is_forged(line) {
            Mark::Forged
        } else {
            Mark::Other
        }
    }

    /// Returns whether a line carries a whole tag that was never given out.
    fn is_forged(&self, line: &[u8]) -> bool {
        let plain = memmem::find(line, self.shared.plain.as_bytes())
            .map(|at| &line[at + DIGITS..])
            .and_then(|rest| rest.get(..DIGITS))
            .map(<[u8]>::to_vec);
        let own = plain.or_else(|| {
            let at = memmem::find(line, self.shared.hex.as_bytes())?;
            let rest = line.get(at + 2 * DIGITS..)?;
            hex::decode(rest.get(..2 * DIGITS)?).ok()
        });
        own.is_some_and(|own| {
            own.iter().all(u8::is_ascii_digit)
                && !self.made.iter().any(|made| *made.as_bytes() == own)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_found_in_any_form() {
        let mut fences = Fences::default();
        let first = fences.next_fence();
        let second = fences.next_fence();
        let tag = second.tag();
        for line in [
            format!("{{\"{tag}\":1}}"),
            tag.to_uppercase(),
            hex::encode(&tag),
            format!("x{tag}y"),
        ] {
            assert_eq!(fences.mark(line.as_bytes(), &second), Mark::This, "{line}");
            assert_eq!(fences.mark(line.as_bytes(), &first), Mark::Other, "{line}");
        }
        assert_eq!(fences.mark(b"{\"event\":\"E_TEST\"}", &first), Mark::None);
    }

    #[cfg(feature = "load")]
    #[test]
    fn fences_of_other_factories_are_recognised() {
        let template = "E_OTHER".parse().expect("it is a template");
        let tag = Fences::new(template, &TagSource::default())
            .next_fence()
            .tag();
        let report = format!("{{\"value\":\"{tag}\"}}");
        for line in [&report, &tag.to_uppercase(), &hex::encode(&tag)] {
            assert!(Fences::is_anyones(line.as_bytes()), "{line}");
        }
        for line in [&tag[1..], &tag[..18], &hex::encode(&tag)[2..], "E_TEST", ""] {
            assert!(!Fences::is_anyones(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn tags_that_were_never_given_out_are_forged() {
        let mut fences = Fences::default();
        let fence = fences.next_fence();
        let others =
            (0..10).map(|digit| format!("t{}{}", fences.shared.plain, digit.to_string().repeat(9)));
        for made_up in others.filter(|made_up| *made_up != fence.tag()) {
            assert_eq!(fences.mark(made_up.as_bytes(), &fence), Mark::Forged);
            assert_eq!(
                fences.mark(hex::encode(&made_up).as_bytes(), &fence),
                Mark::Forged
            );
        }
        // A tag that was cut short may be of any fence.
        assert_eq!(
            fences.mark(&fence.tag().as_bytes()[..15], &fence),
            Mark::Other
        );
    }
}
