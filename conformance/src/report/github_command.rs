//! Workflow commands of GitHub Actions: lines of standard output that the runner acts on.

use std::fmt;

/// The severity of an annotation, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AnnotationKind {
    /// A problem that makes the run fail.
    Error,
    /// A problem that does not make the run fail.
    Warning,
    /// Information that is no problem.
    Notice,
}

/// A command that shows a message with a title on the page of a run. Its text may come from
/// anybody, so it is escaped: it stays on the line of the command and cannot start another command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Annotation {
    pub(super) kind: AnnotationKind,
    pub(super) title: String,
    pub(super) message: String,
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            AnnotationKind::Error => "error",
            AnnotationKind::Warning => "warning",
            AnnotationKind::Notice => "notice",
        };
        let (title, message) = (property(&self.title), data(&self.message));
        write!(f, "::{kind} title={title}::{message}")
    }
}

/// Escapes the text after the second `::`.
fn data(text: &str) -> String {
    let text = text.replace('%', "%25");
    let text = text.replace('\r', "%0D").replace('\n', "%0A");
    // The runner of GitHub looks for commands of this older form anywhere in a line. It has no
    // escape for them, so a space is inserted.
    text.replace("##[", "## [")
}

/// Escapes the value of a property, which a comma, a colon or `::` would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_another_command() {
        let text = "100%\r\n::error::x, y\n::stop-commands::z ##[add-path]/tmp ##[";
        let annotation = Annotation {
            kind: AnnotationKind::Error,
            title: text.into(),
            message: text.into(),
        };
        assert_eq!(
            annotation.to_string(),
            "::error title=100%25%0D%0A%3A%3Aerror%3A%3Ax%2C y%0A%3A%3Astop-commands%3A%3Az \
             ## [add-path]/tmp ## [::100%25%0D%0A::error::x, y%0A::stop-commands::z \
             ## [add-path]/tmp ## ["
        );
    }
}
