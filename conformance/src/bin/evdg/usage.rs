//! Advice on arguments that clap rejects without advice of its own.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The commands that take the command of a subject after `--`.
const WITH_SUBJECT: [&str; 3] = ["test", "fuzz", "bench"];

/// Adds advice to an error if `--` is missing before the command of the subject in the arguments of
/// the program.
pub(crate) fn with_advice(mut error: Error, args: &[String]) -> Error {
    let Some(command) = args.iter().find(|arg| !arg.starts_with('-')) else {
        return error;
    };
    let unknown = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(unknown)) if error.kind() == ErrorKind::UnknownArgument => {
            unknown
        }
        _ => return error,
    };
    let is_missing = WITH_SUBJECT.contains(&&**command)
        && !unknown.starts_with('-')
        && !args.iter().any(|arg| arg == "--");
    let Some(at) = args.iter().position(|arg| arg == unknown) else {
        return error;
    };
    if is_missing {
        let [before, behind] = [&args[..at], &args[at..]].map(quoted);
        let advice = format!("the subject's command comes after `--`: evdg {before} -- {behind}");
        let advice = ContextValue::StyledStrs(vec![advice.into()]);
        error.insert(ContextKind::Suggested, advice);
    }
    error
}

fn quoted(words: &[String]) -> String {
    let words = words.iter().map(String::as_str);
    shlex::try_join(words).unwrap_or_default()
}
