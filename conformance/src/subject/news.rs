use super::death::Exit;

/// News of a subject.
#[derive(Debug)]
pub(super) enum News {
    /// A line of its reports that starts with `{`, without its line feed.
    Line(Vec<u8>),
    /// A line that starts with `{` and is longer than any report may be.
    LongLine,
    /// Nothing more of its reports will come.
    Closed,
    /// It ended.
    Exited(Exit),
    /// The link may have room for another datagram, if that was waited for.
    Room,
}
