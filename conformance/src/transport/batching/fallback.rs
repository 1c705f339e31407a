use crate::transport::batch::Batch;
use crate::transport::method::Method;
use crate::transport::socket::OpenSocket;
use crate::transport::unsent::Unsent;

/// Passes datagrams to the kernel with one call for each, because this system has no better
/// [`Method`].
#[derive(Debug)]
pub(crate) struct Batching;

impl Batching {
    pub(crate) fn new(_: &OpenSocket, _: Method) -> Self {
        Self
    }

    /// Returns false: this system cannot split datagrams from a segment.
    pub(crate) fn cuts(&self, _: usize) -> bool {
        false
    }

    /// Sends one datagram of a batch.
    pub(crate) fn send(
        &mut self,
        socket: &OpenSocket,
        batch: &Batch,
        from: usize,
    ) -> Result<usize, Unsent> {
        socket.send_one(batch, from)
    }
}
