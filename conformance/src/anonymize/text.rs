use event_datagram::text;

use super::names::is_plain;
use super::words::Words;

/// Returns a datagram of the text dialect in which the words of its values are replaced.
pub(super) fn anonymized(words: &Words, datagram: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(datagram.len());
    let mut done = 0;
    if let Ok(event) = text::decode(datagram) {
        let names = Some(event.name()).filter(|name| is_plain(name)).into_iter();
        let params = event.params().filter_map(|param| param.name?.as_slice());
        let params = params.filter(|name| is_name(name));
        for name in names.chain(params) {
            // Decoded names are pieces of the datagram.
            let start = name.as_ptr() as usize - datagram.as_ptr() as usize;
            words.append(&datagram[done..start], &mut out);
            out.extend_from_slice(name);
            done = start + name.len();
        }
    }
    words.append(&datagram[done..], &mut out);
    out
}

/// Returns whether the decoded name of a parameter is really a name. An IPv6 address without a name
/// is decoded as a name and a value, so a name of hex digits may be part of an address.
fn is_name(name: &[u8]) -> bool {
    is_plain(name) && !name.iter().all(u8::is_ascii_hexdigit)
}
