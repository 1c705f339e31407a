/// The cause of a group of findings, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FindingCause {
    /// The slug of the fault that explains what the subject does. `None` if no known fault does.
    pub fault: Option<String>,
    /// What the subject does: a phrase whose subject is the listener, or the reason for the verdict
    /// if the fault is not known.
    pub sentence: String,
    /// The requirement that the subject breaks.
    pub requirement: String,
    /// The slugs of other faults that explain the same.
    pub also: Vec<String>,
}

/// A group of cases that fail for one cause.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CauseFound {
    /// The cause.
    pub cause: FindingCause,
    /// The smallest of the cases.
    pub finding: super::Finding,
    /// The number of cases that failed for this cause, the first one included.
    pub cases: u64,
    /// Whether a case with this cause was known to fail.
    pub is_known: bool,
}
