//! Every vector on every broken listener: which finds which.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::num::NonZero;
use std::sync::OnceLock;
use std::time::Duration;

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence;
use event_datagram_conformance::judge::{Answering, Judgment, Strictness, Verdict, judge};
use event_datagram_conformance::known::KnownList;
use event_datagram_conformance::run::{Event, Outcome, TestPlan, run};
use event_datagram_conformance::subject::{Kind, Stop, SubjectCommand, SubjectSettings};
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::{Corpus, Vector};

use crate::bug::Broken;

/// The first argument that makes this program a listener: the dialect and the name of the bug follow.
pub(crate) const LISTEN: &str = "listen";
/// The name of no bug.
pub(crate) const UNBROKEN: &str = "unbroken";

/// What a vector finds in a listener that is not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// It fails, or is warned of.
    Fails(Verdict),
    /// The vector is of level may, and what came is none of its right readings.
    Departs,
}

/// What vectors found, by their ids.
pub(crate) type Finds = BTreeMap<String, Found>;

/// The broken listeners of a dialect, and what its vectors find in them.
pub(crate) struct Matrix {
    pub(crate) dialect: Dialect,
    pub(crate) corpus: Corpus,
    rows: Vec<(Broken, OnceLock<Finds>)>,
}

impl Matrix {
    pub(crate) fn new(dialect: Dialect, corpus: Corpus) -> Self {
        let rows = Broken::all(dialect)
            .into_iter()
            .map(|broken| (broken, OnceLock::new()));
        Self {
            dialect,
            corpus,
            rows: rows.collect(),
        }
    }

    pub(crate) fn listeners(&self) -> impl Iterator<Item = &Broken> {
        self.rows.iter().map(|(broken, _)| broken)
    }

    pub(crate) fn vectors(&self) -> impl Iterator<Item = &Vector> {
        self.corpus
            .vectors
            .iter()
            .filter(|vector| vector.dialect == self.dialect)
    }

    /// Runs the vectors on a broken listener, unless that has been done.
    pub(crate) fn finds(&self, name: &str) -> &Finds {
        let (_, finds) = self
            .rows
            .iter()
            .find(|(broken, _)| broken.name == name)
            .expect("there is one of this name");
        finds.get_or_init(|| self.run(name, SocketKind::Unix))
    }

    /// Runs the vectors on a listener.
    pub(crate) fn run(&self, name: &str, socket: SocketKind) -> Finds {
        let program = env::current_exe()
            .expect("this program has a path")
            .into_os_string();
        let arguments = [LISTEN, self.dialect.as_str(), name].map(OsString::from);
        let command: Vec<_> = [program].into_iter().chain(arguments).collect();
        let plan = TestPlan {
            vectors: self.vectors().collect(),
            subject: SubjectCommand::new(Kind::Listener, &command)
                .expect("it is not empty")
                .into(),
            sockets: vec![socket],
            jobs: NonZero::<usize>::MIN,
            settings: SubjectSettings {
                limit: Duration::from_secs(20),
                fence: fence::DEFAULT_NAME.into(),
                stop: Stop::default(),
            },
            known: KnownList::default(),
            set: None,
        };
        let mut finds = Finds::new();
        let ran = run(&plan, |event| {
            if let Event::Outcome(outcome) = event
                && let Some(found) = found(outcome)
            {
                finds.insert(outcome.vector.id.clone(), found);
            }
        });
        ran.unwrap_or_else(|error| panic!("{name}: {error}"));
        finds
    }
}

fn found(outcome: &Outcome<'_>) -> Option<Found> {
    if outcome.verdict.is_failure(Strictness::Should) {
        return Some(Found::Fails(outcome.verdict));
    }
    let judgment = judge(
        &outcome.vector.steps,
        &outcome.observation,
        Answering::MayBeSilent,
    );
    matches!(judgment, Judgment::Departs { .. }).then_some(Found::Departs)
}
