use event_datagram::EventBuf;

/// A parser that lives in the process of its tests. Any function or closure with the right arguments is one.
pub trait Parser {
    /// Reads one datagram, which may be any bytes, and gives the event that it is.
    ///
    /// # Errors
    ///
    /// Says why it is none, in words for a person: any rejection is as good as another.
    fn parse(&mut self, datagram: &[u8]) -> Result<EventBuf, String>;
}

impl<F: FnMut(&[u8]) -> Result<EventBuf, String>> Parser for F {
    fn parse(&mut self, datagram: &[u8]) -> Result<EventBuf, String> {
        self(datagram)
    }
}
