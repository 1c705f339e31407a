//! The suite's own tests. Whatever a user meets is tested by running `evdg`.

#![cfg(unix)]

mod attached;
mod broken_corpus;
mod broken_listeners;
mod captures;
mod command_line;
mod corpus;
mod evdg;
mod export;
mod frozen_sets;
mod hostile_subjects;
mod import;
mod known_failures;
mod manual;
mod readme;
mod reports;
mod send;
