use std::io;

use super::record::{ReadySubject, Record};
use super::summary::Summary;
use crate::diagnose::Diagnosis;

/// Writes a report of a run from its records.
pub trait Reporter {
    /// Adds a subject that stands ready. Its results follow.
    fn subject_ready(&mut self, subject: &ReadySubject);

    /// Adds a result.
    fn add(&mut self, record: &Record);

    /// Writes the report: all of it, or nothing. To be called once, and last. The results of the
    /// diagnosis are numbered as they were added, from 0.
    ///
    /// # Errors
    ///
    /// If the report cannot be written, or a result could not be kept for it.
    fn finish(&mut self, summary: &Summary, diagnosis: &Diagnosis) -> io::Result<()>;
}
