use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::assess::Assessor;
use super::behaviour::{Behaviour, Discoveries};
use super::error::RunError;
use super::fit::does_not_fit;
use super::hangs::Hangs;
use super::outcome::Outcome;
use crate::contract::Start;
use crate::dialect::Dialect;
use crate::fence::Fences;
use crate::judge::{Answering, Verdict, not_applicable};
use crate::subject::{
    AddressAllocator, AnswerWait, Exchange, ExchangeEnd, Kind, Lingering, SendMode, Session,
    StartError, Stop, Subject, SubjectSettings,
};
use crate::transport::SocketKind;
use crate::vectors::Vector;

/// The most failed starts in succession. After that many, the subject counts as gone.
const MAX_FAILED_STARTS: usize = 3;

/// Keeps one instance of the subject running on one socket. Starts another one if the instance
/// died, fell silent or was ended on purpose.
pub(crate) struct Supervisor<'r> {
    subject: &'r Subject,
    settings: &'r SubjectSettings,
    socket: SocketKind,
    /// The dialect for which the subject was started.
    dialect: Dialect,
    allocator: AddressAllocator,
    pub(super) fences: Fences,
    start: Start,
    /// Why nothing can be tested over this kind of socket, if the subject declares that it is bound
    /// to a socket of another kind.
    wrong_socket: Option<String>,
    /// `None` after the subject died.
    pub(super) session: Option<Session>,
    /// How the last instance was lost. `None` while one runs, or if it was replaced on purpose.
    lost: Option<Loss>,
    failed_starts: usize,
    last_start_error: String,
    /// The number of the instance, from 0.
    instance: usize,
    /// The number of instances that this supervisor and its siblings have started.
    instances: Arc<AtomicUsize>,
    pub(super) discoveries: Arc<Discoveries>,
    pub(super) hangs: Arc<Hangs>,
    /// How many times each behaviour was investigated.
    pub(super) investigations: BTreeMap<(Dialect, Behaviour), usize>,
    /// How many wrong results came again when they were doubted.
    pub(super) doubted_in_vain: usize,
}

/// How an instance was lost.
struct Loss {
    verdict: Verdict,
    /// The id of the vector at which the instance was lost.
    vector: String,
}

impl<'r> Supervisor<'r> {
    /// Starts a subject. `fences` makes its fences.
    pub(crate) fn start(
        subject: &'r Subject,
        settings: &'r SubjectSettings,
        socket: SocketKind,
        dialect: Dialect,
        mut fences: Fences,
    ) -> Result<Self, RunError> {
        let mut allocator = AddressAllocator::new();
        let session = Session::start(
            subject,
            dialect,
            socket,
            &mut allocator,
            &mut fences,
            settings,
        )?;
        Ok(Self {
            subject,
            settings,
            socket,
            dialect,
            allocator,
            fences,
            start: session.declared().clone(),
            wrong_socket: session.wrong_socket(socket),
            session: Some(session),
            lost: None,
            failed_starts: 0,
            last_start_error: String::new(),
            instance: 0,
            instances: Arc::new(AtomicUsize::new(1)),
            discoveries: Arc::default(),
            hangs: Arc::default(),
            investigations: BTreeMap::new(),
            doubted_in_vain: 0,
        })
    }

    /// Shares the discoveries about the subject with the supervisors of other instances.
    pub(super) fn sharing(mut self, discoveries: &Arc<Discoveries>, hangs: &Arc<Hangs>) -> Self {
        self.discoveries = Arc::clone(discoveries);
        self.hangs = Arc::clone(hangs);
        self
    }

    /// Returns whether the runner starts the subject, and can start it afresh.
    pub(crate) fn can_start(&self) -> bool {
        self.subject.kind() != Kind::Running
    }

    /// Returns whether several instances can run at the same time: the subject is a command, and
    /// binds no socket of its own choice.
    pub(crate) fn can_have_siblings(&self) -> bool {
        self.can_start() && self.start.socket.is_none()
    }

    /// Returns another supervisor of the same subject, without a running instance.
    pub(super) fn sibling(&self) -> Self {
        Self {
            subject: self.subject,
            settings: self.settings,
            socket: self.socket,
            dialect: self.dialect,
            allocator: AddressAllocator::new(),
            fences: self.settings.fences(),
            start: self.start.clone(),
            wrong_socket: self.wrong_socket.clone(),
            session: None,
            lost: None,
            failed_starts: 0,
            last_start_error: String::new(),
            instance: self.instance,
            instances: Arc::clone(&self.instances),
            discoveries: Arc::clone(&self.discoveries),
            hangs: Arc::clone(&self.hangs),
            investigations: self.investigations.clone(),
            doubted_in_vain: self.doubted_in_vain,
        }
    }

    /// Takes over the instance that another supervisor of the same subject has started.
    pub(super) fn take_over(&mut self, other: Self) {
        self.allocator = other.allocator;
        self.fences = other.fences;
        self.session = other.session;
        self.instance = other.instance;
    }

    /// Allows new attempts to start an instance after several failed ones.
    pub(super) fn forget_failed_starts(&mut self) {
        self.failed_starts = 0;
    }

    /// Returns what tells whether the run is to stop.
    pub(super) fn stop_request(&self) -> &'r Stop {
        &self.settings.stop
    }

    /// Changes how long the running instance may be silent.
    pub(super) fn set_answer_wait(&mut self, wait: AnswerWait) {
        if let Some(session) = &mut self.session {
            session.set_answer_wait(wait);
        }
    }

    /// Returns whether this behaviour of the subject was discovered.
    pub(super) fn does(&self, dialect: Dialect, behaviour: Behaviour) -> bool {
        self.discoveries.has(dialect, behaviour)
    }

    /// Checks that the subject reports a good event in each of these dialects.
    pub(super) fn try_dialects(&mut self, dialects: &[Dialect]) -> Result<(), RunError> {
        let first = self.dialect;
        for dialect in dialects.iter().filter(|dialect| **dialect != first) {
            match self.exchange(*dialect, [], SendMode::Burst).end {
                ExchangeEnd::Fenced => {}
                ExchangeEnd::Interrupted => return Err(RunError::Interrupted),
                _ => return Err(StartError::Dialect(*dialect).into()),
            }
        }
        Ok(())
    }

    /// Starts an instance of the subject if none runs.
    ///
    /// # Errors
    ///
    /// [`RunError::Gone`] if the subject cannot be started any more, [`RunError::Interrupted`] if
    /// the run was stopped.
    pub(crate) fn ensure_running(&mut self) -> Result<(), RunError> {
        if self.session.is_some() {
            return Ok(());
        }
        while self.failed_starts < MAX_FAILED_STARTS {
            match Session::start(
                self.subject,
                self.dialect,
                self.socket,
                &mut self.allocator,
                &mut self.fences,
                self.settings,
            ) {
                Ok(session) => {
                    self.session = Some(session);
                    self.lost = None;
                    self.failed_starts = 0;
                    self.instance = self.instances.fetch_add(1, Ordering::Relaxed);
                    return Ok(());
                }
                Err(StartError::Interrupted) => return Err(RunError::Interrupted),
                Err(error) => {
                    self.failed_starts += 1;
                    self.last_start_error = error.to_string();
                }
            }
        }
        let lost = match &self.lost {
            Some(Loss {
                verdict: Verdict::Hang,
                vector,
            }) => {
                format!("it was not sent: the subject fell silent at `{vector}`")
            }
            Some(Loss { vector, .. }) => {
                format!("it was not sent: the subject died at `{vector}`")
            }
            None => "it was not sent: the subject is gone".into(),
        };
        Err(RunError::Gone(format!(
            "{lost} and could not be had back: {}",
            self.last_start_error
        )))
    }

    /// Returns what the subject declares about itself.
    pub(crate) fn declared(&self) -> &Start {
        &self.start
    }

    /// Returns the kind of socket that the subject is tested on.
    pub(super) fn socket(&self) -> SocketKind {
        self.socket
    }

    /// Returns the dialect for which the subject was started.
    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Returns how many instances were started.
    pub(crate) fn starts(&self) -> usize {
        self.instances.load(Ordering::Relaxed)
    }

    /// Returns the number of the instance, from 0.
    pub(super) fn instance(&self) -> usize {
        self.instance
    }

    /// Returns why a vector does not apply to this subject on this socket.
    pub(crate) fn does_not_apply(&self, vector: &Vector) -> Option<String> {
        let wrong_socket = self.wrong_socket.clone();
        wrong_socket
            .or_else(|| not_applicable(vector, &self.start))
            .or_else(|| does_not_fit(vector, self.socket))
    }

    /// Returns whether an instance runs.
    pub(crate) fn is_running(&self) -> bool {
        self.session.is_some()
    }

    /// Ends the instance, so that the next vector is sent to a fresh one.
    pub(crate) fn end_instance(&mut self) {
        self.session = None;
    }

    /// Ends an instance that died or fell silent at a vector.
    pub(super) fn lose(&mut self, outcome: &Outcome<'_>) {
        self.record_loss(outcome);
        self.end_instance();
    }

    /// Records that the instance, which was ended already, died or fell silent at a vector.
    pub(super) fn record_loss(&mut self, outcome: &Outcome<'_>) {
        self.lost = Some(Loss {
            verdict: outcome.verdict,
            vector: outcome.vector.id.clone(),
        });
    }

    /// Returns the verdict of the vector at which the last instance was lost.
    pub(super) fn lost_verdict(&self) -> Option<Verdict> {
        self.lost.as_ref().map(|loss| loss.verdict)
    }

    /// Ends the subject.
    pub(crate) fn stop(self) {
        if let Some(session) = self.session {
            session.stop();
        }
    }

    /// Waits some time for reports after the last vector, and then ends the subject.
    pub(super) fn linger_and_stop(mut self, time: Duration) {
        if time.is_zero() {
            return self.stop();
        }
        if let Some(session) = self.session.take() {
            let Lingering { copies, others } = session.linger_and_stop(time);
            if copies > 0 {
                self.discoveries.add(self.dialect, Behaviour::RepeatsLate);
            }
            if others > 0 {
                self.discoveries
                    .add(self.dialect, Behaviour::ReportsAfterEnd);
            }
        }
    }

    /// If the instance has repeated reports, adds this to the discoveries.
    pub(super) fn record_copies(&mut self, dialect: Dialect) {
        let session = self.session.as_ref();
        if session.is_some_and(Session::repeats_late) {
            self.discoveries.add(dialect, Behaviour::RepeatsLate);
        }
    }

    /// Returns whether the subject must answer each datagram.
    pub(crate) fn answering(&self) -> Answering {
        match self.subject.kind() {
            Kind::Parser => Answering::Always,
            Kind::Listener | Kind::Running => Answering::MayBeSilent,
        }
    }

    /// Returns the assessor for the exchanges with this instance.
    pub(super) fn assessor(&self, dialect: Dialect) -> Assessor {
        Assessor {
            socket: self.socket,
            instance: self.instance,
            answering: self.answering(),
            shuffles_parameters: self.does(dialect, Behaviour::ShufflesParameters),
            repeats_late: self.does(dialect, Behaviour::RepeatsLate),
        }
    }

    /// Sends datagrams and a fence to the instance.
    ///
    /// # Panics
    ///
    /// If no instance runs.
    pub(super) fn exchange<'d>(
        &mut self,
        dialect: Dialect,
        datagrams: impl IntoIterator<Item = &'d [u8]>,
        mode: SendMode,
    ) -> Exchange {
        let session = self.session.as_mut().expect("an instance runs");
        let exchange = session.exchange(dialect, datagrams, &mut self.fences, mode);
        self.record_copies(dialect);
        exchange
    }
}
