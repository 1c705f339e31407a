//! Runs every vector on every faulty listener, to find out which vectors detect which faults. Each
//! vector gets a fresh model of the listener in this process. Some listeners also run as real
//! processes, to check that they behave like their models.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsString;
use std::num::NonZero;
use std::sync::OnceLock;
use std::time::Duration;

use event_datagram_conformance::diagnose::{Diagnosis, Finding};
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::{FenceTemplate, TagSource};
use event_datagram_conformance::judge::{Strictness, Verdict};
use event_datagram_conformance::known::KnownList;
use event_datagram_conformance::report::{Findings, Recorder};
use event_datagram_conformance::run::{RunEvent, TestPlan, run};
use event_datagram_conformance::subject::{Kind, Stop, SubjectCommand, SubjectSettings};
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::{Corpus, Vector};

use crate::listeners::FaultyListener;

/// The first argument with which this program is a listener. The dialect and the listener's name
/// follow.
pub(crate) const LISTEN: &str = "listen";
/// The name of the listener without a fault.
pub(crate) const CORRECT: &str = "correct";

/// The vectors that detect a fault, by their ids: the listener fails them, or gets a warning.
pub(crate) type Detections = BTreeMap<String, Verdict>;

/// A run of all vectors on a process.
pub(crate) struct ProcessRun<'m> {
    pub(crate) detections: Detections,
    findings: Findings<'m>,
}

impl ProcessRun<'_> {
    /// Searches the faults that explain the run.
    pub(crate) fn diagnosis(&self) -> Diagnosis {
        self.findings.diagnose(&FenceTemplate::default(), &|| true)
    }
}

/// The faulty listeners of a dialect, and which vectors detect them.
pub(crate) struct KillMatrix {
    pub(crate) dialect: Dialect,
    pub(crate) corpus: Corpus,
    listeners: Vec<(FaultyListener, OnceLock<Detections>)>,
}

impl KillMatrix {
    pub(crate) fn new(dialect: Dialect, corpus: Corpus) -> Self {
        let listeners = FaultyListener::all(dialect)
            .into_iter()
            .map(|listener| (listener, OnceLock::new()));
        Self {
            dialect,
            corpus,
            listeners: listeners.collect(),
        }
    }

    pub(crate) fn listeners(&self) -> impl Iterator<Item = &FaultyListener> {
        self.listeners.iter().map(|(listener, _)| listener)
    }

    pub(crate) fn vectors(&self) -> impl Iterator<Item = &Vector> {
        self.corpus
            .vectors
            .iter()
            .filter(|vector| vector.dialect == self.dialect)
    }

    /// Returns the vectors that detect a fault. The first call runs the model.
    pub(crate) fn detections(&self, name: &str) -> &Detections {
        let (listener, detections) = self
            .listeners
            .iter()
            .find(|(listener, _)| listener.name == name)
            .expect("a listener has this name");
        detections.get_or_init(|| {
            let findings = self
                .vectors()
                .map(|vector| Finding::of_model(vector, [&listener.instance]));
            findings
                .filter(|finding| finding.verdict.is_failure(Strictness::Should))
                .map(|finding| (finding.vector.id.clone(), finding.verdict))
                .collect()
        })
    }

    /// Runs the vectors on the process of a listener.
    pub(crate) fn run(&self, name: &str, socket: SocketKind) -> ProcessRun<'_> {
        let program = env::current_exe()
            .expect("this program has a path")
            .into_os_string();
        let arguments = [LISTEN, self.dialect.as_str(), name].map(OsString::from);
        let command: Vec<_> = [program].into_iter().chain(arguments).collect();
        let plan = TestPlan {
            vectors: self.vectors().collect(),
            subject: SubjectCommand::new(Kind::Listener, &command)
                .expect("the command is not empty")
                .into(),
            sockets: vec![socket],
            jobs: NonZero::<usize>::MIN,
            settings: SubjectSettings {
                timeout: Duration::from_secs(20),
                fence: FenceTemplate::default(),
                tags: TagSource::default(),
                stop: Stop::default(),
            },
            linger: Duration::ZERO,
            known: KnownList::default(),
            set: None,
        };
        let recorder = Recorder {
            options: String::new(),
            is_attached: false,
            command: String::new(),
        };
        let mut detections = Detections::new();
        let mut findings = Findings::new(self.vectors());
        let ran = run(&plan, |event| {
            if let RunEvent::Outcome(outcome) = event {
                if outcome.verdict.is_failure(Strictness::Should) {
                    detections.insert(outcome.vector.id.clone(), outcome.verdict);
                }
                findings.add(&recorder.record(outcome));
            }
        });
        ran.unwrap_or_else(|error| panic!("{name}: {error}"));
        ProcessRun {
            detections,
            findings,
        }
    }
}
