//! What must hold whatever a reader is given to read, and whatever the judge is given to judge.

mod captures;
mod files;
mod judge;
mod lines;
mod reports;

pub use captures::{a_capture_holds_what_it_says, a_capture_is_the_same_however_it_comes};
pub use files::{
    a_known_list_names_vectors_once, a_vector_file_is_read_or_refused,
    a_vector_file_made_of_datagrams_is_read,
};
pub use judge::{
    an_alignment_pairs_everything_in_order, late_reports_are_taken_from_the_front,
    the_judge_agrees_with_trying_everything, what_the_judge_says_can_be_printed,
};
pub use lines::{
    a_line_is_known_by_the_letter, a_line_is_read_back_from_what_it_says,
    both_ways_to_read_a_line_agree,
};
pub use reports::a_report_is_read_whole_or_refused;
