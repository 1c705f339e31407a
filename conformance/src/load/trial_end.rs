use std::time::Duration;

/// How a trial ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrialEnd {
    /// All was sent, and no more reports were to be expected.
    Finished,
    /// The listener died in this way.
    Died(String),
    /// The listener took nothing more, or did not report the last datagram.
    Stalled(String),
    /// This machine's own buffer or network queue took nothing more.
    SenderBlocked(String),
    /// A datagram cannot be sent, through no fault of the listener.
    Unsendable(String),
    /// The user interrupted it.
    Interrupted,
}

impl TrialEnd {
    /// Returns the end of a trial whose sender was blocked for this time.
    pub(super) fn sender_blocked(time: Duration) -> Self {
        Self::SenderBlocked(format!(
            "its send buffer, or the queue of its network device, took nothing for {time:?}"
        ))
    }

    /// Returns why the trial ended early. `None` if it did not, or if the user interrupted it: then
    /// it counts as a shorter trial.
    pub fn broken(&self) -> Option<String> {
        match self {
            Self::Finished | Self::Interrupted => None,
            Self::Died(how) => Some(format!("the listener died: {how}")),
            Self::Stalled(how) => Some(format!("the listener hangs: {how}")),
            Self::SenderBlocked(how) => Some(format!("this machine cannot send: {how}")),
            Self::Unsendable(why) => Some(why.clone()),
        }
    }
}
