use std::io::{self, Write};

use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::vectors::VectorFile;

use crate::terminal::{message, plural};

/// A vector file. Its dialect is the one that the user named, or else that of the first datagram.
pub(crate) struct DetectedVectorFile<'a> {
    topic: &'a str,
    named: Option<Dialect>,
    /// The file and its dialect. `None` before the first datagram.
    file: Option<(Dialect, VectorFile)>,
    /// The count of datagrams that look like the other dialect.
    other_dialect: usize,
}

impl<'a> DetectedVectorFile<'a> {
    pub(crate) fn new(topic: &'a str, named: Option<Dialect>) -> Self {
        Self {
            topic,
            named,
            file: None,
            other_dialect: 0,
        }
    }

    /// Adds a datagram, unless it looks like another dialect than that of the file.
    pub(crate) fn add(&mut self, datagram: &[u8], out: &mut impl Write) -> io::Result<()> {
        let detected = Dialect::or_detect(self.named, datagram);
        let create = || (detected, VectorFile::new(self.topic, detected));
        let (dialect, file) = self.file.get_or_insert_with(create);
        if detected == *dialect {
            return file.add(datagram, out);
        }
        self.other_dialect += 1;
        Ok(())
    }

    /// Writes the end of the file, if it has vectors, and prints how many there are and what was
    /// left out.
    pub(crate) fn finish(&self, out: &mut impl Write) -> io::Result<()> {
        let Some((dialect, file)) = &self.file else {
            return Ok(());
        };
        if !file.is_empty() {
            file.finish(out)?;
            message(format_args!(
                "{}, one for each distinct datagram",
                plural(file.len(), "vector")
            ));
        }
        let (left_out, other_dialect) = (file.left_out(), self.other_dialect);
        if left_out > 0 {
            message(format_args!(
                "left out: {left_out} with too many readings to list"
            ));
        }
        if other_dialect > 0 {
            message(format_args!(
                "left out: {other_dialect} that look like {}: a vector file has one dialect, and \
                 --dialect names it",
                dialect.other()
            ));
        }
        Ok(())
    }
}
