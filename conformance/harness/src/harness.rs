use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::Arguments;

use crate::empty_run::empty_run;
use crate::factory::Factory;
use crate::parser::Parser;
use crate::remarks::Remarks;
use crate::run_findings::RunFindings;
use crate::vector_test::VectorTest;
use event_datagram_conformance::contract::Start;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::FenceTemplate;
use event_datagram_conformance::judge::{Strictness, not_applicable};
use event_datagram_conformance::vectors::Corpus;

/// The exit status of a run that tested nothing, as of `evdg`.
const NOTHING: u8 = 4;
/// The exit status of a run that was set up wrong, as of `evdg`.
const USAGE: u8 = 2;
/// The default time limit of a parser for a vector.
const DEFAULT_TIME_LIMIT: Duration = Duration::from_secs(10);

/// A test program that runs the vectors as tests, with the arguments of `cargo test`.
#[must_use = "it runs with `main`"]
#[derive(Debug, Default)]
pub struct Harness {
    parsers: Vec<(Dialect, Factory)>,
    start: Start,
    known: HashMap<String, String>,
    set: Option<String>,
    strictness: Strictness,
    time_limit: Option<Duration>,
    fence: Option<String>,
    event: Option<String>,
}

impl Harness {
    /// Returns a harness without a parser.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a factory of parsers, which are tested with the vectors of a dialect. Each vector gets
    /// a fresh parser, which is created in the thread that uses it.
    pub fn parser<P: Parser + 'static>(
        mut self,
        dialect: Dialect,
        factory: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        self.parsers.push((dialect, Factory::new(factory)));
        self
    }

    /// Declares that a requirement or a vector does not apply. Its tests are ignored, and run with
    /// `--ignored`.
    pub fn not_applicable(mut self, id: &str) -> Self {
        let declared = self.start.not_applicable.get_or_insert_default();
        declared.insert(id.into());
        self
    }

    /// Declares the length of the longest datagram that the parser accepts, in bytes. Vectors with
    /// longer ones do not apply.
    pub fn max_datagram(mut self, bytes: usize) -> Self {
        self.start.max_datagram = Some(bytes);
        self
    }

    /// Lists a vector as known to fail, for a reason. Its test passes while the vector fails, and
    /// fails once the vector passes, so that the list stays true.
    pub fn known(mut self, id: &str, reason: &str) -> Self {
        self.known.insert(id.into(), reason.into());
        self
    }

    /// Chooses a requirement set, such as `2026.2`, whose vectors decide. The other vectors run,
    /// too, but their failures are remarks and fail no test.
    pub fn set(mut self, name: &str) -> Self {
        self.set = Some(name.into());
        self
    }

    /// Makes tests fail on warnings, too: departures from advice (level `should`), and readings
    /// that a vector of level `may` does not list.
    pub const fn strict(mut self) -> Self {
        self.strictness = Strictness::Should;
        self
    }

    /// Sets how long a parser may take for a vector. The default is 10 seconds.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Sets the good event before and after every vector, for parsers that reject unknown names or
    /// demand parameters. The syntax is `NAME param={tag} other=value`, where `{tag}` is replaced.
    pub fn fence(mut self, template: &str) -> Self {
        self.fence = Some(template.into());
        self
    }

    /// Renames the event `E_TEST` of the vectors, for parsers that reject unknown names.
    pub fn event(mut self, name: &str) -> Self {
        self.event = Some(name.into());
        self
    }

    /// Runs the tests that the arguments of the process select, and returns the exit status of the
    /// process: 0 if all passed, 101 if one failed, 2 if the harness is set up wrong, 4 if nothing
    /// was tested.
    #[must_use = "it is the exit status of the process"]
    pub fn main(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let (corpus, fence) = match self.checked() {
            Ok(checked) => checked,
            Err(message) => {
                eprintln!("conformance harness: {message}");
                return USAGE.into();
            }
        };
        let remarks = Arc::new(Remarks::default());
        let findings = Arc::new(RunFindings::new(fence.clone()));
        let trials = self.trials(corpus, &fence, &remarks, &findings);
        let conclusion = libtest_mimic::run(&arguments, trials);
        if arguments.list {
            return ExitCode::SUCCESS;
        }
        eprint!("{remarks}{findings}");
        match empty_run(&arguments, &conclusion) {
            Some(message) => {
                eprintln!("conformance harness: {message}");
                NOTHING.into()
            }
            None => conclusion.exit_code(),
        }
    }

    /// Checks the settings, and returns the corpus and the fence. Returns an error if the corpus
    /// lacks an id, requirement set or dialect that the caller named, or if the fence is malformed.
    fn checked(&self) -> Result<(Corpus, FenceTemplate), String> {
        let mut corpus = Corpus::embedded().map_err(|error| error.to_string())?;
        if let Some(name) = &self.event {
            corpus.rename_test_event(name);
        }
        let fence = self.fence_template()?;
        if self.parsers.is_empty() {
            return Err("there is no parser to test: call `parser`".into());
        }
        for (index, (dialect, _)) in self.parsers.iter().enumerate() {
            if self.parsers[..index]
                .iter()
                .any(|(other, _)| other == dialect)
            {
                return Err(format!("there are two parsers for the dialect {dialect}"));
            }
            if !corpus
                .vectors
                .iter()
                .any(|vector| vector.dialect == *dialect)
            {
                return Err(format!("there is no vector of the dialect {dialect}"));
            }
        }
        let is_vector = |id: &str| corpus.vectors.iter().any(|vector| vector.id == id);
        let ids = corpus.ids();
        for id in self.start.not_applicable.iter().flatten() {
            if !ids.contains(id.as_str()) {
                return Err(format!(
                    "not_applicable: there is no requirement or vector `{id}`"
                ));
            }
        }
        for id in self.known.keys() {
            if !is_vector(id) {
                return Err(format!("known: there is no vector `{id}`"));
            }
        }
        match &self.set {
            Some(name) if corpus.set(name).is_none() => {
                Err(format!("set: there is no requirement set `{name}`"))
            }
            _ => Ok((corpus, fence)),
        }
    }

    fn fence_template(&self) -> Result<FenceTemplate, String> {
        let Some(text) = &self.fence else {
            return Ok(FenceTemplate::default());
        };
        text.parse().map_err(|why| format!("fence: {why}"))
    }

    fn trials(
        self,
        corpus: Corpus,
        fence: &FenceTemplate,
        remarks: &Arc<Remarks>,
        findings: &Arc<RunFindings>,
    ) -> Vec<libtest_mimic::Trial> {
        let set = self.set.as_deref().and_then(|name| corpus.set(name));
        let set = set.cloned();
        let titles: HashMap<_, _> = corpus
            .requirements
            .into_iter()
            .map(|requirement| (requirement.id, requirement.title))
            .collect();
        let mut trials = Vec::new();
        for vector in corpus.vectors {
            let of_dialect = |(dialect, _): &&(Dialect, Factory)| *dialect == vector.dialect;
            let Some((_, factory)) = self.parsers.iter().find(of_dialect) else {
                continue;
            };
            let test = VectorTest {
                factory: factory.clone(),
                title: titles.get(&vector.requirement).cloned().unwrap_or_default(),
                decides: set.as_ref().is_none_or(|set| set.contains(&vector)),
                known: self.known.get(&vector.id).cloned(),
                strictness: self.strictness,
                fence: fence.clone(),
                limit: self.time_limit.unwrap_or(DEFAULT_TIME_LIMIT),
                vector,
            };
            let exempt = not_applicable(&test.vector, &self.start);
            trials.push(test.into_trial(exempt, Arc::clone(remarks), Arc::clone(findings)));
        }
        trials
    }
}

#[cfg(test)]
mod tests {
    use event_datagram::EventBuf;

    use super::*;

    #[test]
    fn unknown_names_in_the_settings_are_errors() {
        let parser = || |_: &[u8]| -> Result<EventBuf, String> { Err("no".into()) };
        let refused = |harness: Harness| harness.checked().err();
        let with = |harness: Harness| refused(harness.parser(Dialect::Text, parser));
        assert_eq!(
            with(Harness::new().known("sep-one-named", "why").set("2026.2")),
            None
        );
        assert_eq!(with(Harness::new().not_applicable("T16")), None);
        for (harness, message) in [
            (
                Harness::new().known("T4", "why"),
                "known: there is no vector `T4`",
            ),
            (
                Harness::new().not_applicable("T99"),
                "not_applicable: there is no requirement or vector `T99`",
            ),
            (
                Harness::new().fence("E_A ip"),
                "fence: expected `name=value`, found `ip`",
            ),
            (
                Harness::new().set("1"),
                "set: there is no requirement set `1`",
            ),
            (
                Harness::new().parser(Dialect::Text, parser),
                "there are two parsers for the dialect text",
            ),
        ] {
            assert_eq!(with(harness).as_deref(), Some(message));
        }
        let message = "there is no parser to test: call `parser`";
        assert_eq!(refused(Harness::new()).as_deref(), Some(message));
    }
}
