//! Seed inputs of the fuzz targets, made from the corpus.

mod captures;
mod datagrams;
mod limit;
mod reports;
mod texts;

pub(super) use captures::captures;
pub(super) use datagrams::datagrams;
pub(super) use reports::reports;
pub(super) use texts::{globs, known_lists, lines, sockets, vector_files};
