use std::collections::HashSet;
use std::io::{self, Write};

use event_datagram::EventBuf;
use event_datagram_oracle::reference::Reading;
use foldhash::fast::RandomState;
use serde_json::{Value, json};

use super::notation::{bytes, digest, expectation, file};
use super::vector::Expectation;
use crate::dialect::Dialect;
use crate::escape::{cut, escaped, visible_json};

/// A writer of a vector file from captured datagrams, with the readings that listeners must report.
///
/// Equal datagrams become one vector, which expects every reading that the reference decoder
/// admits. Its id depends only on the topic and the bytes, so a file that is generated again has
/// the same ids.
///
/// Each vector is written when its datagram is added, because the JSON values of a long capture
/// would take fifty times the memory of the capture.
#[derive(Debug)]
pub struct VectorFile {
    topic: String,
    dialect: Dialect,
    count: usize,
    seen: HashSet<Vec<u8>, RandomState>,
    /// The bytes in `seen`.
    seen_bytes: usize,
    left_out: usize,
}

/// The end of a file, after its last vector.
const END: &str = "]\n}";
/// The most bytes of different datagrams, which are kept to find equal ones.
const MAX_SEEN: usize = 256 << 20;
/// The most readings that a vector expects.
const MAX_READINGS: usize = 64;

impl VectorFile {
    /// Returns a file without vectors.
    pub fn new(topic: &str, dialect: Dialect) -> Self {
        Self {
            topic: topic.into(),
            dialect,
            count: 0,
            seen: HashSet::default(),
            seen_bytes: 0,
            left_out: 0,
        }
    }

    /// Adds a datagram, unless the file has it already, and writes its vector. In the end, the
    /// caller must call [`finish`](Self::finish).
    ///
    /// # Errors
    ///
    /// If `out` fails, or there are more than 256 MiB of different datagrams.
    pub fn add(&mut self, datagram: &[u8], out: &mut impl Write) -> io::Result<()> {
        // Most datagrams of a long capture are known already, and are not copied.
        if self.seen.contains(datagram) {
            return Ok(());
        }
        self.seen.insert(datagram.into());
        self.seen_bytes += datagram.len();
        if self.seen_bytes > MAX_SEEN {
            let message = "there are too many different datagrams: split the capture";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let readings = self.dialect.readings(datagram, MAX_READINGS + 1);
        if readings.len() > MAX_READINGS {
            self.left_out += 1;
            return Ok(());
        }
        if self.count == 0 {
            out.write_all(self.beginning().as_bytes())?;
        } else {
            out.write_all(b",")?;
        }
        self.count += 1;
        // JSON strings contain no line feeds, so each line feed begins a line of the vector.
        let vector = format!("{:#}", self.vector(datagram, readings));
        for line in visible_json(&vector).lines() {
            write!(out, "\n    {line}")?;
        }
        Ok(())
    }

    /// Writes the end of the file.
    ///
    /// # Errors
    ///
    /// If `out` fails.
    pub fn finish(&self, out: &mut impl Write) -> io::Result<()> {
        if self.count == 0 {
            out.write_all(self.beginning().as_bytes())?;
        } else {
            out.write_all(b"\n  ")?;
        }
        writeln!(out, "{END}")
    }

    /// Returns the count of vectors.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Returns whether there is no vector.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Returns the count of datagrams that were left out because they have more than 64 readings.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Returns the file up to its first vector.
    fn beginning(&self) -> String {
        let summary = "Datagrams that were captured on their way.";
        let empty = file(&self.topic, self.dialect, summary, Vec::new());
        let mut text = format!("{empty:#}");
        assert!(text.ends_with(END), "the vectors are the last member");
        text.truncate(text.len() - END.len());
        text
    }

    fn vector(&self, datagram: &[u8], readings: Vec<Reading>) -> Value {
        let event = readings.iter().find_map(|reading| match reading {
            Reading::Event(event) => Some(event),
            _ => None,
        });
        // The requirement that every parameter is reported.
        let whole = match self.dialect {
            Dialect::Text => "T14",
            Dialect::JsonRpc => "J2",
        };
        let (requirement, level, authority, what) = match event {
            Some(event) => {
                let name = cut(&escaped(&event.name), 60);
                let what = format!("the event {name} exactly so");
                (whole, "must", "sender", what)
            }
            None => match self.dialect.rejecting_requirement(datagram) {
                empty @ "T18" => (empty, "must", "ruling", "an empty datagram".into()),
                grammar @ "J14" => (grammar, "should", "ruling", "what is not JSON".into()),
                malformed => (malformed, "must", "documented", "what is no event".into()),
            },
        };
        let id = self.id(datagram, event);
        let expect = if self.dialect.is_unspecified(datagram) {
            Expectation::Survive
        } else {
            Expectation::any_of(readings)
        };
        json!({
            "id": id,
            "requirement": requirement,
            "level": level,
            "authority": authority,
            "summary": format!("Somebody sent {what}."),
            "datagram": bytes(datagram),
            "expect": expectation(&expect),
        })
    }

    fn id(&self, datagram: &[u8], event: Option<&EventBuf>) -> String {
        let digest = digest([datagram]);
        let name = event.map(|event| slug(&event.name)).unwrap_or_default();
        if name.is_empty() {
            format!("{}-{digest}", self.topic)
        } else {
            format!("{}-{name}-{digest}", self.topic)
        }
    }
}

/// Returns the beginning of a name as lower-case words with hyphens between them.
fn slug(name: &[u8]) -> String {
    const LENGTH: usize = 40;
    let name = &name[..name.len().min(LENGTH)];
    let words = name.split(|byte| !byte.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    let words: Vec<_> = words
        .map(|word| String::from_utf8_lossy(word).to_ascii_lowercase())
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_depend_on_topic_and_bytes_alone() {
        let ids = |datagrams: &[&[u8]]| {
            let (_, text) = imported(datagrams);
            let json: Value = serde_json::from_str(&text).unwrap();
            let vectors = json["vectors"].as_array().unwrap().clone();
            vectors
                .iter()
                .map(|vector| vector["id"].as_str().unwrap().into())
                .collect::<Vec<String>>()
        };
        let first = ids(&[b"E_A b\n\n", b"E_A b\n\n", b"", b"\xff\n"]);
        assert_eq!(first[0].rsplit_once('-').unwrap().0, "mine-e-a-b");
        assert_eq!(first[1], "mine-e3b0c44298fc");
        let mut second = ids(&[b"\xff\n", b"", b"E_A b\n\n"]);
        second.reverse();
        assert_eq!(first, second);
    }

    #[test]
    fn a_file_is_indented_as_a_whole() {
        let datagrams: [&[u8]; 3] = [b"E_A\n\n", b"", b"\"\n\t\xff\n"];
        for count in [0, 1, 3] {
            let (file, text) = imported(&datagrams[..count]);
            assert_eq!(file.len(), count);
            let json: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(text, format!("{json:#}\n"));
        }
    }

    #[test]
    fn datagrams_with_too_many_readings_are_left_out() {
        let most = ["E\n", &"a b::c\n".repeat(6), "\n"].concat();
        let more = ["E\n", &"a b::c\n".repeat(7), "\n"].concat();
        let (file, _) = imported(&[more.as_bytes()]);
        assert_eq!((file.len(), file.left_out()), (0, 1));
        let (file, _) = imported(&[more.as_bytes(), most.as_bytes()]);
        assert_eq!((file.len(), file.left_out()), (1, 1));
    }

    /// Returns the file of these datagrams, and its text.
    fn imported(datagrams: &[&[u8]]) -> (VectorFile, String) {
        let mut file = VectorFile::new("mine", Dialect::Text);
        let mut text = Vec::new();
        for datagram in datagrams {
            file.add(datagram, &mut text).unwrap();
        }
        file.finish(&mut text).unwrap();
        (file, String::from_utf8(text).unwrap())
    }
}
