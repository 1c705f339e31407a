/// How datagrams are passed to the kernel. If the system lacks a method, the one before it in this
/// list is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Method {
    /// One call for each datagram.
    Single,
    /// One call for many datagrams: `sendmmsg`.
    Many,
    /// Over UDP, one call with a buffer that the kernel splits into many datagrams of equal length:
    /// segmentation offload. Over other sockets, the same as `Many`.
    Segments,
}
