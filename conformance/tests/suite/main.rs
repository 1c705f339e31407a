//! The suite's own tests. Whatever a user meets is tested by running `evdg`.

#![cfg(unix)]

mod broken_corpus;
mod broken_listeners;
mod captures;
mod command_line;
mod compare;
mod corpus;
mod evdg;
mod every_verdict;
mod hostile_subjects;
mod known_failures;
mod long_runs;
mod merge;
mod readme;
mod reports;
