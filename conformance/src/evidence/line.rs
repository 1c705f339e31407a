use std::iter;

use crate::escape::escaped;
use crate::layout::{COLUMNS, ellipsized, without_middle, wrapped};

/// A line of evidence: a label, and a text without control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EvidenceLine {
    /// What the text is, in a word or two.
    pub label: &'static str,
    /// The text.
    pub text: String,
    /// How the text is shortened.
    pub(super) content: Content,
}

/// The number of columns before the text on a terminal.
const INDENT: usize = 12;

/// The kind of text in a line of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// Events, or a line that the subject reported.
    Events,
    /// A sentence, which is wrapped.
    Sentence,
    /// A datagram with this number of bytes, as escaped text or in hex.
    Datagram { bytes: usize },
    /// A line of a log. Its end is often the most useful part.
    Log,
    /// A command, which is never shortened.
    Command,
}

impl EvidenceLine {
    /// Returns a line of a sentence.
    pub fn sentence(label: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        let content = Content::Sentence;
        Self {
            label,
            text,
            content,
        }
    }

    /// Returns a line of a datagram as escaped text.
    pub fn datagram(label: &'static str, datagram: &[u8]) -> Self {
        let [text, _] = datagram_in_words(datagram);
        Self::of_datagram(label, text, datagram)
    }

    /// Returns a line of a datagram in hex.
    pub(super) fn datagram_in_hex(label: &'static str, datagram: &[u8]) -> Self {
        let [_, hex] = datagram_in_words(datagram);
        Self::of_datagram(label, hex, datagram)
    }

    fn of_datagram(label: &'static str, text: String, datagram: &[u8]) -> Self {
        let bytes = datagram.len();
        Self {
            label,
            text,
            content: Content::Datagram { bytes },
        }
    }

    /// Returns whether this is a sentence.
    pub fn is_sentence(&self) -> bool {
        self.content == Content::Sentence
    }

    /// Returns whether this is a line of the subject's log.
    pub fn is_of_log(&self) -> bool {
        self.content == Content::Log
    }

    /// Returns the text cut to a number of characters. The length of a datagram is added if it was
    /// cut. A command is not cut.
    pub fn shortened(&self, width: usize) -> String {
        match self.content {
            Content::Events | Content::Sentence => ellipsized(&self.text, width),
            Content::Datagram { bytes } => match self.text.char_indices().nth(width) {
                Some((end, _)) => format!("{}… ({bytes} bytes)", &self.text[..end]),
                None => self.text.clone(),
            },
            Content::Log => without_middle(&self.text, width),
            Content::Command => self.text.clone(),
        }
    }

    /// Returns the text, shortened to a number of characters, as rows of a table. The other column
    /// has the label, which is empty if a row continues the one before.
    pub fn rows(&self, width: usize) -> Vec<(&'static str, String)> {
        let text = self.shortened(width);
        let texts = if self.is_sentence() {
            wrapped(&text, COLUMNS - INDENT)
        } else {
            vec![text]
        };
        let labels = iter::once(self.label).chain(iter::repeat(""));
        labels.zip(texts).collect()
    }
}

/// Returns a datagram on one line, as escaped text and in hex.
pub fn datagram_in_words(datagram: &[u8]) -> [String; 2] {
    if datagram.is_empty() {
        return ["(no bytes)".into(), "(no bytes)".into()];
    }
    [escaped(datagram), hex::encode(datagram)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_wrapped_beside_its_label() {
        let rows = EvidenceLine::sentence("why", "word ".repeat(20).trim_end()).rows(240);
        let widths = rows.iter().map(|(_, text)| INDENT + text.len());
        assert!(widths.max() <= Some(COLUMNS), "{rows:?}");
        let labels: Vec<_> = rows.iter().map(|(label, _)| *label).collect();
        assert_eq!(labels, ["why", ""]);
    }

    #[test]
    fn a_datagram_that_is_cut_tells_its_bytes_and_not_its_characters() {
        let line = EvidenceLine::datagram("sent", b"\x1b\x1b");
        assert_eq!(line.shortened(6), r"\u{1b}… (2 bytes)");
        assert_eq!(line.shortened(12), line.text);
    }
}
