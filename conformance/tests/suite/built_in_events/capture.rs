//! Captured datagrams of events that servers raised by themselves.

use std::fs;
use std::path::Path;

use event_datagram::EventBuf;
use event_datagram_conformance::dialect::Dialect;
use serde_json::Value;

use super::shape::Shape;

/// A datagram of an event that a server raised by itself, so that the raised event is unknown.
pub(super) struct Capture {
    pub(super) id: String,
    /// The OpenSIPS release that sent the datagram.
    pub(super) release: String,
    /// The file's name without its extension.
    pub(super) file: String,
    pub(super) dialect: Dialect,
    pub(super) datagram: Vec<u8>,
}

impl Capture {
    /// Returns all captures of events that servers raised by themselves, from every file.
    ///
    /// Does not return events that were raised by hand, over the management interface.
    pub(super) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/captures");
        let mut captures = Vec::new();
        for entry in fs::read_dir(folder).expect("the captures are in the corpus") {
            let path = entry.expect("the folder can be listed").path();
            let file = path.file_stem().expect("it is a file").to_string_lossy();
            let lines = fs::read_to_string(&path).expect("it can be read");
            captures.extend(lines.lines().filter_map(|line| Self::read(&file, line)));
        }
        captures
    }

    /// Reads a line of a capture file. Returns nothing if the event was raised by hand.
    fn read(file: &str, line: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(line).expect("each line is a JSON object");
        let text = |member: &str| json[member].as_str().expect("it is a string").to_owned();
        let raised_by_hand = !json["params"].is_null() || json["event"] == "E_TEST";
        (!raised_by_hand).then(|| Self {
            id: text("id"),
            release: text("opensips_version"),
            file: file.into(),
            dialect: match &text("dialect")[..] {
                "text" => Dialect::Text,
                _ => Dialect::JsonRpc,
            },
            datagram: hex::decode(text("datagram_hex")).expect("it is in hex"),
        })
    }

    /// Returns whether the server has sent the event with the name of another event.
    pub(super) fn is_misnamed(&self) -> bool {
        self.file.ends_with("-misnamed")
    }

    /// Returns whether the file has only events that the server raised by itself.
    pub(super) fn is_of_built_in_file(&self) -> bool {
        self.file.ends_with("-builtin")
    }

    /// Decodes the datagram.
    ///
    /// # Panics
    ///
    /// If the datagram is malformed.
    pub(super) fn event(&self) -> EventBuf {
        let decoded = self.dialect.decode(&self.datagram);
        decoded.unwrap_or_else(|error| panic!("{} of {}: {error}", self.id, self.file))
    }

    pub(super) fn shape(&self) -> Shape {
        Shape::of(self.dialect, &self.event())
    }
}
