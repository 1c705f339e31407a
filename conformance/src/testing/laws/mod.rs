//! Laws of this library's parsers, judge and diagnosis. Each is a function that panics if the
//! property does not hold.

mod anonymize;
mod captures;
mod diagnosis;
mod files;
mod judge;
mod lines;
mod reports;

pub use anonymize::anonymized_datagrams_decode_alike;
pub use captures::{capture_statistics_match_datagrams, captures_read_alike_in_any_chunks};
pub use diagnosis::{causes_do_what_they_explain, models_predict_what_a_faulty_listener_reports};
pub use files::{
    globs_fit_as_by_dynamic_programming, imported_vector_files_parse,
    known_lists_name_vectors_once, vector_files_parse_or_fail_with_a_message,
};
pub use judge::{
    alignments_pair_everything_in_order, judge_agrees_with_brute_force,
    judge_reasons_are_printable, late_reports_are_taken_in_order,
};
pub use lines::{
    fast_and_generic_line_parsers_agree, lines_parse_back, only_the_canonical_line_compares_equal,
};
pub use reports::reports_parse_whole_or_fail;
