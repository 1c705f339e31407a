/// A labelled text about an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Detail {
    /// What the text is, in a word or two.
    pub label: &'static str,
    /// The text. What cannot be seen is escaped.
    pub text: String,
}

impl Detail {
    pub(super) fn new(label: &'static str, text: String) -> Self {
        Self { label, text }
    }
}
