//! The vectors as tests of another crate's own `cargo test`: the parser runs in the process of its tests.
//!
//! A crate with a parser has a test target of its own for it,
//!
//! ```toml
//! [dev-dependencies]
//! event-datagram-conformance = { version = "0.1", default-features = false, features = ["harness"] }
//!
//! [[test]]
//! name = "conformance"
//! harness = false
//! ```
//!
//! and in `tests/conformance.rs`
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use event_datagram_conformance::harness::{EventBuf, Harness};
//! use event_datagram_conformance::vectors::Dialect;
//!
//! # mod my_crate {
//! #     pub fn parse(datagram: &[u8]) -> Result<event_datagram::EventBuf, String> {
//! #         let event = event_datagram::text::decode(datagram).map_err(|error| error.to_string())?;
//! #         Ok(event_datagram::EventBuf::from_event(&event))
//! #     }
//! # }
//! fn main() -> ExitCode {
//!     let parser = || |datagram: &[u8]| -> Result<EventBuf, String> { my_crate::parse(datagram) };
//!     Harness::new()
//!         .parser(Dialect::Text, parser)
//!         .known("sep-first-one-splits", "the old parser splits at the last separator")
//!         .not_applicable("T16")
//!         .main()
//! }
//! ```
//!
//! Then `cargo test` shows a test for each vector, such as `text::T4::sep-first-one-splits`; `cargo test text::T4` runs those of a
//! requirement, and `cargo test -- --list` lists them. It is what `evdg test` does, with these differences:
//!
//! - **One vector, one parser.** Tests run side by side and are picked by name, so that none may depend on which ran before: each
//!   vector gets a value of its own from the factory. A parser that keeps state keeps it over the datagrams of a sequence (T19, T20) and
//!   over the good event that follows every vector: if something stays behind, that event is read wrong, and the vector fails.
//! - **A panic is a crash**, and a parser that has not answered within the time limit hangs. Its thread cannot be stopped, and ends
//!   with the process. What ends a process, such as `abort` or an overflow of the stack, ends the tests, too: where that may
//!   happen, `evdg test --parser` tests from outside.
//! - **What passes with a remark is told at the end**, on standard error: which reading is taken where several are right, and warnings.
//!
//! No run that tests nothing is green. Cargo gives one filter to all test targets, so that a filter which fits no vector here may be meant for
//! another target, and passes; but a filter that can be meant for nothing but a vector, such as `sep-frist` or `text::T99`, has to fit one.

mod exchange;
mod parser;
mod remarks;
mod trial;

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Conclusion};

pub use event_datagram::{EventBuf, ParamBuf, ValueBuf};
pub use parser::Parser;

use self::remarks::Remarks;
use self::trial::{Case, Factory};
use crate::contract::Start;
use crate::judge::Strictness;
use crate::vectors::{Corpus, Dialect, Vector};

/// The exit status of a run that tested nothing, as of `evdg`.
const NOTHING: u8 = 4;
/// The exit status of a run that was set up wrong, as of `evdg`.
const USAGE: u8 = 2;

/// Runs the vectors as tests, by the arguments of `cargo test`.
#[must_use = "it runs with `main`"]
#[derive(Debug, Default)]
pub struct Harness {
    parsers: Vec<(Dialect, Factory)>,
    start: Start,
    known: HashMap<String, String>,
    set: Option<String>,
    strictness: Strictness,
    time_limit: Option<Duration>,
}

impl Harness {
    /// Starts without a parser.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tests the parsers that a factory makes with the vectors of a dialect. Each vector gets a fresh one, made in the thread
    /// that uses it.
    pub fn parser<P: Parser + 'static>(
        mut self,
        dialect: Dialect,
        factory: impl Fn() -> P + Send + Sync + 'static,
    ) -> Self {
        let factory = Factory(Arc::new(move || Box::new(factory()) as Box<dyn Parser>));
        self.parsers.push((dialect, factory));
        self
    }

    /// Declares that a requirement or a vector does not apply: its tests are shown as ignored, and run with `--ignored`.
    pub fn not_applicable(mut self, id: &str) -> Self {
        let declared = self.start.not_applicable.get_or_insert_default();
        declared.push(id.into());
        self
    }

    /// Declares that datagrams of more bytes are not taken: vectors with longer ones do not apply.
    pub fn max_datagram(mut self, bytes: usize) -> Self {
        self.start.max_datagram = Some(bytes);
        self
    }

    /// Lists a vector as known to fail, and why. Its test passes while it fails, and fails as soon as it passes, so that the
    /// list stays true.
    pub fn known(mut self, id: &str, reason: &str) -> Self {
        self.known.insert(id.into(), reason.into());
        self
    }

    /// Lets only the vectors of a requirement set decide, such as `2026.1`. The others run all the same; that they fail is told,
    /// and fails no test.
    pub fn set(mut self, name: &str) -> Self {
        self.set = Some(name.into());
        self
    }

    /// Lets departures from what listeners should do fail, too.
    pub const fn strict(mut self) -> Self {
        self.strictness = Strictness::Should;
        self
    }

    /// Sets how long a parser may take for a vector. Without, 10 seconds.
    pub const fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Runs the tests that the arguments of the process select, and gives its exit status: 0, 101 as of any test target where one
    /// failed, 2 where the harness was set up wrong, 4 where nothing was tested.
    #[must_use = "it is the exit status of the process"]
    pub fn main(self) -> ExitCode {
        let arguments = Arguments::from_args();
        let corpus = match self.checked() {
            Ok(corpus) => corpus,
            Err(message) => {
                eprintln!("conformance harness: {message}");
                return USAGE.into();
            }
        };
        let remarks = Arc::new(Remarks::default());
        let trials = self.trials(corpus, &remarks);
        let conclusion = libtest_mimic::run(&arguments, trials);
        if arguments.list {
            return ExitCode::SUCCESS;
        }
        eprint!("{remarks}");
        match emptiness(&arguments, &conclusion) {
            Some(message) => {
                eprintln!("conformance harness: {message}");
                NOTHING.into()
            }
            None => conclusion.exit_code(),
        }
    }

    /// Gives the corpus, if it has all that was named.
    fn checked(&self) -> Result<Corpus, String> {
        let corpus = Corpus::embedded().map_err(|error| error.to_string())?;
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
        for id in self.start.not_applicable.iter().flatten() {
            if !corpus.knows(id) {
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
            _ => Ok(corpus),
        }
    }

    fn trials(self, corpus: Corpus, remarks: &Arc<Remarks>) -> Vec<libtest_mimic::Trial> {
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
            let case = Case {
                factory: factory.clone(),
                title: titles.get(&vector.requirement).cloned().unwrap_or_default(),
                decides: set.as_ref().is_none_or(|set| set.contains(&vector)),
                known: self.known.get(&vector.id).cloned(),
                strictness: self.strictness,
                limit: self.time_limit.unwrap_or(Duration::from_secs(10)),
                vector,
            };
            let exempt = crate::judge::not_applicable(&case.vector, &self.start);
            trials.push(case.into_trial(exempt, Arc::clone(remarks)));
        }
        trials
    }
}

/// Gives the name of a vector's test.
fn test_name(vector: &Vector) -> String {
    format!("{}::{}::{}", vector.dialect, vector.requirement, vector.id)
}

/// Says why a run tested nothing that it should have tested.
fn emptiness(arguments: &Arguments, conclusion: &Conclusion) -> Option<String> {
    if conclusion.num_passed + conclusion.num_failed > 0 {
        return None;
    }
    if conclusion.num_ignored > 0 {
        return Some("nothing was tested: none of what was selected applies".into());
    }
    let filter = arguments.filter.as_deref()?;
    is_meant_for_vectors(filter)
        .then(|| format!("nothing was tested: no vector's test fits `{filter}`"))
}

/// Tells whether a filter can fit no test but one of ours: no name in Rust holds a hyphen, and few paths begin like a dialect.
fn is_meant_for_vectors(filter: &str) -> bool {
    let of_dialect = |dialect: &Dialect| {
        let rest = filter.strip_prefix(dialect.as_str());
        rest.is_some_and(|rest| rest.starts_with("::"))
    };
    filter.contains('-') || Dialect::ALL.iter().any(of_dialect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_for_vectors_where_nothing_else_has_such_names() {
        for filter in ["sep-first", "text::T4", "text::"] {
            assert!(is_meant_for_vectors(filter), "{filter}");
        }
        for filter in ["parses_names", "decoder::tests", "text", "context::a", ""] {
            assert!(!is_meant_for_vectors(filter), "{filter}");
        }
    }

    #[test]
    fn what_is_named_has_to_be_there() {
        let parser = || |_: &[u8]| -> Result<EventBuf, String> { Err("no".into()) };
        let refused = |harness: Harness| harness.checked().err();
        let with = |harness: Harness| refused(harness.parser(Dialect::Text, parser));
        assert_eq!(
            with(Harness::new().known("sep-one-named", "why").set("2026.1")),
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
