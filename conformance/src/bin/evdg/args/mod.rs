//! The arguments of the commands, as they are typed.

mod bench;
mod capture;
mod cli;
mod compare;
mod corpus;
mod explain;
mod fuzz;
mod kit;
mod lint;
mod listen;
mod merge;
mod output;
mod send;
mod subject;
mod test;
mod translate;
mod vectors;

pub(crate) use bench::{BenchArgs, BenchFormat, Sending};
pub(crate) use capture::CaptureArgs;
pub(crate) use cli::{Cli, Color, Command};
pub(crate) use compare::{CompareArgs, CompareFormat};
pub(crate) use corpus::{CorpusArgs, SelectArgs};
pub(crate) use explain::ExplainArgs;
pub(crate) use fuzz::FuzzArgs;
pub(crate) use kit::KitArgs;
pub(crate) use lint::{LintArgs, LintFormat};
pub(crate) use listen::{ListenArgs, ListenFormat};
pub(crate) use merge::MergeArgs;
pub(crate) use send::SendArgs;
pub(crate) use subject::{DEFAULT_TIMEOUT, Sockets, SubjectArgs};
pub(crate) use test::TestArgs;
pub(crate) use translate::{DecodeArgs, EncodeArgs};
pub(crate) use vectors::{MemberArgs, VectorsCommand};
