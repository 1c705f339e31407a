use event_datagram_conformance::explore::FuzzStatistics;
use event_datagram_conformance::transport::SocketKind;

/// A socket over which `evdg fuzz` has tried cases.
pub(crate) struct SearchedSocket {
    pub(crate) socket: SocketKind,
    pub(crate) statistics: FuzzStatistics,
}
