/// A datagram and the report about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// The index of the datagram; `None` for a report that belongs to no datagram.
    pub datagram: Option<usize>,
    /// The index of the report; `None` for a datagram without a report.
    pub report: Option<usize>,
    /// The index of the first alternative that the report, or the missing report, fits. `None` if
    /// it fits no alternative.
    pub reading: Option<usize>,
}
