use event_datagram::jsonrpc::{self, sender::Release};
use event_datagram::{EventBuf, MAX_UDP_PAYLOAD, text};

use crate::contract::{append_event_line, error_line};
use crate::named_enum::named_enum;

/// The length of an event's name in bytes above which servers refuse to raise the event.
const MAX_EVENT_NAME: usize = 64;

named_enum! {
    /// The form of a datagram.
    Dialect {
        /// Lines of text, as OpenSIPS up to 3.0 sends them.
        Text = "text",
        /// JSON-RPC notifications, as OpenSIPS 3.1 and later send them.
        JsonRpc = "jsonrpc",
    }
}

impl Dialect {
    /// Detects the dialect of a datagram. JSON-RPC starts with `{`, perhaps after white space, and
    /// no built-in event of OpenSIPS starts so in the text dialect.
    pub fn detect(datagram: &[u8]) -> Self {
        match datagram.trim_ascii_start().first() {
            Some(b'{') => Self::JsonRpc,
            _ => Self::Text,
        }
    }

    /// Returns `named` if it is a dialect, or else detects the dialect of the datagram.
    pub fn or_detect(named: Option<Self>, datagram: &[u8]) -> Self {
        named.unwrap_or_else(|| Self::detect(datagram))
    }

    /// Returns the releases of OpenSIPS that send this dialect.
    pub const fn releases(self) -> &'static str {
        match self {
            Self::Text => "1.7 to 3.0",
            Self::JsonRpc => "3.1 and later",
        }
    }

    /// Returns the other dialect.
    pub const fn other(self) -> Self {
        match self {
            Self::Text => Self::JsonRpc,
            Self::JsonRpc => Self::Text,
        }
    }

    /// Returns the dialects of a run and the releases that send them, such as `text, OpenSIPS 1.7
    /// to 3.0; for 3.1 and later: --dialect jsonrpc`.
    pub fn list_with_releases(dialects: &[Self]) -> String {
        let each = dialects
            .iter()
            .map(|dialect| format!("{dialect}, OpenSIPS {}", dialect.releases()));
        let mut words = each.collect::<Vec<_>>().join("; ");
        if let [one] = dialects {
            let other = one.other();
            let releases = other.releases();
            words.push_str(&format!("; for {releases}: --dialect {other}"));
        }
        words
    }

    /// Decodes a datagram by the rulings, and returns the line of the reporting contract for it,
    /// without the line feed.
    pub fn report_line(self, datagram: &[u8]) -> Vec<u8> {
        let mut line = Vec::new();
        self.append_report_line(datagram, &mut line);
        line
    }

    /// Appends the line that [`report_line`](Self::report_line) returns.
    pub fn append_report_line(self, datagram: &[u8], lines: &mut Vec<u8>) {
        let rejected = match self {
            Self::Text => text::decode(datagram)
                .map(|event| append_event_line(&event, lines))
                .map_err(|error| error.to_string()),
            Self::JsonRpc => jsonrpc::decode(datagram)
                .map(|event| append_event_line(&event, lines))
                .map_err(|error| error.to_string()),
        };
        if let Err(why) = rejected {
            lines.extend(error_line(&why));
        }
    }

    /// Decodes a datagram by the rulings.
    ///
    /// # Errors
    ///
    /// If the datagram is malformed. The message says why, and at which byte.
    pub fn decode(self, datagram: &[u8]) -> Result<EventBuf, String> {
        match self {
            Self::Text => text::decode(datagram)
                .map(|event| EventBuf::from_event(&event))
                .map_err(|error| error.to_string()),
            Self::JsonRpc => jsonrpc::decode(datagram)
                .map(|event| EventBuf::from_event(&event))
                .map_err(|error| error.to_string()),
        }
    }

    /// Encodes an event byte for byte as OpenSIPS does, whether or not it reads back the same: text
    /// as 1.8 to 3.0 do, JSON-RPC as 3.4 to 4.0 do.
    ///
    /// # Errors
    ///
    /// If the datagram would be too long.
    pub fn encode(self, event: &EventBuf) -> Result<Vec<u8>, String> {
        let mut datagram = Vec::new();
        match self {
            Self::Text => text::sender::encode_to_vec(event, &mut datagram)
                .map_err(|error| error.to_string())?,
            Self::JsonRpc => jsonrpc::sender::encode_to_vec(Release::V3_4, event, &mut datagram)
                .map_err(|error| error.to_string())?,
        };
        Ok(datagram)
    }

    /// Returns sentences that say in which way the datagram of an event decodes to something else,
    /// and why real servers refuse or lose the event.
    pub fn caveats(self, event: &EventBuf) -> Vec<String> {
        let (size, loss) = match self {
            Self::Text => (
                text::sender::size(event),
                text::sender::check(event)
                    .err()
                    .map(|loss| loss.to_string()),
            ),
            Self::JsonRpc => (
                jsonrpc::sender::size(Release::V3_4, event),
                jsonrpc::sender::check(event)
                    .err()
                    .map(|loss| loss.to_string()),
            ),
        };
        let loss = loss.map(|loss| format!("reads back differently: {loss}"));
        loss.into_iter()
            .chain(self.refusals(&event.name, size))
            .collect()
    }

    /// Returns sentences that say why real servers refuse or lose an event with this name whose
    /// datagram has this size.
    pub fn refusals(self, name: &[u8], size: usize) -> impl Iterator<Item = String> {
        let length = name.len();
        let is_refused = (length > MAX_EVENT_NAME).then(|| {
            format!("event name of {length} bytes: servers refuse more than {MAX_EVENT_NAME}")
        });
        let most = match self {
            Self::Text => text::sender::BUFFER,
            Self::JsonRpc => MAX_UDP_PAYLOAD,
        };
        let is_lost = (size > most).then(|| match self {
            Self::Text => format!("{size} bytes: servers lose what is longer than {most}"),
            Self::JsonRpc => format!("{size} bytes: UDP carries no more than {most}"),
        });
        [is_refused, is_lost].into_iter().flatten()
    }
}
