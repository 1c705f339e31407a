//! The datagrams of JSON lines, in batches: one thread reads and parses lines, another takes the
//! datagrams.

use std::io::{self, BufReader, Read};
use std::mem;
use std::sync::mpsc::SyncSender;

use event_datagram_conformance::input_file::read_line;
use memchr::memchr;

use crate::capture_line::parse_datagram;
use crate::translate::BUFFER;

/// Some lines: the number of each, from 1, and its datagram or why it has none.
pub(crate) type LineBatch = Vec<(u64, Result<Vec<u8>, String>)>;

/// Reads lines up to the end of the input, and sends their datagrams. Before it waits for more
/// lines, it sends all datagrams: whoever writes the lines may pause. Skips empty lines.
pub(crate) fn read_batches(input: impl Read, batches: &SyncSender<LineBatch>) -> io::Result<()> {
    let mut input = BufReader::with_capacity(BUFFER, input);
    let (mut batch, mut line) = (LineBatch::new(), Vec::new());
    for number in 1.. {
        let may_wait = memchr(b'\n', input.buffer()).is_none();
        if may_wait && !batch.is_empty() && batches.send(mem::take(&mut batch)).is_err() {
            // Nobody takes datagrams any more.
            break;
        }
        if read_line(&mut input, &mut line)? == 0 {
            break;
        }
        let line = line.trim_ascii();
        if !line.is_empty() {
            batch.push((number, parse_datagram(line)));
        }
    }
    Ok(())
}
