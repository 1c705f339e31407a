//! Seeds that are texts: lines of listeners, vector files, lists of known failures, and socket
//! texts.

use serde_json::{Map, Value};

use super::datagrams::datagrams;
use super::limit::MAX_SEED;
use crate::dialect::Dialect;
use crate::vectors::{Corpus, embedded_vector_files};

/// Returns the lines that the built-in listener writes for all datagrams, and a few other lines.
pub(in crate::testing) fn lines(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for dialect in [Dialect::Text, Dialect::JsonRpc] {
        let datagrams = datagrams(corpus, dialect);
        lines.extend(datagrams.iter().map(|it| dialect.report_line(it)));
    }
    let others: [&[u8]; 7] = [
        br#"{"ready":true,"socket":"udp:127.0.0.1:40001","name":"n","version":"1","dialects":["text"],"max_datagram":65457,"not_applicable":["T16"]}"#,
        br#"{"ready":true,"max_datagram":"1"}"#,
        br#"{"event":"E","params":null,"error":"","ready":false,"more":[1]}"#,
        br#"{"event_hex":"45","params":[{"name":null,"value":null,"value_hex":"ff"}]}"#,
        br#"{"error":{"code":1}}"#,
        br#"{"event":"E","params":[["n","v"]]}"#,
        b"listening",
    ];
    lines.extend(others.map(<[u8]>::to_vec));
    lines.retain(|it| it.len() <= MAX_SEED);
    lines
}

/// Returns a vector file for each vector of the corpus.
pub(in crate::testing) fn vector_files() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (_, text) in embedded_vector_files() {
        let file: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
        let vectors = file.get("vectors").and_then(Value::as_array);
        for vector in vectors.into_iter().flatten() {
            let mut one = file.clone();
            one["summary"] = "s.".into();
            one["vectors"] = Value::Array(vec![vector.clone()]);
            seeds.push(Value::Object(one).to_string().into_bytes());
        }
    }
    seeds.retain(|it| it.len() <= MAX_SEED);
    seeds
}

/// Returns lists of known failures, among them an empty one.
pub(in crate::testing) fn known_lists() -> Vec<Vec<u8>> {
    [
        "",
        "[[known]]\nid = \"sep-first-one-splits\"\nreason = \"why\"\n",
        "# A comment.\n[[known]]\nid = \"sep-alone\"\nreason = \"why\"\nlink = \"https://example.com\"\nsockets = [\"udp\"]\nexpires = 2027-06-30\n",
        "known = [{ id = \"bad-empty-datagram\", reason = '''w\nhy''' }]\n",
    ]
    .map(Vec::from)
    .into()
}

/// Returns patterns, each with an id on the next line.
pub(in crate::testing) fn globs() -> Vec<Vec<u8>> {
    [
        "sep-*\nsep-first",
        "*-first\nsep-first-",
        "sep-?irst\nsep-first",
        "*******Q\nsep-first-one-splits",
        "s*p*t?\nsep-first",
        "?*?\né",
        "*\n",
    ]
    .map(Vec::from)
    .into()
}

/// Returns sockets in each notation, and one of a scheme that is not supported.
pub(in crate::testing) fn sockets() -> Vec<Vec<u8>> {
    [
        "udp:127.0.0.1:8081",
        "udp:[::1]:8081",
        "udp:[::ffff:192.0.2.1]:0",
        "udp:[1:2:3:4:5:6:7:8]:65535",
        "udp:localhost:5060",
        "udp:_sip._udp.xn--bcher-kva.example:1",
        "unix:/tmp/opensips_event.sock",
        "unix:relative.sock",
        "/tmp/é.sock",
        "tcp:127.0.0.1:80",
    ]
    .map(Vec::from)
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_files_and_known_lists_parse() {
        for file in vector_files() {
            let text = String::from_utf8(file).expect("it is UTF-8");
            assert_eq!(crate::vectors::read(&text).map(|it| it.len()), Ok(1));
        }
        let corpus = Corpus::embedded().expect("it is sound");
        for list in known_lists() {
            let text = String::from_utf8(list).expect("it is UTF-8");
            crate::known::KnownList::read(
                &text,
                &corpus,
                crate::known::Date {
                    year: 2026,
                    month: 1,
                    day: 1,
                },
            )
            .expect("it is sound");
        }
    }
}
