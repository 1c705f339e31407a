//! Standard output and standard error, for text that people read. Hidden characters are escaped, so
//! that text of a subject or a file cannot move the cursor, hide text, or change its direction.

use std::fmt::Display;
use std::io::{self, StdoutLock, Write};

use anstream::AutoStream;
use event_datagram_conformance::escape::is_hidden;

/// Standard output.
pub(crate) type Stdout = VisibleText<AutoStream<StdoutLock<'static>>>;

/// Returns standard output for text without styles.
pub(crate) fn stdout() -> Stdout {
    VisibleText::new(anstream::stdout().lock(), false)
}

/// Returns standard output for text with ANSI styles, which a pipe does not get.
pub(crate) fn styled_stdout() -> Stdout {
    VisibleText::new(anstream::stdout().lock(), true)
}

/// Prints a message on standard error. Ignores errors of writing.
pub(crate) fn message(text: impl Display) {
    let line = format!("evdg: {text}\n");
    let mut out = VisibleText::new(anstream::stderr().lock(), false);
    drop(out.write_all(line.as_bytes()));
}

/// Returns a count and its noun.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Prints an error in the arguments, or the help that they ask for, and ends the program. The error
/// quotes arguments, so hidden characters in it are escaped.
pub(crate) fn exit_with_usage(error: &clap::Error) -> ! {
    let text = error.render();
    if text
        .to_string()
        .contains(|character| character != '\n' && is_hidden(character))
    {
        let mut out = VisibleText::new(anstream::stderr().lock(), false);
        drop(out.write_all(text.to_string().as_bytes()));
        std::process::exit(error.exit_code());
    }
    error.exit()
}

/// A writer that escapes what a terminal would not show: hidden characters and bytes that are not
/// UTF-8. Line feeds and tabs stay.
#[derive(Debug)]
pub(crate) struct VisibleText<W> {
    out: W,
    keeps_styles: bool,
    /// The beginning of a character or of a style, whose rest comes with the next bytes.
    pending: Vec<u8>,
}

/// The longest sequence of a style, in bytes: any colour and all effects.
const MAX_STYLE: usize = 64;

impl<W: Write> VisibleText<W> {
    fn new(out: W, keeps_styles: bool) -> Self {
        Self {
            out,
            keeps_styles,
            pending: Vec::new(),
        }
    }

    /// Writes the pending bytes up to the last whole character or style; all of them at the end.
    fn write_pending(&mut self, is_end: bool) -> io::Result<()> {
        let mut text = String::with_capacity(self.pending.len());
        let mut rest = &self.pending[..];
        while let Some(first) = rest.first() {
            let length = match first {
                b'\x1b' if self.keeps_styles => match style(rest) {
                    Piece::Whole(length) => {
                        text.extend(rest[..length].iter().copied().map(char::from));
                        length
                    }
                    Piece::Beginning if !is_end => break,
                    _ => push_visible(&mut text, &rest[..1]),
                },
                _ => match character(rest) {
                    Piece::Beginning if !is_end => break,
                    Piece::Whole(length) => push_visible(&mut text, &rest[..length]),
                    _ => push_visible(&mut text, &rest[..1]),
                },
            };
            rest = &rest[length..];
        }
        let done = self.pending.len() - rest.len();
        self.pending.drain(..done);
        self.out.write_all(text.as_bytes())
    }
}

impl<W: Write> Write for VisibleText<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
        if self.pending.is_empty() && bytes.iter().all(is_plain) {
            self.out.write_all(bytes)?;
        } else {
            self.pending.extend_from_slice(bytes);
            self.write_pending(false)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_pending(true)?;
        self.out.flush()
    }
}

/// What stands at the start of a byte string.
enum Piece {
    /// A whole character or style, with its length in bytes.
    Whole(usize),
    /// The beginning of a character or style.
    Beginning,
    /// Neither.
    Other,
}

/// Finds the style at the start of bytes: an escape character, `[`, numbers with `;` between them,
/// and `m`.
fn style(bytes: &[u8]) -> Piece {
    let [_, numbers @ ..] = bytes else {
        return Piece::Other;
    };
    let Some((bracket, numbers)) = numbers.split_first() else {
        return Piece::Beginning;
    };
    let is_number = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
    match numbers.iter().position(|byte| !is_number(byte)) {
        _ if *bracket != b'[' => Piece::Other,
        Some(end) if numbers[end] == b'm' => Piece::Whole(end + 3),
        None if numbers.len() < MAX_STYLE => Piece::Beginning,
        _ => Piece::Other,
    }
}

/// Finds the character at the start of bytes.
fn character(bytes: &[u8]) -> Piece {
    const LONGEST: usize = 4;
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    match str::from_utf8(bytes) {
        Ok(text) => text.chars().next().map_or(Piece::Other, whole),
        Err(error) => match str::from_utf8(&bytes[..error.valid_up_to()]) {
            Ok(text) if !text.is_empty() => text.chars().next().map_or(Piece::Other, whole),
            _ if error.error_len().is_none() => Piece::Beginning,
            _ => Piece::Other,
        },
    }
}

fn whole(character: char) -> Piece {
    Piece::Whole(character.len_utf8())
}

/// Appends a character, or one byte that is none, and returns its length in bytes.
fn push_visible(text: &mut String, bytes: &[u8]) -> usize {
    match str::from_utf8(bytes) {
        Ok("\n" | "\t") => text.extend(bytes.iter().copied().map(char::from)),
        Ok(character) => text.extend(character.chars().flat_map(|character| {
            let hidden = is_hidden(character).then(|| character.escape_default());
            let shown = hidden.is_none().then_some(character);
            hidden.into_iter().flatten().chain(shown)
        })),
        Err(_) => text.extend(bytes.escape_ascii().map(char::from)),
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what is written of these pieces.
    fn shown(keeps_styles: bool, pieces: &[&[u8]]) -> String {
        let mut text = VisibleText::new(Vec::new(), keeps_styles);
        for piece in pieces {
            text.write_all(piece).expect("a vector takes everything");
        }
        text.flush().expect("a vector takes everything");
        String::from_utf8(text.out).expect("it is text")
    }

    #[test]
    fn what_a_terminal_would_not_show_is_escaped() {
        let text = "é\n\t\r\0\u{1b}[2J\u{7f}\u{85}\u{9b}31m\u{202e}\u{2028}\u{feff}\u{e0041}";
        let expected = "é\n\t\\r\\u{0}\\u{1b}[2J\\u{7f}\\u{85}\\u{9b}31m\\u{202e}\\u{2028}\
                        \\u{feff}\\u{e0041}";
        for keeps_styles in [false, true] {
            assert_eq!(shown(keeps_styles, &[text.as_bytes()]), expected);
            let bytes: Vec<_> = text.as_bytes().chunks(1).collect();
            assert_eq!(shown(keeps_styles, &bytes), expected);
        }
        assert_eq!(
            shown(false, &[b"a\xff\xe2\x82", b"b\xf0"]),
            "a\\xff\\xe2\\x82b\\xf0"
        );
    }

    #[test]
    fn styles_are_kept_where_there_are_some() {
        let pieces: [&[u8]; 4] = [b"\x1b[1", b"m\x1b", b"[38;5;1mred\x1b[0m", b"\x1b[m"];
        assert_eq!(shown(true, &pieces), "\x1b[1m\x1b[38;5;1mred\x1b[0m\x1b[m");
        assert_eq!(
            shown(false, &pieces),
            "\\u{1b}[1m\\u{1b}[38;5;1mred\\u{1b}[0m\\u{1b}[m"
        );
        for other in [
            "\x1b",
            "\x1b[",
            "\x1b[3",
            "\x1b]0;title\x07",
            "\x1b[?25l",
            "\x1b[1;1H",
        ] {
            assert!(
                !shown(true, &[other.as_bytes()]).contains('\x1b'),
                "{other:?}"
            );
        }
    }
}
