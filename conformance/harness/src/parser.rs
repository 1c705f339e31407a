use event_datagram::EventBuf;

/// A parser that runs in the process of its tests. Functions and closures of this signature are
/// parsers, too.
pub trait Parser {
    /// Parses one datagram, which may be any bytes.
    ///
    /// # Errors
    ///
    /// If the datagram is rejected, with the reason in words. Reports show the reason, but it does
    /// not affect the verdict.
    fn parse(&mut self, datagram: &[u8]) -> Result<EventBuf, String>;
}

impl<F: FnMut(&[u8]) -> Result<EventBuf, String>> Parser for F {
    fn parse(&mut self, datagram: &[u8]) -> Result<EventBuf, String> {
        self(datagram)
    }
}
