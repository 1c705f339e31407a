use super::death::Exit;

/// What a subject did.
#[derive(Debug)]
pub(super) enum SubjectEvent {
    /// It wrote a line that starts with `{`; the line feed is cut off.
    Line(Vec<u8>),
    /// It wrote a line that starts with `{` and is longer than any report may be.
    LongLine,
    /// It closed its output: no more reports will come.
    Closed,
    /// It ended.
    Exited(Exit),
    /// It may have made room for another datagram on the link, if that was waited for.
    Writable,
}
