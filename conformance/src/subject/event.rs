use super::death::Exit;

/// What a subject did.
#[derive(Debug)]
pub(super) enum SubjectEvent {
    /// The subject wrote a line that starts with `{`; the line feed is removed.
    Line(Vec<u8>),
    /// The subject wrote a line that starts with `{` and is longer than any report may be.
    LongLine,
    /// The subject closed its output: no more reports will come.
    Closed,
    /// The subject ended.
    Exited(Exit),
    /// The link may have space for another datagram. Only waits that ask for this event return it.
    Writable,
}
