use core::fmt;

/// Compares an event name with the form that the documentation recommends,
/// `E_MODULE_NAME_EXTRA_NAME`.
///
/// Any name without a line feed is valid. Programs may show this advice, but should not reject an
/// event because of it.
///
/// ```
/// use event_datagram::{Advice, advise};
///
/// assert_eq!(advise(b"E_PIKE_BLOCKED"), None);
/// assert_eq!(advise(b"pike blocked"), Some(Advice::Prefix));
/// assert_eq!(advise(b"E_PIKE_blocked"), Some(Advice::Character { offset: 7 }));
/// ```
pub fn advise(event_name: &[u8]) -> Option<Advice> {
    let Some(words) = event_name.strip_prefix(b"E_") else {
        return Some(Advice::Prefix);
    };
    let odd = |byte: &u8| !matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    if let Some(at) = words.iter().position(odd) {
        return Some(Advice::Character { offset: 2 + at });
    }
    let mut start = 2;
    for word in words.split(|byte| *byte == b'_') {
        if word.is_empty() {
            return Some(Advice::EmptyWord { offset: start });
        }
        start += word.len() + 1;
    }
    None
}

/// The first departure of an event name from `E_MODULE_NAME_EXTRA_NAME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Advice {
    /// The name does not begin with `E_`.
    Prefix,
    /// The name contains a byte other than upper-case letters, digits and underscores.
    Character {
        /// The offset of that byte from the start of the name.
        offset: usize,
    },
    /// An underscore has no word before or after it.
    EmptyWord {
        /// The offset in bytes at which the word should begin, from the start of the name.
        offset: usize,
    },
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix => write!(f, "event name does not begin with `E_`")?,
            Self::Character { offset } => {
                write!(
                    f,
                    "event name holds more than upper-case letters, digits and `_`, at byte {offset}"
                )?;
            }
            Self::EmptyWord { offset } => write!(f, "event name lacks a word at byte {offset}")?,
        }
        f.write_str("; recommended is E_MODULE_NAME_EXTRA_NAME")
    }
}
