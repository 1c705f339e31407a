//! Decodes datagrams that make careless decoders slow, in three sizes each. `ci/linear` counts the
//! instructions. Prints a line for each datagram: dialect, shape, size.

use std::hint::black_box;

use event_datagram::{Event, jsonrpc, text};

const SIZES: [usize; 3] = [8_192, 16_384, 32_768];

/// The name of a shape, a head, a piece that is repeated until the size is reached, and a tail.
type Shape = (&'static str, &'static str, &'static str, &'static str);

const TEXT: &[Shape] = &[
    ("line feeds", "E\n", "\n", ""),
    ("a long name", "", "E", "\n\n"),
    ("a name without end", "", "E", ""),
    ("separators", "E\n", "::", "\n\n"),
    ("single colons", "E\n", "a:", "\n\n"),
    ("empty parameters", "E\n", "::\n", "\n"),
    ("short parameters", "E\n", "a::b\n", "\n"),
    ("opening quotes", "E\n", "\"", "\n\n"),
    ("a quote on every line", "E\n", "a::\"\nb::\"\n", "\n"),
    (
        "a quote on every line, one too many",
        "E\na::\"\n",
        "a::\"\nb::\"\n",
        "\n",
    ),
    ("quotes that no line feed follows", "E\n", "\"a\"b\n", "\n"),
    ("escaped quotes without end", "E\n\"\n", "\\\"", ""),
    (
        "escaped quotes, opened on every line",
        "E\n",
        "\"\n\\\"\n",
        "",
    ),
    ("backslashes", "E\na::\"", "\\", "\"\n\n"),
    ("a quoted value of many lines", "E\na::\"", "b\n", "\"\n\n"),
];

const JSONRPC: &[Shape] = &[
    ("brackets", "", "[", ""),
    ("braces with keys", "", "{\"a\":", ""),
    ("blanks", "", " ", "{\"method\":\"E\"}"),
    ("a long method", "{\"method\":\"", "E", "\"}"),
    ("a method without end", "{\"method\":\"", "E", ""),
    ("escapes", "{\"method\":\"E\",\"params\":[\"", "\\n", "\"]}"),
    (
        "surrogate pairs",
        "{\"method\":\"E\",\"params\":[\"",
        "\\ud83d\\ude00",
        "\"]}",
    ),
    (
        "high surrogates",
        "{\"method\":\"E\",\"params\":[\"",
        "\\ud83d",
        "\"]}",
    ),
    (
        "backslashes",
        "{\"method\":\"E\",\"params\":[\"",
        "\\\\",
        "\"]}",
    ),
    ("integers", "{\"method\":\"E\",\"params\":[1", ",1", "]}"),
    ("one integer", "{\"method\":\"E\",\"params\":[1", "0", "]}"),
    ("nulls", "{\"method\":\"E\",\"params\":[null", ",null", "]}"),
    (
        "empty strings",
        "{\"method\":\"E\",\"params\":[\"\"",
        ",\"\"",
        "]}",
    ),
    (
        "members",
        "{\"method\":\"E\",\"params\":{\"a\":1",
        ",\"a\":1",
        "}}",
    ),
    ("unknown members", "{\"method\":\"E\"", ",\"a\":[{}]", "}"),
    (
        "params again and again",
        "{\"method\":\"E\"",
        ",\"params\":[1]",
        "}",
    ),
    (
        "members that do not end",
        "{\"method\":\"E\",\"params\":{\"a\":1",
        ",\"a\":1",
        "",
    ),
];

fn main() {
    for size in SIZES {
        for shape in TEXT {
            let datagram = datagram(shape, size);
            println!("text\t{}\t{size}", shape.0);
            counts_start_here();
            measured_text(&datagram);
        }
        for shape in JSONRPC {
            let datagram = datagram(shape, size);
            println!("jsonrpc\t{}\t{size}", shape.0);
            counts_start_here();
            measured_jsonrpc(&datagram);
        }
    }
}

fn datagram((_, head, repeated, tail): &Shape, size: usize) -> Vec<u8> {
    let times = (size - head.len() - tail.len()) / repeated.len();
    [head, &*repeated.repeat(times), tail].concat().into_bytes()
}

/// A function that marks the place where a counter of instructions starts.
#[inline(never)]
fn counts_start_here() {
    black_box(());
}

#[inline(never)]
fn measured_text(datagram: &[u8]) {
    if let Ok(event) = text::decode(black_box(datagram)) {
        read(&event);
    }
}

#[inline(never)]
fn measured_jsonrpc(datagram: &[u8]) {
    if let Ok(event) = jsonrpc::decode(black_box(datagram)) {
        read(&event);
    }
}

/// Reads every byte of every part of an event.
fn read(event: &impl Event) {
    let name = event.name().iter().map(usize::from).sum::<usize>();
    let params = event.params().map(|param| {
        let name = param.name.map_or(0, |name| name.len());
        let value = param.value.as_bytes();
        name + value.map_or(0, |it| it.chunks().map(|it| it.len()).sum())
    });
    black_box(name + params.sum::<usize>());
}
