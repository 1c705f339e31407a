use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use event_datagram_oracle::generate::{
    Generate, JsonRpcEvent, JsonRpcSequence, Source, Spelling, TextEvent, TextSequence,
};
use event_datagram_oracle::laws as codec;

use super::{JudgePair, laws, seeds};
use crate::dialect::Dialect;
use crate::output_file::write_atomically;
use crate::vectors::Corpus;

/// A set of laws over one kind of input, which any fuzzing engine can run: a function over bytes, which panics where a law is
/// broken.
///
/// ```
/// use event_datagram_conformance::testing::Target;
///
/// Target::TEXT_DATAGRAM.run(b"E_TEST\nip::::1\n\n");
/// ```
pub struct Target {
    name: &'static str,
    run: fn(&[u8]),
    case: fn(&[u8]) -> String,
    seeds: fn(&Corpus) -> Vec<Vec<u8>>,
}

impl Target {
    /// Gives its name: that of its constant, in lower case.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Holds an input against all of its laws.
    ///
    /// # Panics
    ///
    /// If one is broken.
    pub fn run(&self, input: &[u8]) {
        (self.run)(input);
    }

    /// Gives what these bytes stand for, as Rust.
    pub fn case(&self, input: &[u8]) -> String {
        (self.case)(input)
    }

    /// Gives a test to paste, which runs this input.
    pub fn test(&self, input: &[u8]) -> String {
        let case = self.case(input);
        let (name, upper) = (self.name, self.name.to_uppercase());
        let input = input.escape_ascii();
        format!(
            "#[test]\nfn {name}_say_what_it_broke() {{\n    // {case}\n    Target::{upper}.run(b\"{input}\");\n}}\n"
        )
    }

    /// Gives inputs to start with, made of a corpus. What is decided by bytes without a meaning has none.
    pub fn seeds(&self, corpus: &Corpus) -> Vec<Vec<u8>> {
        let mut seeds = (self.seeds)(corpus);
        seeds.sort();
        seeds.dedup();
        seeds
    }

    /// Reads the inputs that campaigns found worth keeping: those of `seeds/NAME.hex` in the folder of a corpus, one a line in
    /// hex.
    ///
    /// # Errors
    ///
    /// If the file is there and cannot be read, or is not hex.
    pub fn kept(&self, corpus: &Path) -> io::Result<Vec<Vec<u8>>> {
        let text = match fs::read_to_string(self.seed_file(corpus)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        let lines = text.lines().map(hex::decode);
        lines.collect::<Result<_, _>>().map_err(io::Error::other)
    }

    /// Writes the file that [`kept`](Self::kept) reads, in place of the one that may be there, the shortest inputs first.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn keep(&self, corpus: &Path, mut inputs: Vec<Vec<u8>>) -> io::Result<()> {
        inputs.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
        inputs.dedup();
        let text: String = inputs.iter().map(|it| hex::encode(it) + "\n").collect();
        let file = self.seed_file(corpus);
        fs::create_dir_all(corpus.join("seeds"))?;
        write_atomically(&file, text.as_bytes())
    }

    fn seed_file(&self, corpus: &Path) -> PathBuf {
        corpus.join("seeds").join(format!("{}.hex", self.name))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.name).finish()
    }
}

/// Something that can be made of any bytes.
trait Input: fmt::Debug {
    fn of(bytes: &[u8]) -> Self;
}

/// The bytes as they are.
struct Bytes(Vec<u8>);

/// Text; what is not UTF-8 in it is replaced.
#[derive(Debug)]
struct Text(String);

/// What the bytes decide.
#[derive(Debug)]
struct Decided<C>(C);

impl Input for Bytes {
    fn of(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

impl Input for Text {
    fn of(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into_owned())
    }
}

impl<C: Generate> Input for Decided<C> {
    fn of(bytes: &[u8]) -> Self {
        Self(C::generate(&mut Source::new(bytes).small()))
    }
}

/// Two cases, one behind the other.
#[derive(Debug)]
struct Two<A, B>(A, B);

impl<A: Generate, B: Generate> Generate for Two<A, B> {
    fn generate(source: &mut Source<'_>) -> Self {
        Self(A::generate(source), B::generate(source))
    }
}

macro_rules! targets {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, laws of $kind:ty: $laws:expr, seeds: $seeds:expr;)*) => {
        impl Target {
            /// Every target.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];

            $(
                $(#[$doc])*
                pub const $constant: Self = Self {
                    name: $name,
                    run: |bytes| {
                        let laws: fn(&$kind) = $laws;
                        laws(&<$kind>::of(bytes));
                    },
                    case: |bytes| format!("{:?}", <$kind>::of(bytes)),
                    seeds: $seeds,
                };
            )*
        }
    };
}

targets! {
    /// Datagrams of the text dialect, decoded alone.
    TEXT_DECODE = "text_decode", laws of Bytes: |Bytes(datagram)| {
        codec::text::decoding_gives_pieces_of_the_datagram(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::Text);

    /// Datagrams of the text dialect.
    TEXT_DATAGRAM = "text_datagram", laws of Bytes: |Bytes(datagram)| {
        codec::text::decoder_agrees_with_reference(datagram);
        codec::text::documented_is_a_subset(datagram);
        codec::text::encoding_what_was_decoded_is_stable(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::Text);

    /// Events, and the writers of the text dialect.
    TEXT_EVENT = "text_event", laws of Decided<TextEvent>: |Decided(event)| {
        codec::text::sender_keeps_its_word(&event.0);
        codec::text::documented_keeps_its_word(&event.0);
    }, seeds: |_| Vec::new();

    /// Datagrams of the JSON-RPC dialect, decoded alone.
    JSONRPC_DECODE = "jsonrpc_decode", laws of Bytes: |Bytes(datagram)| {
        codec::jsonrpc::decoding_gives_pieces_of_the_datagram(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::JsonRpc);

    /// Datagrams of the JSON-RPC dialect.
    JSONRPC_DATAGRAM = "jsonrpc_datagram", laws of Bytes: |Bytes(datagram)| {
        codec::jsonrpc::decoder_agrees_with_reference(datagram);
        codec::jsonrpc::an_event_is_one_whole_object(datagram);
        codec::jsonrpc::encoding_what_was_decoded_is_stable(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::JsonRpc);

    /// Events, and the writers of the JSON-RPC dialect.
    JSONRPC_EVENT = "jsonrpc_event", laws of Decided<JsonRpcEvent>: |Decided(event)| {
        codec::jsonrpc::sender_keeps_its_word(&event.0);
        codec::jsonrpc::sender_3_1_keeps_its_word(&event.0);
    }, seeds: |_| Vec::new();

    /// Events of the JSON-RPC dialect, however they are spelled.
    JSONRPC_SPELLING = "jsonrpc_spelling", laws of Decided<Spelling>: |Decided(spelling)| {
        codec::jsonrpc::spelling_does_not_matter(spelling);
        codec::jsonrpc::decoder_agrees_with_reference(&spelling.datagram);
    }, seeds: |_| Vec::new();

    /// The socket syntax.
    SOCKET_TEXT = "socket_text", laws of Text: |Text(text)| {
        codec::socket::text_is_a_socket_or_an_error_inside_it(text);
        codec::socket::addresses_are_those_of_the_standard_library(text);
    }, seeds: |_| seeds::sockets();

    /// Lines that subjects write.
    SUBJECT_LINE = "subject_line", laws of Bytes: |Bytes(line)| {
        laws::a_line_is_read_back_from_what_it_says(line);
        laws::both_ways_to_read_a_line_agree(line);
        laws::a_line_is_known_by_the_letter(line);
    }, seeds: seeds::lines;

    /// Vector files.
    VECTOR_FILE = "vector_file", laws of Text: |Text(text)| {
        laws::a_vector_file_is_read_or_refused(text);
    }, seeds: |_| seeds::vector_files();

    /// Vector files made of captured datagrams of either dialect.
    VECTOR_IMPORT = "vector_import", laws of Decided<Two<TextSequence, JsonRpcSequence>>: |Decided(Two(text, json))| {
        laws::a_vector_file_made_of_datagrams_is_read(Dialect::Text, &text.0);
        laws::a_vector_file_made_of_datagrams_is_read(Dialect::JsonRpc, &json.0);
    }, seeds: |_| Vec::new();

    /// Lists of known failures.
    KNOWN_LIST = "known_list", laws of Text: |Text(text)| {
        laws::a_known_list_names_vectors_once(text);
    }, seeds: |_| seeds::known_lists();

    /// Reports of runs.
    REPORT_FILE = "report_file", laws of Bytes: |Bytes(report)| {
        laws::a_report_is_read_whole_or_refused(report);
    }, seeds: seeds::reports;

    /// Packet captures.
    PACKET_CAPTURE = "packet_capture", laws of Bytes: |Bytes(capture)| {
        laws::a_capture_holds_what_it_says(capture);
        laws::a_capture_is_the_same_however_it_comes(capture);
    }, seeds: seeds::captures;

    /// Sequences of datagrams and reports before the judge.
    JUDGE_SEQUENCE = "judge_sequence", laws of Decided<JudgePair>: |Decided(JudgePair { before, case })| {
        laws::the_judge_agrees_with_trying_everything(case);
        laws::an_alignment_pairs_everything_in_order(case);
        laws::what_the_judge_says_can_be_printed(case);
        laws::late_reports_are_taken_from_the_front(before, case);
    }, seeds: |_| Vec::new();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_constants() {
        assert_eq!(Target::TEXT_DATAGRAM.name(), "text_datagram");
        let mut names: Vec<_> = Target::ALL.iter().map(Target::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Target::ALL.len(), "{names:?}");
    }

    #[test]
    fn a_test_to_paste_says_what_the_input_is() {
        assert_eq!(
            Target::SOCKET_TEXT.test(b"udp:a\"\xff"),
            "#[test]\nfn socket_text_say_what_it_broke() {\n    // Text(\"udp:a\\\"\u{fffd}\")\n    \
             Target::SOCKET_TEXT.run(b\"udp:a\\\"\\xff\");\n}\n"
        );
    }
}
