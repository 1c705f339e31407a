//! The suite's own tests. Whatever a user meets is tested by running `evdg`.

#![cfg(unix)]

mod attached;
mod blame;
mod blame_silence;
mod book_pages;
mod broken_corpus;
mod broken_listeners;
mod built_in_events;
mod captures;
mod command_line;
mod compare;
mod compare_load;
mod corpus;
mod diagnosis;
mod dishonest_subjects;
mod dying_subjects;
mod evdg;
mod every_verdict;
mod export;
mod frozen_sets;
mod fuzz;
mod hostile_inputs;
mod hostile_subjects;
mod hostile_texts;
mod import;
mod known_failures;
mod lenient_parsers;
mod load;
mod long_runs;
mod manual;
mod merge;
mod no_loopback;
mod page_colours;
mod reasons;
mod renamed_events;
mod report_facts;
mod report_files;
mod report_sizes;
mod reports;
mod run_events;
mod send;
mod shown_run;
mod signals;
mod standard_streams;
mod start_line;
