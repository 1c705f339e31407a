//! Splits datagrams into words as Python's `shlex.split` does.

use bstr::ByteSlice as _;

use super::quotes::quote;

/// Returns a datagram in which each word after the event's name is a line. If a quote stays open,
/// returns an empty datagram, which the reader rejects.
pub(super) fn one_word_a_line(datagram: &[u8]) -> Vec<u8> {
    let Some(end) = datagram.find_byte(b'\n') else {
        return datagram.into();
    };
    let (head, rest) = datagram.split_at(end + 1);
    match words(rest) {
        Some(words) => {
            let lines: Vec<_> = words.iter().map(|word| line(word)).collect();
            [head, &lines.concat(), b"\n"].concat()
        }
        None => Vec::new(),
    }
}

/// Splits a text into words, without their quotes. Returns `None` if a quote stays open, or if
/// nothing follows a backslash.
fn words(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut word = None::<Vec<u8>>;
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        rest = behind;
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => words.extend(word.take()),
            b'\'' => {
                let end = rest.find_byte(b'\'')?;
                word.get_or_insert_default().extend(&rest[..end]);
                rest = &rest[end + 1..];
            }
            b'"' => rest = read_quoted(rest, word.get_or_insert_default())?,
            b'\\' => {
                let (escaped, behind) = rest.split_first()?;
                word.get_or_insert_default().push(*escaped);
                rest = behind;
            }
            byte => word.get_or_insert_default().push(*byte),
        }
    }
    words.extend(word);
    Some(words)
}

/// Appends the text up to the closing quote to `word`, and returns the text after the quote.
fn read_quoted<'t>(mut text: &'t [u8], word: &mut Vec<u8>) -> Option<&'t [u8]> {
    loop {
        match text {
            [b'"', rest @ ..] => return Some(rest),
            [b'\\', escaped @ (b'"' | b'\\'), rest @ ..] => {
                word.push(*escaped);
                text = rest;
            }
            [byte, rest @ ..] => {
                word.push(*byte);
                text = rest;
            }
            [] => return None,
        }
    }
}

/// Writes a word as a sender writes a parameter.
fn line(word: &[u8]) -> Vec<u8> {
    let Some(end) = word.find_byte(b'\n') else {
        return [word, b"\n"].concat();
    };
    let value = match word[..end].find("::") {
        Some(separator) if separator > 0 => separator + 2,
        _ => 0,
    };
    let (name, value) = word.split_at(value);
    [name, b"\"", &quote(value), b"\"\n"].concat()
}
