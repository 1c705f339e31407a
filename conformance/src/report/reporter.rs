use std::io;

use super::record::{ReadySubject, Record};
use super::summary::Summary;
use crate::diagnose::Diagnosis;

/// Writes a report of a run from its records.
pub trait Reporter {
    /// Adds a subject that is ready. Its results follow.
    fn subject_ready(&mut self, subject: &ReadySubject);

    /// Adds a result.
    fn add(&mut self, record: &Record);

    /// Writes the whole report, or nothing. Must be called once, after all other methods. The
    /// diagnosis numbers the results from 0, in the order in which they were added.
    ///
    /// # Errors
    ///
    /// If the report cannot be written, or if an earlier result could not be kept for it.
    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()>;
}
