use crate::evidence::{Evidence, datagram_in_words, labelled_lines};
use crate::judge::Verdict;
use crate::observation::Observation;
use crate::run::Outcome;
use crate::vectors::{Level, Vector};

/// A case that fails, as small as it could be made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// What it comes to: `crash`, `hang`, `fail`, `warn` where it departs from advice alone, or `flaky` where it did not fail again.
    pub verdict: Verdict,
    /// What that rests on, in a sentence.
    pub why: String,
    /// The case, and what was expected.
    pub vector: Vector,
    /// What the subject reported.
    pub observation: Observation,
    /// What the subject wrote for people, where it died: the first lines and the last.
    pub log: Vec<String>,
    /// The number of the case that failed at first, from 1.
    pub case: u64,
    /// What failed at first.
    pub original: Vec<Vec<u8>>,
    /// How many simpler cases were tried.
    pub tries: u64,
    /// Why no simpler ones were tried any more, if there were some left.
    pub cut_short: Option<String>,
}

impl Finding {
    pub(super) fn new(outcome: Outcome<'_>, case: u64, original: Vec<Vec<u8>>) -> Self {
        let mut vector = outcome.vector.clone();
        if outcome.verdict == Verdict::Warn {
            vector.level = Level::Should;
        }
        Self {
            verdict: outcome.verdict,
            why: outcome.why,
            vector,
            observation: outcome.observation,
            log: outcome.log,
            case,
            original,
            tries: 0,
            cut_short: None,
        }
    }

    /// Gives the datagrams of the case.
    pub fn datagrams(&self) -> impl Iterator<Item = &[u8]> {
        self.vector.steps.iter().map(|step| &step.datagram[..])
    }

    /// Gives the datagrams in hex with commas between them, as `evdg fuzz --replay` takes them.
    pub fn hex(&self) -> String {
        self.datagrams()
            .map(hex::encode)
            .collect::<Vec<_>>()
            .join(",")
    }

    /// Gives what the verdict rests on, line by line: a label and a text that is fit to print, the last of them the command that
    /// runs it `again`.
    pub fn evidence(&self, again: String) -> Vec<(&'static str, String)> {
        let observation = &self.observation;
        let evidence = Evidence::of(&self.vector, &self.why, observation, &self.log, again);
        let mut lines = labelled_lines(&evidence);
        if self.original.len() == 1 && self.tries > 0 {
            let [text, _] = datagram_in_words(&self.original[0]);
            let place = lines.len() - 1;
            lines.insert(place, ("at first", text));
        }
        lines
    }
}
