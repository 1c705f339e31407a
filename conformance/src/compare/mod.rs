//! Several runs beside each other: implementations by requirement, and what got worse between two
//! runs of one subject.

mod changes;
mod comparison;
mod error;
mod input;
mod markdown;
mod matrix;
mod page;
mod run;
mod text;

pub use changes::{Change, Changes};
pub use comparison::{Comparison, SubjectIdentity, compare};
pub use error::CompareError;
pub use input::{ReportInput, ReportKind};
pub use matrix::{Matrix, MatrixCell, MatrixRow};
pub use run::{ComparedResult, ComparedRun, DeclaredName};
