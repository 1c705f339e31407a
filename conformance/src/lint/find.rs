use std::collections::HashSet;
use std::hash::BuildHasher as _;

use event_datagram::jsonrpc::{self, sender::Release};
use event_datagram::{
    Bytes, Event, MAX_DATAGRAM, MAX_UDP_PAYLOAD, MAX_UNIX_DATAGRAM, advise, text,
};
use foldhash::fast::RandomState;
use memchr::memmem;

use super::freedom::{self, Freedom};
use super::kind::Kind;
use super::kind_set::KindSet;
use super::params::{holds_member, in_jsonrpc, in_text};
use super::releases::Releases;
use crate::dialect::Dialect;

/// The length of an event's name in bytes above which servers refuse to raise the event.
pub(super) const MAX_EVENT_NAME: usize = 64;
/// The longest datagram that 1.8.8 and 1.11.11 were seen to send, in bytes; later releases lose it.
pub(super) const LONGEST_OF_1_11: usize = text::sender::BUFFER + 1;
/// How close to a limit of senders a datagram is near it, in bytes.
const NEAR: usize = 1024;
/// The most bytes that macOS sends over a UNIX socket by default.
const MACOS_UNIX: usize = 2048;
/// The most bytes that macOS sends over UDP by default.
const MACOS_UDP: usize = 9216;

/// What was found in a datagram.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) kinds: KindSet,
    /// The releases that write exactly these bytes.
    pub(super) releases: Option<Releases>,
}

/// Finds the kinds of a datagram. Uses the same buffers for all datagrams.
#[derive(Debug, Default)]
pub(super) struct Finder {
    encoded: Vec<u8>,
    hashes: Vec<u64>,
    hasher: RandomState,
}

impl Finder {
    pub(super) fn find(&mut self, dialect: Dialect, datagram: &[u8]) -> Found {
        let mut kinds = sizes(dialect, datagram.len());
        let releases = match dialect {
            Dialect::Text => self.find_in_text(datagram, &mut kinds),
            Dialect::JsonRpc => self.find_in_jsonrpc(datagram, &mut kinds),
        };
        kinds.add_if(str::from_utf8(datagram).is_err(), Kind::NotUtf8);
        Found { kinds, releases }
    }

    fn find_in_text(&mut self, datagram: &[u8], kinds: &mut KindSet) -> Option<Releases> {
        let Ok(event) = text::decode(datagram) else {
            kinds.add(Kind::Malformed);
            return None;
        };
        self.hashes.clear();
        for param in event.params() {
            in_text(&param, kinds);
            if let Some(name) = param.name {
                self.hashes.push(self.hash(&name));
            }
        }
        self.find_in_names(&event, kinds);
        kinds.add_if(!datagram.ends_with(b"\n"), Kind::UnfinishedLine);
        kinds.add_if(holds_control(datagram), Kind::ControlCharacter);
        if datagram.len() > LONGEST_OF_1_11 {
            kinds.add(Kind::OverBuffer);
            return None;
        }
        self.encoded.clear();
        let encoded = text::sender::encode_to_vec(&event, &mut self.encoded);
        let is_written = encoded.is_ok() && self.encoded == datagram;
        kinds.add_if(!is_written, Kind::NotWritten);
        (is_written && !kinds.contains(Kind::LongEventName)).then_some(
            match datagram.len() > text::sender::BUFFER {
                true => Releases::UpTo1_11,
                false => Releases::UpTo3_0,
            },
        )
    }

    fn find_in_jsonrpc(&mut self, datagram: &[u8], kinds: &mut KindSet) -> Option<Releases> {
        let event = match jsonrpc::decode(datagram) {
            Ok(event) => event,
            Err(error) => {
                match freedom::of_rejected(datagram, error.kind()) {
                    Some(freedom) => {
                        add_freedom(freedom, kinds);
                        kinds.add(Kind::NotWritten);
                    }
                    None => kinds.add(Kind::Malformed),
                }
                return None;
            }
        };
        self.hashes.clear();
        for param in event.params() {
            in_jsonrpc(&param, kinds);
            if let Some(name) = param.name {
                self.hashes.push(self.hash(&name));
            }
        }
        self.find_in_names(&event, kinds);
        // The quote of a member's name in a string is escaped.
        if memmem::find(datagram, b"\\\":").is_some() {
            let is_forged = event.params().any(|param| holds_member(&param.value));
            kinds.add_if(is_forged, Kind::ForgedParameter);
        }
        // Only the first member tells the releases apart, so that one encoding is enough.
        let (release, releases) = match datagram.starts_with(b"{\"id\":null,") {
            true => (Release::V3_1, Releases::V3_1),
            false => (Release::V3_4, Releases::V3_4),
        };
        if !self.is_written_by(release, &event, datagram) {
            kinds.add(Kind::NotWritten);
            if let Some(freedom) = freedom::of_read(datagram, event.name().is_empty()) {
                add_freedom(freedom, kinds);
            }
            return None;
        }
        let is_sent = !kinds.contains(Kind::LongEventName) && !kinds.contains(Kind::WideInteger);
        is_sent.then_some(releases)
    }

    /// Adds the kinds of the event's name, and of repeated names of parameters by the hashes in
    /// `self.hashes`.
    fn find_in_names<E: Event>(&mut self, event: &E, kinds: &mut KindSet) {
        let name = event.name();
        if name.is_empty() {
            kinds.add(Kind::EmptyEventName);
        } else {
            kinds.add_if(advise(&name.to_cow()).is_some(), Kind::EventNameForm);
        }
        kinds.add_if(name.len() > MAX_EVENT_NAME, Kind::LongEventName);
        self.hashes.sort_unstable();
        let may_repeat = self.hashes.windows(2).any(|pair| pair[0] == pair[1]);
        kinds.add_if(
            may_repeat && repeated_name(event).is_some(),
            Kind::DuplicateName,
        );
    }

    fn is_written_by(&mut self, release: Release, event: &impl Event, datagram: &[u8]) -> bool {
        self.encoded.clear();
        let encoded = jsonrpc::sender::encode_to_vec(release, event, &mut self.encoded);
        encoded.is_ok() && self.encoded == datagram
    }

    fn hash(&self, name: &Bytes<'_>) -> u64 {
        match name.as_slice() {
            Some(name) => self.hasher.hash_one(name),
            None => self.hasher.hash_one(&name.to_cow()[..]),
        }
    }
}

/// Returns the position of the first parameter, from 0, whose name an earlier one has.
pub(super) fn repeated_name(event: &impl Event) -> Option<usize> {
    let mut seen = HashSet::new();
    event.params().position(|param| {
        let name = param.name.as_ref().map(Bytes::to_cow);
        name.is_some_and(|name| !seen.insert(name.into_owned()))
    })
}

/// Returns the position of the first character at which some listeners end a line or a string: a
/// control character, or a line separator of Unicode.
pub(super) fn control_character(datagram: &[u8]) -> Option<usize> {
    const SEPARATORS: [&[u8]; 3] = [b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xa9"];
    let control = datagram.iter().position(is_control);
    let separators = SEPARATORS.map(|separator| memmem::find(datagram, separator));
    separators.into_iter().chain([control]).flatten().min()
}

fn holds_control(datagram: &[u8]) -> bool {
    // The loop has no early exit, so that the compiler vectorizes it.
    let holds = datagram
        .iter()
        .fold(false, |holds, byte| holds | is_control(byte));
    holds || !datagram.is_ascii() && control_character(datagram).is_some()
}

fn is_control(byte: &u8) -> bool {
    *byte < b' ' && *byte != b'\n' && *byte != b'\t'
}

fn add_freedom(freedom: Freedom, kinds: &mut KindSet) {
    kinds.add(match freedom {
        Freedom::OddRequest => Kind::OddRequest,
        Freedom::Batch => Kind::Batch,
        Freedom::NoEventValue => Kind::NoEventValue,
    });
}

/// Returns the kinds of a size in bytes.
fn sizes(dialect: Dialect, size: usize) -> KindSet {
    let mut kinds = KindSet::default();
    if size <= MACOS_UNIX {
        return kinds;
    }
    kinds.add(Kind::OverMacosUnix);
    kinds.add_if(size > MACOS_UDP, Kind::OverMacosUdp);
    kinds.add_if(size > MAX_DATAGRAM, Kind::OverDocumentedSize);
    kinds.add_if(size > MAX_UDP_PAYLOAD, Kind::OverUdp);
    kinds.add_if(limit_ahead(dialect, size).is_some(), Kind::NearLimit);
    kinds
}

/// Returns the limit of senders that a size in bytes is near to: a little below it, or the one byte
/// above the buffer of text senders that some releases still send.
pub(super) fn limit_ahead(dialect: Dialect, size: usize) -> Option<usize> {
    let limits: &[usize] = match dialect {
        Dialect::Text => &[text::sender::BUFFER],
        Dialect::JsonRpc => &[MAX_UDP_PAYLOAD, MAX_UNIX_DATAGRAM],
    };
    let size = match (dialect, size) {
        (Dialect::Text, LONGEST_OF_1_11) => text::sender::BUFFER,
        (_, size) => size,
    };
    let mut limits = limits.iter().copied();
    limits.find(|limit| (limit - NEAR..=*limit).contains(&size))
}
