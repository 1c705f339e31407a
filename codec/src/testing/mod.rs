//! What must hold, for property tests, fuzz targets and judges: this crate's own, and yours.
//!
//! - [`mod@reference`] is both dialects read as plainly as the rulings are written, and lists *every* admissible reading.
//! - [`laws`] hold for any input; each panics where it is broken, and says by what.
//! - [`mod@generate`] makes inputs, for any engine that has bytes to give.

pub mod generate;
pub mod laws;
pub mod reference;
