use serde::Serialize;

use crate::dialect::Dialect;
use crate::judge::Verdict;
use crate::report::side_by_side::DatagramComparison;
use crate::vectors::Level;

/// A vector that did not pass, with the sockets over which its verdict and its reason are the same.
#[derive(Debug, Serialize)]
pub(super) struct VectorDetails {
    pub(super) id: String,
    pub(super) requirement: String,
    pub(super) level: Level,
    pub(super) dialect: Dialect,
    pub(super) verdict: Verdict,
    pub(super) decides: bool,
    /// The socket of each result.
    pub(super) sockets: Vec<&'static str>,
    /// The number of the first result.
    #[serde(skip)]
    pub(super) result: usize,
    #[serde(skip)]
    pub(super) group: Group,
    /// Whether links to the vector lead to this place, because a vector may be on the page several
    /// times.
    pub(super) is_link_target: bool,
    pub(super) summary: String,
    pub(super) why: String,
    /// How many datagrams the vector has.
    pub(super) datagrams: usize,
    pub(super) comparisons: Vec<DatagramComparison>,
    /// The reported lines, unchanged.
    pub(super) raw: Vec<String>,
    pub(super) misread_fence: Option<String>,
    pub(super) log: Vec<String>,
    pub(super) replay: String,
}

/// The group of a vector that did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Group {
    /// The vectors that a cause explains; holds its index.
    Cause(usize),
    /// The vectors with failures and warnings that no cause explains.
    Unexplained,
    /// The vectors without failures and warnings: remarks, known failures, and vectors that do not
    /// apply.
    Remark,
}

impl VectorDetails {
    /// Returns the approximate size of a case's text on the page, in bytes.
    pub(super) fn weight(&self) -> usize {
        let pieces = |pieces: &Option<Vec<_>>| pieces.as_ref().map_or(0, Vec::len);
        let rows = self.comparisons.iter().flat_map(|it| &it.rows);
        let rows: usize = rows
            .map(|row| 200 + 100 * (pieces(&row.expected) + pieces(&row.observed)))
            .sum();
        let sent = self
            .comparisons
            .iter()
            .filter_map(|comparison| comparison.sent.as_ref());
        let sent: usize = sent
            .map(|sent| sent.dump.len() + 100 * sent.lines.len() + 2 * sent.length.min(2_000))
            .sum();
        let text = self
            .raw
            .iter()
            .chain(&self.log)
            .map(String::len)
            .sum::<usize>();
        rows + sent + text + self.why.len() + self.replay.len() + 500
    }
}
