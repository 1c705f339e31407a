use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use event_datagram_conformance::dialect::Dialect;
use event_datagram_conformance::fence::{self, FenceTemplate};
use event_datagram_conformance::kit::Language;
use event_datagram_conformance::load::Shape;
use event_datagram_conformance::report::{Detail, Format as ReportFormat};
use event_datagram_conformance::transport::SocketKind;
use event_datagram_conformance::vectors::Level;

use crate::values::{
    Datagrams, ReportArg, ShardArg, VectorFileArg, datagrams, dialect, duration, duration_or_zero,
    event_name, file_mode, language, latency, level, percent, plain_rate, report, shape, shard,
    slug, vector_file,
};

/// Conformance suite for listeners of OpenSIPS event datagrams.
#[derive(Debug, Parser)]
#[command(
    name = "evdg",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit status: 0 conformant, 1 a vector or a case failed, something was lost, or got worse, 2 usage or bad \
    input, 3 the subject did not start or cannot be observed, 4 nothing was selected, 130 interrupted."
)]
pub(crate) struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the vectors on a listener or parser; without a command, on the built-in listener
    Test(Box<TestArgs>),
    /// Send a listener as much as is asked for, or as it takes, and measure loss and latency
    Bench(Box<BenchArgs>),
    /// Look for datagrams and sequences that a listener or parser gets wrong, and make the case of
    /// each cause as small as it can be
    Fuzz(Box<FuzzArgs>),
    /// The reference listener: show each event that arrives, on a terminal laid out for a person,
    /// elsewhere as a JSON line
    Listen(ListenArgs),
    /// The reference sender: raise events from arguments, JSON lines or captures, as OpenSIPS
    /// would, byte for byte
    Send(SendArgs),
    /// Read datagrams, one a line in hex, and write JSON lines
    Decode(DecodeArgs),
    /// Read JSON lines and write datagrams as OpenSIPS would, one a line in hex
    Encode(EncodeArgs),
    /// Find in what a server sends, live or captured, what listeners will reject or misread
    Lint(LintArgs),
    /// Set JSON reports beside each other: implementations by requirement, and what got worse
    /// between runs of one subject
    Compare(CompareArgs),
    /// Put the JSON reports of the parts of a run together, or make other reports from one
    Merge(MergeArgs),
    /// Read a packet capture, pcap or pcapng, and write its UDP datagrams as JSON lines, or as a
    /// vector file
    Capture(CaptureArgs),
    /// Explain a requirement or a vector in full
    Explain(ExplainArgs),
    /// Write a kit for fuzzing a parser in some language: a harness, seeds, a dictionary, and an
    /// example parser with a bug, to be replaced
    Kit(KitArgs),
    /// The corpus: list, show, export, check, import
    #[command(subcommand)]
    Vectors(VectorsCommand),
    /// Print the help of a command, or the reporting contract: what a listener has to print
    Help {
        /// A command, such as `test` or `vectors export`, or `contract`
        #[arg(value_name = "TOPIC")]
        topic: Vec<String>,
    },
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the man pages into a folder
    Man {
        /// The folder; it is made if it is not there
        folder: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct KitArgs {
    /// The language of the parser; replay is for any other: a process that reads hex lines
    #[arg(value_parser = language())]
    pub(crate) language: Language,
    /// Where the kit goes; the folder is made, or it is empty
    pub(crate) folder: PathBuf,
    /// Take the crates of this project from a checkout of its repository instead of the registry
    #[arg(long, value_name = "FOLDER")]
    pub(crate) crates: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SelectArgs {
    /// Take only these: an id, requirement, topic, part of an id, or an id with * and ?
    /// (repeatable)
    #[arg(long = "filter", value_name = "PATTERN")]
    pub(crate) filters: Vec<String>,
    /// Take only these levels: must, should, may
    #[arg(long = "level", value_name = "LEVEL", value_delimiter = ',', value_parser = level())]
    pub(crate) levels: Vec<Level>,
    #[command(flatten)]
    pub(crate) source: CorpusArgs,
}

/// Where vectors come from.
#[derive(Debug, Default, Args)]
pub(crate) struct CorpusArgs {
    /// Use the corpus in this folder instead of the one built in: a copy, or what `evdg vectors
    /// export` wrote
    #[arg(long, value_name = "FOLDER")]
    pub(crate) corpus: Option<PathBuf>,
    /// Use the vectors of these files instead of those of the corpus (repeatable)
    #[arg(long = "vectors", value_name = "FILE", num_args = 1..)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct MemberArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Take only vectors of these dialects; without, of all
    #[arg(long = "dialect", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect())]
    pub(crate) dialects: Vec<Dialect>,
    /// Take only the vectors of this requirement set, such as 2026.2
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    pub(crate) set: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Reads pcap and pcapng, also compressed with gzip, and takes datagrams out of VLAN tags, VXLAN, Geneve, GRE, IP in IP, \
    MPLS and PPPoE. What is left out is counted with its reason. A live capture is written as it comes: \
    tcpdump -i any -U -w - udp port 8081 | evdg capture -"
)]
pub(crate) struct CaptureArgs {
    /// The capture; - is standard input
    pub(crate) capture: PathBuf,
    /// Take only datagrams from or to this port
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Write a vector file of this topic, with what the reference decoder reads as expectations
    #[arg(long, value_name = "TOPIC", value_parser = slug)]
    pub(crate) vectors: Option<String>,
    /// Replace addresses, numbers and words in the values by others, so that the capture can be
    /// shared: lengths, separators and quotes stay, and the names of events and parameters
    #[arg(long)]
    pub(crate) anonymize: bool,
    /// The dialect of the datagrams; without it, each is read in the one that it looks like
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect())]
    pub(crate) dialect: Option<Dialect>,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,
    /// Run the vectors of these dialects; without, of text, or of both on the built-in listener
    /// and with --vectors or --rerun
    #[arg(long = "dialect", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect())]
    pub(crate) dialects: Vec<Dialect>,
    /// Let only the vectors of this requirement set decide, such as 2026.2; the others run all the
    /// same
    #[arg(long, value_name = "NAME", conflicts_with = "files")]
    pub(crate) set: Option<String>,
    /// Which sockets to test over
    #[arg(long, value_enum, default_value_t = Sockets::Both, conflicts_with = "parser")]
    pub(crate) socket: Sockets,
    /// Run over so many instances of the subject at a time
    #[arg(
        long,
        value_name = "NUMBER",
        default_value = "1",
        conflicts_with = "attach"
    )]
    pub(crate) jobs: NonZero<usize>,
    /// Run one of several equal parts of the vectors: 1/4 is the first of four
    #[arg(long, value_name = "INDEX/COUNT", value_parser = shard)]
    pub(crate) shard: Option<ShardArg>,
    /// Let warnings fail the run, too
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// End the run after so many failures; the rest is not run
    #[arg(long, value_name = "NUMBER", conflicts_with = "write_known")]
    pub(crate) max_failures: Option<NonZero<usize>>,
    /// Run only what failed in the run of this JSON report; warnings count with --strict, here or
    /// there
    #[arg(long, value_name = "REPORT")]
    pub(crate) rerun: Option<PathBuf>,
    /// Listen for this long behind the last vector, and while the subject stops: what it reports
    /// then, such as a late copy, fails
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) linger: Option<Duration>,
    /// Shuffle the vectors by this number, which decides the tags of the fences, too; without, the
    /// vectors keep their order, and nobody can guess a tag
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// A list of known failures: what it names may fail, and must not pass
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
    /// Bring the list of known failures up to date, or make it
    #[arg(long, requires = "known")]
    pub(crate) write_known: bool,
    /// Also write a report into a file: html=FILE, json=FILE, junit=FILE, markdown=FILE, tap=FILE,
    /// github=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(&ReportFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<ReportFormat>>,
    /// The command is a parser: datagrams on standard input, one a line in hex, and an answer for
    /// each
    #[arg(long, conflicts_with_all = ["attach", "pass_socket"])]
    pub(crate) parser: bool,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
}

/// The default of `--timeout`.
pub(crate) const DEFAULT_TIMEOUT: &str = "10s";

/// Options of the commands that test a subject.
#[derive(Debug, Args)]
pub(crate) struct SubjectArgs {
    /// Take a listener that runs at this socket already, udp:ADDRESS:PORT or unix:PATH; it is never
    /// killed
    #[arg(long, value_name = "SOCKET", requires = "observe", conflicts_with_all = ["socket", "command"])]
    pub(crate) attach: Option<String>,
    /// Where its reports can be read: a file, a FIFO, a UNIX stream socket, or - for standard input
    #[arg(long, value_name = "PATH", requires = "attach")]
    pub(crate) observe: Option<PathBuf>,
    /// Bind the socket and hand it over to the subject as descriptor 3, as service managers do:
    /// LISTEN_FDS and LISTEN_PID are set
    #[arg(long, conflicts_with = "attach")]
    pub(crate) pass_socket: bool,
    /// The longest to wait for anything: 10, 1.5s, 500ms
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = DEFAULT_TIMEOUT)]
    pub(crate) timeout: Duration,
    /// The marker event that follows every vector, for listeners that drop names they do not know
    /// or demand parameters: 'NAME param={tag} other=value'; without {tag}, a parameter tag is
    /// added
    #[arg(long, value_name = "EVENT", default_value = fence::DEFAULT_NAME)]
    pub(crate) fence: FenceTemplate,
    /// Another name for the event that is sent, E_TEST in the corpus, for listeners that drop names
    /// they do not know
    #[arg(long, value_name = "NAME", value_parser = event_name)]
    pub(crate) event: Option<String>,
    /// What starts the subject. {socket}, {host}, {port} and {path} in it are replaced; EVDG_SOCKET
    /// and EVDG_DIALECT are set in its environment
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A RATE is a number of datagrams a second (500, 20k, 1.5M), burst:100/10ms (100 at once, every 10 ms), ramp:1k-20k \
    (from one to the other), or square:1k-20k/500ms (half of the period at each). Without --rate, the highest rate without loss is \
    searched for: it doubles until something is lost, then halves the gap, then confirms what is left."
)]
pub(crate) struct BenchArgs {
    /// Send at this rate; without it, search for the highest rate without loss
    #[arg(long, value_name = "RATE", value_parser = shape)]
    pub(crate) rate: Option<Shape>,
    /// How long to send: at the rate, or in each trial of a search [default: 10s, or 2s]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) duration: Option<Duration>,
    /// How long to send before, without counting
    #[arg(long, value_name = "TIME", value_parser = duration_or_zero, default_value = "1s")]
    pub(crate) warm_up: Duration,
    /// The dialects to send, one after the other
    #[arg(long = "dialect", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect(), default_value = "text")]
    pub(crate) dialects: Vec<Dialect>,
    /// Which sockets to send over, one after the other
    #[arg(long, value_enum, default_value_t = Sockets::Both)]
    pub(crate) socket: Sockets,
    /// Send the events of this file in turn: JSON lines, each an event, or a capture with
    /// datagram_hex; - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// Make datagrams as long as this, in bytes; several lengths go in turn
    #[arg(long = "size", value_name = "BYTES", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..=65_507))]
    pub(crate) sizes: Vec<u32>,
    /// How to hand datagrams to the kernel
    #[arg(long, value_enum, default_value_t = Sending::Segments)]
    pub(crate) send: Sending,
    /// Do without a listener: a bare socket that this program reads, for what the machine can carry
    #[arg(long, conflicts_with_all = ["attach", "pass_socket", "command"])]
    pub(crate) sink: bool,
    /// Begin the search at this rate
    #[arg(long, value_name = "RATE", value_parser = plain_rate, default_value = "1k", conflicts_with = "rate")]
    pub(crate) from: f64,
    /// Try no higher rate in the search
    #[arg(long, value_name = "RATE", value_parser = plain_rate, default_value = "2M", conflicts_with = "rate")]
    pub(crate) to: f64,
    /// How often the rate that is found has to go without loss
    #[arg(long, value_name = "NUMBER", default_value = "3", conflicts_with = "rate", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) confirm: u32,
    /// Fail if a greater part of the datagrams is lost, such as 0.1%; a smaller loss passes then
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) max_loss: Option<f64>,
    /// Fail if the 99th percentile of the latency is longer: 5ms, 800us
    #[arg(long, value_name = "TIME", value_parser = latency)]
    pub(crate) max_p99: Option<Duration>,
    /// Fail if fewer datagrams a second are delivered, or found without loss; a rate that is not
    /// reached passes then
    #[arg(long, value_name = "RATE", value_parser = plain_rate)]
    pub(crate) min_rate: Option<f64>,
    /// Also write a report into a file: json=FILE, html=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(BenchFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<BenchFormat>>,
    /// Send nothing: add up the JSON reports of several machines that sent at the same time, each
    /// at a set rate
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = [
        "rate", "duration", "warm_up", "dialects", "socket", "events", "sizes", "send", "sink", "from", "to", "confirm", "attach", "pass_socket",
        "timeout", "fence", "event", "command",
    ])]
    pub(crate) merge: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
}

/// How datagrams are passed to the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sending {
    /// A call for each, as a server does
    Single,
    /// A call for all that are due
    Many,
    /// The same, and over UDP one piece for those of equal length
    Segments,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum BenchFormat {
    Json,
    Html,
}

impl BenchFormat {
    const ALL: &[(&str, Self)] = &[("json", Self::Json), ("html", Self::Html)];
}

#[derive(Debug, Args)]
#[command(
    after_help = "The seed decides all cases: the same seed sends the same. What fails is tried in ever simpler forms, and grouped by \
    its cause. The search goes on: faults that were found predict how the subject fails, and only what they do not predict is a new \
    finding. The simplest case of each cause is printed with the command that sends just that again. Departures from what listeners \
    should do are counted, and fail with --strict alone."
)]
pub(crate) struct FuzzArgs {
    /// The dialect of the datagrams
    #[arg(long, value_name = "DIALECT", value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
    /// Over which sockets, one after the other, all cases over each; without, over unix where there
    /// is such a thing
    #[arg(long, value_enum, conflicts_with = "parser")]
    pub(crate) socket: Option<Sockets>,
    /// Try so many cases, each a datagram or a sequence; without, and without --time, 100000
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) cases: Option<u64>,
    /// Try cases for so long in all: 60s, 10m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// End at the first cause that is found
    #[arg(long)]
    pub(crate) first: bool,
    /// What decides the cases, and the tags of the fences; without, something new each time
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Send cases to so many instances of the subject at a time
    #[arg(
        long,
        value_name = "NUMBER",
        default_value = "1",
        conflicts_with = "attach"
    )]
    pub(crate) jobs: NonZero<usize>,
    /// Send one of several equal parts of the cases: 1/4 is the first of four
    #[arg(long, value_name = "INDEX/COUNT", value_parser = shard)]
    pub(crate) shard: Option<ShardArg>,
    /// Cut datagrams to this length, in bytes
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_size: Option<u32>,
    /// Let departures from what listeners should do fail, too
    #[arg(long)]
    pub(crate) strict: bool,
    /// A list of known failures, as for evdg test: their causes are no findings
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
    /// Write what is found as a vector file, whose topic is the file's name without its extension;
    /// evdg test --vectors FILE runs it
    #[arg(long, value_name = "FILE", value_parser = vector_file)]
    pub(crate) save: Option<VectorFileArg>,
    /// Keep what is found in this folder, a vector file each, and try first what lies there; it is
    /// made if it is not there
    #[arg(long, value_name = "FOLDER")]
    pub(crate) finds: Option<PathBuf>,
    /// Also write a report into a file: html=FILE, json=FILE, junit=FILE, markdown=FILE, tap=FILE
    /// (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(&ReportFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<ReportFormat>>,
    /// Try just this datagram, or sequence of datagrams with commas between them, in hex
    #[arg(long, value_name = "HEX[,HEX...]", value_parser = datagrams, conflicts_with_all = [
        "cases", "time", "first", "seed", "jobs", "shard", "max_size", "known", "save", "finds", "reports",
    ])]
    pub(crate) replay: Option<Datagrams>,
    /// The command is a parser: datagrams on standard input, one a line in hex, and an answer for
    /// each
    #[arg(long, conflicts_with_all = ["attach", "pass_socket"])]
    pub(crate) parser: bool,
    #[command(flatten)]
    pub(crate) subject: SubjectArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sockets {
    /// UDP over IPv4
    Udp,
    /// UDP over IPv6
    Udp6,
    /// UNIX datagrams
    Unix,
    /// UDP over IPv4, then UNIX datagrams
    Both,
}

impl TestArgs {
    /// Returns the dialects to test. The default depends on the subject; vector files and earlier
    /// failures have their own.
    pub(crate) fn dialects(&self) -> &[Dialect] {
        let is_built_in = self.subject.command.is_empty() && self.subject.attach.is_none();
        let has_dialects = !self.select.source.files.is_empty() || self.rerun.is_some();
        match &self.dialects[..] {
            [] if is_built_in || has_dialects => Dialect::ALL,
            [] => &[Dialect::Text],
            chosen => chosen,
        }
    }
}

impl Sockets {
    pub(crate) fn kinds(self) -> Vec<SocketKind> {
        match self {
            Self::Udp => vec![SocketKind::Udp],
            Self::Udp6 => vec![SocketKind::Udp6],
            Self::Unix => vec![SocketKind::Unix],
            Self::Both => vec![SocketKind::Udp, SocketKind::Unix],
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// JSON reports of whole runs of evdg test, or of load tests of evdg bench; of one subject, the
    /// earliest first
    #[arg(required = true, num_args = 2.., value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// All are runs of one subject, under whatever name and command
    #[arg(long)]
    pub(crate) same_subject: bool,
    /// Also write the comparison into a file: html=FILE, markdown=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(CompareFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<CompareFormat>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum CompareFormat {
    Html,
    Markdown,
}

impl CompareFormat {
    const ALL: &[(&str, Self)] = &[("html", Self::Html), ("markdown", Self::Markdown)];
}

#[derive(Debug, Args)]
pub(crate) struct MergeArgs {
    /// JSON reports of all parts of one run, in any order; or one of a whole run
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Also write a report into a file: html=FILE, json=FILE, junit=FILE, markdown=FILE, tap=FILE,
    /// github=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(&ReportFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<ReportFormat>>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// How much of the results of a run is printed.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Print every failure in full, instead of one of each cause
    #[arg(long)]
    pub(crate) verbose: bool,
    /// Print only the counts, the diagnosis, the verdict and errors
    #[arg(long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

impl OutputArgs {
    pub(crate) fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Summary,
            (_, true) => Detail::All,
            _ => Detail::OnePerCause,
        }
    }
}

#[derive(Debug, Args)]
#[command(
    after_help = "On a terminal each event is laid out for a person, and the end (Ctrl-C) brings counts. Into a pipe or a file go the \
    JSON lines of the contract, the start line first. A PATTERN may have * and ?; case does not matter. Where a service manager \
    hands over a bound socket as descriptor 3 (LISTEN_FDS, LISTEN_PID), that one is used."
)]
pub(crate) struct ListenArgs {
    /// Where: udp:ADDRESS:PORT, unix:PATH or /PATH; port 0 takes any free one
    #[arg(env = "EVDG_SOCKET")]
    pub(crate) socket: Option<String>,
    /// The dialects of the datagrams; with both, each datagram is read in the one that it looks
    /// like
    #[arg(long = "dialect", env = "EVDG_DIALECT", value_name = "DIALECT", value_delimiter = ',', value_parser = dialect(), default_values = ["text", "jsonrpc"])]
    pub(crate) dialects: Vec<Dialect>,
    /// Show only events of this name (repeatable: any of them)
    #[arg(long = "name", value_name = "PATTERN")]
    pub(crate) names: Vec<String>,
    /// Show only events with a parameter of this name, and of this value if there is one: ip,
    /// ip=192.168.* (repeatable: all of them)
    #[arg(long = "param", value_name = "PATTERN[=PATTERN]")]
    pub(crate) params: Vec<String>,
    /// How to show events; without, text on a terminal and JSON lines elsewhere
    #[arg(long, value_enum)]
    pub(crate) format: Option<ListenFormat>,
    /// The permissions of a UNIX socket, in octal: 660 lets its group send, too
    #[arg(long, value_name = "MODE", value_parser = file_mode)]
    pub(crate) mode: Option<u32>,
}

/// How `evdg listen` shows events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListenFormat {
    /// Laid out for a person
    Text,
    /// The JSON lines of the contract
    Json,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A PARAM is a string, with name=value or without a name; =value where the value itself holds =. After := stands \
    an integer or null: count:=-1, or :=5 without a name. All else goes through JSON lines. What a server would refuse, or a \
    listener read differently, is sent with a note. With --keep-going the status is 1 if anything was not sent."
)]
pub(crate) struct SendArgs {
    /// Where to: udp:ADDRESS:PORT, unix:PATH or /PATH
    pub(crate) socket: String,
    /// The name of the event; without it, JSON lines are read, an event each
    pub(crate) name: Option<OsString>,
    /// Its parameters in order: name=value, or value alone
    #[arg(value_name = "PARAM")]
    pub(crate) params: Vec<OsString>,
    /// Read the JSON lines from this file instead of standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "captures"])]
    pub(crate) lines: Option<PathBuf>,
    /// Send the datagram_hex of each JSON line of this file as it is, as `evdg capture` writes
    /// them; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["name", "dialect"])]
    pub(crate) captures: Option<PathBuf>,
    /// The dialect to write
    #[arg(long, value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
    /// Send so many datagrams a second: 500, 20k; without, each as soon as it can be sent
    #[arg(long, value_name = "RATE", value_parser = plain_rate)]
    pub(crate) rate: Option<f64>,
    /// Send at the pace of the captures: as much time lies between two of them as between their
    /// times. Those without a time follow at once
    #[arg(long, requires = "captures", conflicts_with = "rate")]
    pub(crate) pace: bool,
    /// Go on as servers do: count what cannot be sent at once, and send the next
    #[arg(long, conflicts_with = "timeout")]
    pub(crate) keep_going: bool,
    /// The longest to wait while the socket takes nothing: 10, 1.5s, 500ms
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s")]
    pub(crate) timeout: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct DecodeArgs {
    /// Take one datagram of plain bytes instead of lines in hex
    #[arg(long)]
    pub(crate) raw: bool,
    /// The dialect of the datagrams; without it, each is read in the one that it looks like
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect())]
    pub(crate) dialect: Option<Dialect>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "An error is what a listener must reject, or what no release of OpenSIPS writes; everything else is a note. Each kind is \
    counted, and its first datagram is shown. JSON lines are those of `evdg capture`, or any others with datagram_hex. \
    The status is 1 if there is an error, and 4 if no datagram was read."
)]
pub(crate) struct LintArgs {
    /// What to read: a socket, udp:ADDRESS:PORT or unix:PATH, in the place of a listener, until
    /// Ctrl-C; a packet capture, pcap or pcapng; JSON lines; - for standard input
    #[arg(value_name = "SOCKET|FILE|-")]
    pub(crate) input: PathBuf,
    /// Read all datagrams in this dialect; without, each in the one that it looks like
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect())]
    pub(crate) dialect: Option<Dialect>,
    /// Take only datagrams from or to this port of a packet capture
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Also write a report into a file: json=FILE (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report(LintFormat::ALL))]
    pub(crate) reports: Vec<ReportArg<LintFormat>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum LintFormat {
    Json,
}

impl LintFormat {
    const ALL: &[(&str, Self)] = &[("json", Self::Json)];
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The id of a requirement or of a vector, such as T7 or quote-event-inside
    #[arg(value_name = "REQUIREMENT|VECTOR")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) corpus: CorpusArgs,
}

#[derive(Debug, Args)]
pub(crate) struct EncodeArgs {
    /// Take one line, and give one datagram of plain bytes instead of lines in hex
    #[arg(long)]
    pub(crate) raw: bool,
    /// The dialect to write
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect(), default_value = "text")]
    pub(crate) dialect: Dialect,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VectorsCommand {
    /// List vectors, one a line
    List(MemberArgs),
    /// Show vectors whole: bytes, expectation, reason
    Show {
        /// The ids, or anything else that --filter takes
        #[arg(required = true, value_name = "PATTERN")]
        patterns: Vec<String>,
        #[command(flatten)]
        source: CorpusArgs,
    },
    /// Write vectors into a new folder, for other test suites: bytes as files, expectations as
    /// JSON, their schema, the sets
    Export {
        /// The folder: new, or empty
        folder: PathBuf,
        #[command(flatten)]
        members: MemberArgs,
    },
    /// The same as `evdg capture`
    Import(CaptureArgs),
    /// Check the corpus: its form, and every expectation against the reference decoder
    Check {
        /// The same as --corpus
        #[arg(value_name = "FOLDER", hide = true, conflicts_with = "corpus")]
        folder: Option<PathBuf>,
        #[command(flatten)]
        source: CorpusArgs,
    },
}
