use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use event_datagram_oracle::generate::{
    ByteSource, Generate, JsonRpcEvent, JsonRpcSequence, Spelling, TextEvent, TextSequence,
};
use event_datagram_oracle::laws as codec_laws;

use super::{DiagnosisCase, JudgePair, laws, seeds};
use crate::dialect::Dialect;
use crate::output_file::write_atomically;
use crate::vectors::Corpus;

/// A set of laws for one kind of input: a function of bytes that panics if a law does not hold. Any
/// fuzzing engine can run it.
///
/// ```
/// use event_datagram_conformance::testing::FuzzTarget;
///
/// FuzzTarget::TEXT_DATAGRAM.run(b"E_TEST\nip::::1\n\n");
/// ```
pub struct FuzzTarget {
    name: &'static str,
    /// The path of the constant, for the source of tests.
    path: &'static str,
    run: fn(&[u8]),
    case: fn(&[u8]) -> String,
    seeds: fn(&Corpus) -> Vec<Vec<u8>>,
}

impl FuzzTarget {
    /// Returns a target for laws of another crate on generated cases. `path` is the path of its
    /// constant.
    pub const fn generated<C: Generate>(
        name: &'static str,
        path: &'static str,
        run: fn(&[u8]),
    ) -> Self {
        Self {
            name,
            path,
            run,
            case: |bytes| format!("{:?}", Generated::<C>::from_bytes(bytes)),
            seeds: |_| Vec::new(),
        }
    }

    /// Returns the name of the target's constant, in lower case.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Checks all laws of the target on an input.
    ///
    /// # Panics
    ///
    /// If a law does not hold.
    pub fn run(&self, input: &[u8]) {
        (self.run)(input);
    }

    /// Returns the case for these bytes as Rust code.
    pub fn case(&self, input: &[u8]) -> String {
        (self.case)(input)
    }

    /// Returns the source of a test that runs this input.
    pub fn test(&self, input: &[u8]) -> String {
        let case = self.case(input);
        let (name, path) = (self.name, self.path);
        let input = input.escape_ascii();
        format!(
            "#[test]\nfn {name}_say_what_it_broke() {{\n    // {case}\n    {path}.run(b\"{input}\");\n}}\n"
        )
    }

    /// Returns seed inputs that are made from a corpus. Targets with generated cases have none.
    pub fn seeds(&self, corpus: &Corpus) -> Vec<Vec<u8>> {
        let mut seeds = (self.seeds)(corpus);
        seeds.sort();
        seeds.dedup();
        seeds
    }

    /// Reads the seeds that campaigns kept: `seeds/NAME.hex` in the folder of a corpus, with one
    /// seed a line in hex.
    ///
    /// # Errors
    ///
    /// If the file exists and cannot be read, or is not hex.
    pub fn kept_seeds(&self, corpus: &Path) -> io::Result<Vec<Vec<u8>>> {
        let text = match fs::read_to_string(self.seed_file(corpus)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        let lines = text.lines().map(hex::decode);
        lines.collect::<Result<_, _>>().map_err(io::Error::other)
    }

    /// Replaces the file that [`kept_seeds`](Self::kept_seeds) reads, the shortest inputs first.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write_kept_seeds(&self, corpus: &Path, mut inputs: Vec<Vec<u8>>) -> io::Result<()> {
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

impl fmt::Debug for FuzzTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FuzzTarget").field(&self.name).finish()
    }
}

/// An input of a law that can be made from any bytes.
trait LawInput: fmt::Debug {
    fn from_bytes(bytes: &[u8]) -> Self;
}

/// The unchanged bytes.
struct RawBytes(Vec<u8>);

/// Text; bytes that are not UTF-8 are replaced.
#[derive(Debug)]
struct Text(String);

/// A case that a generator makes from the bytes.
#[derive(Debug)]
struct Generated<C>(C);

impl LawInput for RawBytes {
    fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }
}

impl fmt::Debug for RawBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

impl LawInput for Text {
    fn from_bytes(bytes: &[u8]) -> Self {
        Self(String::from_utf8_lossy(bytes).into_owned())
    }
}

impl<C: Generate> LawInput for Generated<C> {
    fn from_bytes(bytes: &[u8]) -> Self {
        Self(C::generate(&mut ByteSource::new(bytes).small()))
    }
}

/// Two cases of different kinds.
#[derive(Debug)]
struct CasePair<A, B>(A, B);

impl<A: Generate, B: Generate> Generate for CasePair<A, B> {
    fn generate(source: &mut ByteSource<'_>) -> Self {
        Self(A::generate(source), B::generate(source))
    }
}

macro_rules! targets {
    ($($(#[$doc:meta])* $constant:ident = $name:literal, laws of $kind:ty: $laws:expr, seeds: $seeds:expr;)*) => {
        impl FuzzTarget {
            /// Every target.
            pub const ALL: &'static [Self] = &[$(Self::$constant),*];

            $(
                $(#[$doc])*
                pub const $constant: Self = Self {
                    name: $name,
                    path: concat!("FuzzTarget::", stringify!($constant)),
                    run: |bytes| {
                        let laws: fn(&$kind) = $laws;
                        laws(&<$kind>::from_bytes(bytes));
                    },
                    case: |bytes| format!("{:?}", <$kind>::from_bytes(bytes)),
                    seeds: $seeds,
                };
            )*
        }
    };
}

targets! {
    /// Datagrams of the text dialect, for the decoder only.
    TEXT_DECODE = "text_decode", laws of RawBytes: |RawBytes(datagram)| {
        codec_laws::text::decoded_parts_are_slices_in_order(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::Text);

    /// Datagrams of the text dialect.
    TEXT_DATAGRAM = "text_datagram", laws of RawBytes: |RawBytes(datagram)| {
        codec_laws::text::decoder_agrees_with_reference(datagram);
        codec_laws::text::documented_grammar_agrees_with_reference(datagram);
        codec_laws::text::reference_admits_its_readings(datagram);
        codec_laws::text::accessors_agree(datagram);
        codec_laws::text::decoded_events_encode_as_checked(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::Text);

    /// Events for the encoders of the text dialect.
    TEXT_EVENT = "text_event", laws of Generated<TextEvent>: |Generated(event)| {
        codec_laws::text::sender_matches_size_and_check(&event.0);
    }, seeds: |_| Vec::new();

    /// Datagrams of the JSON-RPC dialect, for the decoder only.
    JSONRPC_DECODE = "jsonrpc_decode", laws of RawBytes: |RawBytes(datagram)| {
        codec_laws::jsonrpc::decoded_parts_are_slices_in_order(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::JsonRpc);

    /// Datagrams of the JSON-RPC dialect.
    JSONRPC_DATAGRAM = "jsonrpc_datagram", laws of RawBytes: |RawBytes(datagram)| {
        codec_laws::jsonrpc::decoder_agrees_with_reference(datagram);
        codec_laws::jsonrpc::reference_admits_its_readings(datagram);
        codec_laws::jsonrpc::accessors_agree(datagram);
        codec_laws::jsonrpc::truncated_objects_are_rejected(datagram);
        codec_laws::jsonrpc::decoded_events_encode_as_checked(datagram);
    }, seeds: |corpus| seeds::datagrams(corpus, Dialect::JsonRpc);

    /// Events for the encoders of the JSON-RPC dialect.
    JSONRPC_EVENT = "jsonrpc_event", laws of Generated<JsonRpcEvent>: |Generated(event)| {
        codec_laws::jsonrpc::sender_matches_size_and_check(&event.0);
    }, seeds: |_| Vec::new();

    /// Events of the JSON-RPC dialect in many spellings.
    JSONRPC_SPELLING = "jsonrpc_spelling", laws of Generated<Spelling>: |Generated(spelling)| {
        codec_laws::jsonrpc::all_spellings_decode_alike(spelling);
        codec_laws::jsonrpc::decoder_agrees_with_reference(&spelling.datagram);
    }, seeds: |_| Vec::new();

    /// The socket syntax.
    SOCKET_TEXT = "socket_text", laws of Text: |Text(text)| {
        codec_laws::socket::text_parses_back_or_error_points_into_it(text);
        codec_laws::socket::addresses_parse_as_in_std(text);
    }, seeds: |_| seeds::sockets();

    /// Lines that subjects write.
    SUBJECT_LINE = "subject_line", laws of RawBytes: |RawBytes(line)| {
        laws::lines_parse_back(line);
        laws::fast_and_generic_line_parsers_agree(line);
        laws::only_the_canonical_line_compares_equal(line);
    }, seeds: seeds::lines;

    /// Vector files.
    VECTOR_FILE = "vector_file", laws of Text: |Text(text)| {
        laws::vector_files_parse_or_fail_with_a_message(text);
    }, seeds: |_| seeds::vector_files();

    /// Patterns of vector ids: a pattern on the first line, an id on the second.
    VECTOR_GLOB = "vector_glob", laws of Text: |Text(text)| {
        let (glob, id) = text.split_once('\n').unwrap_or((text, ""));
        laws::globs_fit_as_by_dynamic_programming(glob, id);
    }, seeds: |_| seeds::globs();

    /// Vector files that are made from captured datagrams of either dialect.
    VECTOR_IMPORT = "vector_import", laws of Generated<CasePair<TextSequence, JsonRpcSequence>>: |Generated(CasePair(text, json))| {
        laws::imported_vector_files_parse(Dialect::Text, &text.0);
        laws::imported_vector_files_parse(Dialect::JsonRpc, &json.0);
    }, seeds: |_| Vec::new();

    /// Lists of known failures.
    KNOWN_LIST = "known_list", laws of Text: |Text(text)| {
        laws::known_lists_name_vectors_once(text);
    }, seeds: |_| seeds::known_lists();

    /// Reports of runs.
    REPORT_FILE = "report_file", laws of RawBytes: |RawBytes(report)| {
        laws::reports_parse_whole_or_fail(report);
    }, seeds: seeds::reports;

    /// Packet captures.
    PACKET_CAPTURE = "packet_capture", laws of RawBytes: |RawBytes(capture)| {
        laws::capture_statistics_match_datagrams(capture);
        laws::captures_read_alike_in_any_chunks(capture);
    }, seeds: seeds::captures;

    /// Sequences of datagrams and reports for the judge.
    JUDGE_SEQUENCE = "judge_sequence", laws of Generated<JudgePair>: |Generated(JudgePair { before, case })| {
        laws::judge_agrees_with_brute_force(case);
        laws::alignments_pair_everything_in_order(case);
        laws::judge_reasons_are_printable(case);
        laws::late_reports_are_taken_in_order(before, case);
    }, seeds: |_| Vec::new();

    /// Listeners with faults before the diagnosis.
    DIAGNOSIS_MODEL = "diagnosis_model", laws of Generated<DiagnosisCase>: |Generated(case)| {
        laws::models_predict_what_a_faulty_listener_reports(case);
        laws::causes_do_what_they_explain(case);
    }, seeds: |_| Vec::new();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_constants() {
        assert_eq!(FuzzTarget::TEXT_DATAGRAM.name(), "text_datagram");
        let mut names: Vec<_> = FuzzTarget::ALL.iter().map(FuzzTarget::name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FuzzTarget::ALL.len(), "{names:?}");
    }

    #[test]
    fn a_pasted_test_names_its_input() {
        assert_eq!(
            FuzzTarget::SOCKET_TEXT.test(b"udp:a\"\xff"),
            "#[test]\nfn socket_text_say_what_it_broke() {\n    // Text(\"udp:a\\\"\u{fffd}\")\n    \
             FuzzTarget::SOCKET_TEXT.run(b\"udp:a\\\"\\xff\");\n}\n"
        );
    }
}
