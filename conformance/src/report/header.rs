use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::run_context::RunContext;
use super::summary::{Conformance, Summary, count_of_tests};
use crate::escape::{visible, visible_command};
use crate::judge::{Answering, Strictness};
use crate::vectors::{Corpus, Level};

/// The description of a run in a report: the suite, the subject and the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportHeader {
    /// The suite that was run.
    pub suite: Suite,
    /// The subject that was tested.
    pub subject: TestedSubject,
    /// The settings of the run.
    pub settings: RunSettings,
    /// The time, machine and command of the run. `None` in reports of older versions.
    pub run: Option<RunContext>,
}

/// The suite that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suite {
    /// The name of the suite.
    pub name: String,
    /// The version of the suite.
    pub version: String,
    /// The requirement set whose vectors decide. If there is none, every vector decides.
    pub set: Option<String>,
    /// Which part of a run this is; `None` if it is the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// The requirements that results may name.
    pub requirements: Vec<RequirementTitle>,
}

/// One of several parts of a run. It has the `index`th vector of each dialect, in the order of the
/// whole run, and every `count`th vector after that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// The number of the part, from 1.
    pub index: usize,
    /// How many parts there are.
    pub count: usize,
}

/// The id, title and text of a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RequirementTitle {
    /// The id, such as `T4`.
    pub id: String,
    /// The requirement in a few words.
    pub title: String,
    /// The full text in Markdown. Empty in reports of older versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

impl RequirementTitle {
    /// Returns the titles of all requirements of a corpus.
    pub fn all_of(corpus: &Corpus) -> Vec<Self> {
        let requirements = corpus.requirements.iter();
        let titles = requirements.map(|requirement| Self {
            id: requirement.id.clone(),
            title: requirement.title.clone(),
            text: corpus.text_of(requirement).unwrap_or_default().into(),
        });
        titles.collect()
    }
}

/// The subject as it was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedSubject {
    /// The command that started the subject, as a user would type it into a shell.
    pub command: String,
    /// How the subject is connected, such as `listener` or `parser`.
    pub kind: String,
}

/// The settings that affect the verdict of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSettings {
    /// Which departures make the subject fail.
    #[serde(rename = "strict")]
    pub strictness: Strictness,
    /// The seed that shuffled the vectors. `None` if they ran in the order of the corpus.
    pub seed: Option<u64>,
    /// The patterns that selected vectors. An empty list selects all.
    pub filters: Vec<String>,
    /// The levels that were selected. An empty list selects all.
    pub levels: Vec<Level>,
}

/// The titles of requirements by their ids.
#[derive(Debug)]
pub(crate) struct Titles<'h>(HashMap<&'h str, &'h str>);

impl<'h> Titles<'h> {
    /// Returns the title of a requirement; an empty text if it has none.
    pub(crate) fn of(&self, requirement: &str) -> &'h str {
        self.0.get(requirement).copied().unwrap_or_default()
    }
}

/// The kind of subjects that answer every datagram.
const PARSER: &str = "parser";

impl ReportHeader {
    /// Returns the verdict of a run on one line.
    pub fn verdict_in_words(&self, summary: &Summary) -> String {
        let (total, set) = (summary.total(), self.suite.set.as_deref());
        let to_set = set.map_or_else(String::new, |set| format!(" to {set}"));
        let deciding = count_of_tests(summary.deciding());
        match summary.conformance(self.settings.strictness) {
            Conformance::NotTested if summary.deciding() == 0 => {
                let set = set.unwrap_or_default();
                format!("nothing decides: none of {total} is in {set}")
            }
            Conformance::NotTested => {
                format!("nothing tested: none of {total} applies to it")
            }
            Conformance::Conforms => {
                format!("conforms{to_set} in {}", count_of_tests(summary.tested()))
            }
            Conformance::NoNewFailures(known) => {
                let of_set = set.map_or_else(String::new, |set| format!(" of {set}"));
                let tested = count_of_tests(summary.tested());
                format!("no new failures, {known} known, in {tested}{of_set}")
            }
            Conformance::OutdatedList(_) => {
                let facts = [outdated_in_words(summary), not_run_in_words(summary)];
                facts.into_iter().flatten().collect::<Vec<_>>().join("; ")
            }
            Conformance::Fails(failures) => {
                let failed = format!("{failures} of {deciding} failed");
                let facts = [
                    Some(failed),
                    not_run_in_words(summary),
                    outdated_in_words(summary),
                ];
                let facts: Vec<_> = facts.into_iter().flatten().collect();
                format!("does not conform{to_set}: {}", facts.join("; "))
            }
            Conformance::NothingPassed => {
                format!("does not conform{to_set}: nothing passed, all failures are known")
            }
        }
    }

    /// Returns how many results do not decide, and why; `None` if all of them do.
    pub(super) fn undecided_in_words(&self, summary: &Summary) -> Option<String> {
        let set = self.suite.set.as_ref()?;
        match summary.total() - summary.deciding() {
            0 => None,
            1 => Some(format!(
                "1 result does not decide: its vector is not in {set}"
            )),
            count => Some(format!(
                "{count} results do not decide: their vectors are not in {set}"
            )),
        }
    }

    /// Returns the facts of the run that reports show, each with its label: the time, the duration,
    /// the machine, the version and the command.
    pub(super) fn facts(&self, summary: &Summary) -> Vec<(&'static str, String)> {
        let run = self.run.as_ref();
        let mut facts = run.map_or_else(Vec::new, |run| run.facts(summary.duration()));
        let Suite { name, version, .. } = &self.suite;
        facts.insert(0, ("suite", format!("{name} {version}")));
        facts
    }

    /// Returns the titles of the requirements.
    pub(crate) fn titles(&self) -> Titles<'_> {
        let titles = self.suite.requirements.iter();
        Titles(
            titles
                .map(|it| (it.id.as_str(), it.title.as_str()))
                .collect(),
        )
    }
}

impl TestedSubject {
    /// Returns a subject with this command and kind, in which control characters are escaped.
    pub fn new(command: &str, kind: &str) -> Self {
        Self {
            command: visible_command(command),
            kind: visible(kind),
        }
    }

    /// Returns whether a subject that is connected this way must answer each datagram.
    pub(super) fn answering(&self) -> Answering {
        if self.kind == PARSER {
            Answering::Always
        } else {
            Answering::MayBeSilent
        }
    }
}

impl Suite {
    /// Returns the suite of this crate, in its version.
    pub fn of_this_crate(requirements: Vec<RequirementTitle>) -> Self {
        Self {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            set: None,
            shard: None,
            requirements,
        }
    }
}

/// Returns how many tests were not run; `None` if all were.
pub(super) fn not_run_in_words(summary: &Summary) -> Option<String> {
    match summary.not_run() {
        0 => None,
        1 => Some("1 test was not run".into()),
        count => Some(format!("{count} tests were not run")),
    }
}

/// Returns how many entries of the list of known failures are out of date; `None` if none is.
pub(super) fn outdated_in_words(summary: &Summary) -> Option<String> {
    match summary.outdated_entries() {
        0 => None,
        1 => Some("the list is out of date: 1 entry passes now".into()),
        count => Some(format!("the list is out of date: {count} entries pass now")),
    }
}

/// Returns a key that orders requirements by their numbers, `T9` before `T10`. The last part is the
/// id itself.
pub(crate) fn requirement_order(requirement: &str) -> (String, usize, String) {
    let letters: String = requirement
        .chars()
        .take_while(|c| !c.is_ascii_digit())
        .collect();
    let digits = requirement[letters.len()..].parse().unwrap_or(usize::MAX);
    (letters, digits, requirement.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::Kind;

    #[test]
    fn only_parsers_always_answer() {
        for kind in [Kind::Listener, Kind::Parser, Kind::Running] {
            let answering = TestedSubject::new("program", kind.as_str()).answering();
            let always = kind == Kind::Parser;
            assert_eq!(answering == Answering::Always, always, "{kind:?}");
        }
    }
}
