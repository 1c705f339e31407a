/// How datagrams are handed to the kernel. Where the system lacks a method, the one before it is
/// used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Method {
    /// One call for each datagram.
    Single,
    /// One call for many datagrams: `sendmmsg`.
    Many,
    /// Over UDP, one segment for many datagrams of equal length, which the kernel cuts:
    /// segmentation offload. Otherwise one call for many.
    Segments,
}
