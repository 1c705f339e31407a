use serde::Serialize;

/// What can be found in a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// It is no event.
    Malformed,
    /// Its bytes differ from what any release writes for the event.
    NotWritten,
    /// Its event name is longer than servers accept.
    LongEventName,
    /// JSON-RPC: an integer is outside the range of servers.
    WideInteger,
    /// Text: it is longer than the buffer of senders.
    OverBuffer,
    /// Text: what stands before the first `::` is not plain.
    NameOrValue,
    /// Text: a value is quoted on one line.
    QuotedLine,
    /// Text: a quoted value ends in a backslash.
    BackslashLast,
    /// Text: a value begins with a quote that nothing closes.
    OpenQuote,
    /// Text: a line begins with `::`.
    LeadingSeparator,
    /// A value holds what looks like another parameter.
    ForgedParameter,
    /// Text: a value holds a character at which some listeners end a line or a string.
    ControlCharacter,
    /// Text: a negative integer is written as an unsigned one.
    WrappedInteger,
    /// Text: the last line has no line feed.
    UnfinishedLine,
    /// JSON-RPC: the event has no name.
    EmptyEventName,
    /// JSON-RPC: a listener may refuse the object that holds the event.
    OddRequest,
    /// JSON-RPC: the datagram is a batch.
    Batch,
    /// JSON-RPC: the datagram holds what no event holds.
    NoEventValue,
    /// JSON-RPC: a key is empty.
    EmptyKey,
    /// A name repeats.
    DuplicateName,
    /// Some bytes are not UTF-8.
    NotUtf8,
    /// The event name departs from the recommended form.
    EventNameForm,
    /// Its size is just below the limit above which the sender loses the event.
    NearLimit,
    /// It is longer than a UNIX datagram of macOS.
    OverMacosUnix,
    /// It is longer than a UDP datagram of macOS.
    OverMacosUdp,
    /// It is longer than the documented maximum.
    OverDocumentedSize,
    /// It is longer than a UDP datagram.
    OverUdp,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// A listener must reject the datagram, or no release writes it.
    Error,
    /// A listener may misread, refuse or lose it.
    Note,
}

/// The description of a kind.
struct Description {
    slug: &'static str,
    severity: Severity,
    requirements: &'static [&'static str],
    sentence: &'static str,
}

impl Kind {
    /// Every kind, errors first.
    pub const ALL: [Self; 27] = [
        Self::Malformed,
        Self::NotWritten,
        Self::LongEventName,
        Self::WideInteger,
        Self::OverBuffer,
        Self::NameOrValue,
        Self::QuotedLine,
        Self::BackslashLast,
        Self::OpenQuote,
        Self::LeadingSeparator,
        Self::ForgedParameter,
        Self::ControlCharacter,
        Self::WrappedInteger,
        Self::UnfinishedLine,
        Self::EmptyEventName,
        Self::OddRequest,
        Self::Batch,
        Self::NoEventValue,
        Self::EmptyKey,
        Self::DuplicateName,
        Self::NotUtf8,
        Self::EventNameForm,
        Self::NearLimit,
        Self::OverMacosUnix,
        Self::OverMacosUdp,
        Self::OverDocumentedSize,
        Self::OverUdp,
    ];

    /// Returns a name that never changes.
    pub const fn slug(self) -> &'static str {
        self.description().slug
    }

    /// Returns how bad it is.
    pub const fn severity(self) -> Severity {
        self.description().severity
    }

    /// Returns the requirements by which listeners read such datagrams, of either dialect.
    pub const fn requirements(self) -> &'static [&'static str] {
        self.description().requirements
    }

    /// Returns a sentence for whoever runs the sender.
    pub const fn sentence(self) -> &'static str {
        self.description().sentence
    }

    const fn description(self) -> Description {
        match self {
            Self::Malformed => error(
                "malformed",
                &["T1", "T18", "J1", "J14"],
                "the datagram is no event, and listeners reject it",
            ),
            Self::NotWritten => error(
                "not-written",
                &[],
                "no release of OpenSIPS writes these bytes",
            ),
            Self::LongEventName => error(
                "long-event-name",
                &[],
                "the event name has more than 64 bytes, and servers refuse to raise it",
            ),
            Self::WideInteger => error(
                "wide-integer",
                &["J10"],
                "an integer is outside of 32 bits, in which servers keep integers; beyond 2^53 many parsers lose digits",
            ),
            Self::OverBuffer => error(
                "over-buffer",
                &[],
                "the datagram is longer than the buffer of 16384 bytes, and no server of this dialect sends it",
            ),
            Self::NameOrValue => note(
                "name-or-value",
                &["T6"],
                "what stands before the first `::` is not plain: it is a name, or the beginning of a value without a name",
            ),
            Self::QuotedLine => note(
                "quoted-line",
                &["T9"],
                "a value in quotes on one line is read with its quotes or without them",
            ),
            Self::BackslashLast => note(
                "backslash-last",
                &["T10"],
                "a quoted value ends in a backslash, which many listeners take for an escape of the closing quote: they read beyond the value, or split it into lines",
            ),
            Self::OpenQuote => note(
                "open-quote",
                &["T8"],
                "a value begins with a quote that does not enclose it; some listeners reject it or lose the parameters behind it",
            ),
            Self::LeadingSeparator => note(
                "leading-separator",
                &["T5"],
                "a line begins with `::`: it is a value without a name, and some listeners report an empty name",
            ),
            Self::ForgedParameter => note(
                "forged-parameter",
                &["T7", "J1", "J3"],
                "a value holds what looks like parameters: a listener that splits or searches before it handles quotes reports them",
            ),
            Self::ControlCharacter => note(
                "control-character",
                &["T11"],
                "a name or value holds a carriage return, a NUL or the like, at which some listeners end a line or a string",
            ),
            Self::WrappedInteger => note(
                "wrapped-integer",
                &["T12"],
                "a negative integer is written as an unsigned one, so that -1 is 18446744073709551615",
            ),
            Self::UnfinishedLine => note(
                "unfinished-line",
                &["T17"],
                "the last line has no line feed: listeners may read the event or refuse the datagram",
            ),
            Self::EmptyEventName => note(
                "empty-event-name",
                &["J11"],
                "the event has an empty name: listeners may read it or refuse it",
            ),
            Self::OddRequest => note(
                "odd-request",
                &["J11", "J13"],
                "the object is no plain notification: listeners may read it or refuse it",
            ),
            Self::Batch => note(
                "batch",
                &["J12"],
                "the datagram is a batch: listeners may read its objects or refuse it",
            ),
            Self::NoEventValue => note(
                "no-event-value",
                &["J13"],
                "the datagram holds what no event holds: listeners may read it or refuse it",
            ),
            Self::EmptyKey => note(
                "empty-key",
                &["J8"],
                "a parameter has an empty name, and some listeners drop it or report no name",
            ),
            Self::DuplicateName => note(
                "duplicate-name",
                &["T14", "J7"],
                "a name repeats: listeners that keep parameters in a map lose one",
            ),
            Self::NotUtf8 => note(
                "not-utf8",
                &["T13", "J9"],
                "some bytes are not UTF-8: listeners may replace them, or refuse the datagram",
            ),
            Self::EventNameForm => note(
                "event-name-form",
                &[],
                "the event name departs from the recommended form E_MODULE_NAME_EXTRA_NAME",
            ),
            Self::NearLimit => note(
                "near-limit",
                &[],
                "the size is within 1024 bytes of what servers can send: a little longer, and the event is lost",
            ),
            Self::OverMacosUnix => note(
                "over-macos-unix",
                &["T15"],
                "the datagram is longer than 2048 bytes, the most that macOS sends over a UNIX socket by default",
            ),
            Self::OverMacosUdp => note(
                "over-macos-udp",
                &["T15"],
                "the datagram is longer than 9216 bytes, the most that macOS sends over UDP by default",
            ),
            Self::OverDocumentedSize => note(
                "over-documented-size",
                &["T16"],
                "the datagram is longer than 65457 bytes, the documented maximum: listeners may refuse it",
            ),
            Self::OverUdp => note(
                "over-udp",
                &[],
                "the datagram is longer than 65507 bytes: it fits a UNIX socket, and no UDP datagram",
            ),
        }
    }
}

const fn error(
    slug: &'static str,
    requirements: &'static [&'static str],
    sentence: &'static str,
) -> Description {
    Description {
        slug,
        severity: Severity::Error,
        requirements,
        sentence,
    }
}

const fn note(
    slug: &'static str,
    requirements: &'static [&'static str],
    sentence: &'static str,
) -> Description {
    Description {
        slug,
        severity: Severity::Note,
        requirements,
        sentence,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::vectors::Corpus;

    #[test]
    fn every_kind_has_its_own_slug_and_errors_come_first() {
        let slugs: HashSet<_> = Kind::ALL.map(Kind::slug).into();
        assert_eq!(slugs.len(), Kind::ALL.len());
        let places = Kind::ALL.map(|kind| kind as usize);
        assert!(places.is_sorted_by(|one, other| one < other));
        let severities = Kind::ALL.map(|kind| kind.severity() == Severity::Note);
        assert!(severities.is_sorted());
    }

    #[test]
    fn kinds_name_requirements_of_the_corpus() {
        let corpus = Corpus::embedded().expect("it is sound");
        for id in Kind::ALL.iter().flat_map(|kind| kind.requirements()) {
            assert!(corpus.requirement(id).is_some(), "{id}");
        }
    }
}
