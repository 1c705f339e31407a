//! The socket syntax of `event_datagram`: where a server sends events and where a listener binds.
//!
//! This is grammar, not I/O: nothing here opens a socket, resolves a name or looks at files.

use core::error::Error;
use core::fmt::{self, Display, Formatter, Write as _};
use core::hash::{Hash, Hasher};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use self::SocketErrorKind as Kind;

/// The longest label of a [`HostName`].
const MAX_LABEL: usize = 63;

/// Names a datagram socket, in the syntax of the `event_datagram` module.
///
/// # Syntax
///
/// - `unix:` *path*, or *path* alone if it starts with `/`. The documentation allows any bare path.
///   This crate requires `unix:` in front of all others, so that `upd:127.0.0.1:80` is an error and
///   not a file name.
/// - `udp:` *host* `:` *port*. The host is an IPv4 address, an IPv6 address in brackets or a
///   [name](HostName). Servers send to IPv4 only and cannot read brackets; other senders can.
/// - The scheme is in lower case: servers compare it byte for byte.
/// - The port is 0 to 65535, in digits without a leading zero. Servers refuse 0: it is for binding.
///
/// # Equality
///
/// Two sockets are equal if their canonical texts are equal. [`Display`] writes the canonical text:
/// `unix:` in front (some servers refuse a bare path), IPv6 at its shortest, names in lower case.
/// Paths are compared byte for byte and names are not resolved, so unequal sockets may still lead
/// to one place.
///
/// # Examples
///
/// ```
/// use event_datagram::{Host, Socket};
///
/// let socket = Socket::parse("udp:127.0.0.1:8081")?;
/// assert_eq!(socket, Socket::Udp { host: Host::Ipv4([127, 0, 0, 1].into()), port: 8081 });
/// assert_eq!(Socket::parse("/tmp/event.sock")?.to_string(), "unix:/tmp/event.sock");
/// assert_eq!(Socket::parse("udp:[::0:1]:5")?.to_string(), "udp:[::1]:5");
/// # Ok::<(), event_datagram::ParseSocketError>(())
/// ```
#[expect(clippy::exhaustive_enums, reason = "callers serve both kinds")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Socket<'a> {
    /// A UNIX datagram socket in the file system.
    Unix(UnixPath<'a>),
    /// A UDP socket.
    Udp {
        /// The address to bind or to send to.
        host: Host<'a>,
        /// The port; see [`Socket::is_any_port`] for 0.
        port: u16,
    },
}

impl<'a> Socket<'a> {
    /// Parses a socket; its path or host name borrows from `text`. Nothing is trimmed.
    ///
    /// # Errors
    ///
    /// Where `text` breaks the [syntax](Self#syntax); [`SocketErrorKind`] lists the ways.
    ///
    /// # Examples
    ///
    /// ```
    /// use event_datagram::Socket;
    ///
    /// let error = Socket::parse("udp:127.0.0.1:65536").unwrap_err();
    /// assert_eq!(error.to_string(), "port is above 65535, at byte 14");
    /// ```
    pub fn parse(text: &'a str) -> Result<Self, ParseSocketError> {
        let (scheme, parsed) = if let Some(path) = text.strip_prefix("unix:") {
            ("unix:", UnixPath::new(path).map(Self::Unix))
        } else if let Some(rest) = text.strip_prefix("udp:") {
            ("udp:", parse_udp(rest))
        } else if text.starts_with('/') {
            ("", UnixPath::new(text).map(Self::Unix))
        } else {
            ("", Err(Kind::MissingScheme.at(0)))
        };
        parsed.map_err(|error| error.after(scheme.len()))
    }

    /// Returns whether this is a UDP socket with port 0, which binds to any free port.
    ///
    /// Nothing can be sent to such a socket. `Socket::parse("udp:127.0.0.1:0")` returns one.
    #[must_use]
    pub const fn is_any_port(&self) -> bool {
        matches!(self, Self::Udp { port: 0, .. })
    }
}

/// Writes the canonical text, which parses to an equal socket.
impl Display for Socket<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.as_str()),
            Self::Udp { host, port } => write!(f, "udp:{host}:{port}"),
        }
    }
}

impl<'a> TryFrom<&'a str> for Socket<'a> {
    type Error = ParseSocketError;

    fn try_from(text: &'a str) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

/// Holds the host of a UDP socket.
#[expect(clippy::exhaustive_enums, reason = "there is no fourth kind of host")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Host<'a> {
    /// An IPv4 address: four decimal numbers without leading zeros.
    Ipv4(Ipv4Addr),
    /// An IPv6 address. Zones (`fe80::1%eth0`) are not supported: they mean something locally only.
    Ipv6(Ipv6Addr),
    /// A name, which the caller has to resolve.
    Name(HostName<'a>),
}

/// Writes the host as it stands in a [`Socket`], thus an IPv6 address in brackets.
impl Display for Host<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ipv4(address) => write!(f, "{address}"),
            Self::Ipv6(address) => write!(f, "[{address}]"),
            Self::Name(name) => write!(f, "{name}"),
        }
    }
}

impl From<IpAddr> for Host<'_> {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::Ipv4(address),
            IpAddr::V6(address) => Self::Ipv6(address),
        }
    }
}

/// Holds a host name (RFC 1123, section 2.1) that cannot be taken for an IP address.
///
/// - Labels with dots between them, none at the end, [253 bytes](Self::MAX_LENGTH) in all.
/// - A label has 1 to 63 ASCII letters, digits, hyphens and underscores (not in the RFC, but in
///   use) and neither starts nor ends with a hyphen.
/// - The last label is not a number, decimal or `0x` and hexadecimal: resolvers take `1.2.3` and
///   `0x7f000001` for IPv4 addresses.
///
/// Comparing and hashing ignore ASCII case; [`Display`] writes lower case.
#[derive(Clone, Copy, Debug, Eq)]
pub struct HostName<'a>(&'a str);

impl<'a> HostName<'a> {
    /// The greatest length in bytes, which is what DNS can carry.
    pub const MAX_LENGTH: usize = 253;

    /// Checks and wraps a host name.
    ///
    /// # Errors
    ///
    /// Where `text` breaks a rule of the list above, as every IPv4 address does.
    ///
    /// # Examples
    ///
    /// ```
    /// use event_datagram::HostName;
    ///
    /// assert_eq!(HostName::new("Localhost"), HostName::new("localhost"));
    /// assert!(HostName::new("300.1.1.1").is_err());
    /// ```
    pub fn new(text: &'a str) -> Result<Self, ParseSocketError> {
        let (mut start, mut last) = (0, text);
        for label in text.split('.') {
            check_label(label, start)?;
            (start, last) = (start + label.len() + 1, label);
        }
        if text.len() > Self::MAX_LENGTH {
            Err(Kind::NameTooLong.at(Self::MAX_LENGTH))
        } else if is_number(last) {
            Err(Kind::InvalidIpv4.at(0))
        } else {
            Ok(Self(text))
        }
    }

    /// Returns the name as it was written, upper case included.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl PartialEq for HostName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Hash for HostName<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.0.bytes() {
            state.write_u8(byte.to_ascii_lowercase());
        }
        state.write_u8(0xff); // marks the end: no name holds this byte
    }
}

impl Display for HostName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut letters = self.0.chars();
        letters.try_for_each(|letter| f.write_char(letter.to_ascii_lowercase()))
    }
}

/// Holds the path of a UNIX socket: 1 to [`MAX_LENGTH`](Self::MAX_LENGTH) bytes without NUL.
///
/// All else stands for itself, `:` and spaces too: `unix:@name` is a file, not an abstract socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnixPath<'a>(&'a str);

impl<'a> UnixPath<'a> {
    /// The greatest length in bytes: Linux has 108 for `sun_path`, of which the last is a NUL.
    ///
    /// The BSDs and macOS allow four bytes less; binding to a longer path fails there.
    pub const MAX_LENGTH: usize = 107;

    /// Checks and wraps a path, absolute or relative, without `unix:`.
    ///
    /// # Errors
    ///
    /// Where `text` is empty, holds a NUL or is longer than [`MAX_LENGTH`](Self::MAX_LENGTH).
    ///
    /// # Examples
    ///
    /// ```
    /// use event_datagram::{Socket, UnixPath};
    ///
    /// let path = UnixPath::new("run/event.sock")?;
    /// assert_eq!(Socket::Unix(path).to_string(), "unix:run/event.sock");
    /// # Ok::<(), event_datagram::ParseSocketError>(())
    /// ```
    pub fn new(text: &'a str) -> Result<Self, ParseSocketError> {
        if text.is_empty() {
            return Err(Kind::MissingPath.at(0));
        }
        for (at, letter) in text.char_indices() {
            if letter == '\0' {
                return Err(Kind::NulInPath.at(at));
            }
            if at + letter.len_utf8() > Self::MAX_LENGTH {
                return Err(Kind::PathTooLong.at(at));
            }
        }
        Ok(Self(text))
    }

    /// Returns the path, without `unix:`.
    #[must_use]
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

/// The reason why a text is no socket, host name or path, and the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseSocketError {
    kind: SocketErrorKind,
    offset: usize,
}

impl ParseSocketError {
    /// Returns the reason.
    #[must_use]
    pub const fn kind(&self) -> SocketErrorKind {
        self.kind
    }

    /// Returns where the text is wrong, in bytes from its start; always a character boundary.
    ///
    /// The place is the first character that is not allowed or exceeds a greatest length. If a part
    /// is wrong as a whole (an address, a port out of range), the place is the start of that part.
    /// If a part is missing, the place is where it should stand.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Moves the error right, into a text that has `length` more bytes in front.
    const fn after(self, length: usize) -> Self {
        self.kind.at(self.offset + length)
    }
}

impl Display for ParseSocketError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}, at byte {}", self.kind.message(), self.offset)
    }
}

impl Error for ParseSocketError {}

/// Lists the ways in which a text can fail to be a [`Socket`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocketErrorKind {
    /// Neither `udp:`, `unix:` (in lower case) nor `/` stands in front.
    MissingScheme,
    /// Nothing follows `unix:`.
    MissingPath,
    /// The path holds a NUL.
    NulInPath,
    /// The path is longer than [`UnixPath::MAX_LENGTH`].
    PathTooLong,
    /// The host holds a colon and has no brackets.
    ColonInHost,
    /// No `]:` follows the opening bracket.
    UnclosedBracket,
    /// The text in brackets is no IPv6 address, or one with a zone.
    InvalidIpv6,
    /// The host ends in a number, as only IPv4 addresses may, but is not an IPv4 address.
    InvalidIpv4,
    /// The host name holds a character other than ASCII letters, digits, `-`, `_` and `.`.
    InvalidHostCharacter,
    /// The host is missing, or its name starts or ends with a dot or has two in a row.
    EmptyLabel,
    /// A label of the host name starts or ends with a hyphen.
    HyphenAtLabelEdge,
    /// A label of the host name is longer than 63 bytes.
    LabelTooLong,
    /// The host name is longer than [`HostName::MAX_LENGTH`].
    NameTooLong,
    /// No colon, or nothing after it, follows the host.
    MissingPort,
    /// The port holds something other than a digit.
    InvalidPortCharacter,
    /// The port has a leading zero.
    LeadingZeroInPort,
    /// The port is above 65535.
    PortTooLarge,
}

impl SocketErrorKind {
    const fn at(self, offset: usize) -> ParseSocketError {
        ParseSocketError { kind: self, offset }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::MissingScheme => "no 'udp:', 'unix:' (in lower case) or '/' at the start",
            Self::MissingPath => "path is missing",
            Self::NulInPath => "path holds a NUL",
            Self::PathTooLong => "path is longer than 107 bytes",
            Self::ColonInHost => "colon in host (an IPv6 address needs brackets)",
            Self::UnclosedBracket => "bracket is not followed by ']:' and a port",
            Self::InvalidIpv6 => "brackets hold no IPv6 address (zones are not supported)",
            Self::InvalidIpv4 => "host ends in a number but is not an IPv4 address",
            Self::InvalidHostCharacter => "invalid character in host name",
            Self::EmptyLabel => "host name or a label of it is empty",
            Self::HyphenAtLabelEdge => "label of host name starts or ends with a hyphen",
            Self::LabelTooLong => "label of host name is longer than 63 bytes",
            Self::NameTooLong => "host name is longer than 253 bytes",
            Self::MissingPort => "port is missing",
            Self::InvalidPortCharacter => "port holds something other than a digit",
            Self::LeadingZeroInPort => "port has a leading zero",
            Self::PortTooLarge => "port is above 65535",
        }
    }
}

/// Parses what follows `udp:`. A bracketed host ends at its bracket, any other at the last colon.
fn parse_udp(text: &str) -> Result<Socket<'_>, ParseSocketError> {
    let bracketed = text.strip_prefix('[');
    let split = match bracketed {
        Some(rest) => rest.split_once("]:").ok_or(Kind::UnclosedBracket.at(0)),
        None => text
            .rsplit_once(':')
            .ok_or(Kind::MissingPort.at(text.len())),
    };
    let (host, port) = split?;
    let host = match bracketed {
        Some(_) => Host::Ipv6(host.parse().map_err(|_| Kind::InvalidIpv6.at(1))?),
        None => parse_host(host)?,
    };
    let start = text.len() - port.len();
    let port = parse_port(port).map_err(|error| error.after(start))?;
    Ok(Socket::Udp { host, port })
}

/// Parses a host that is not in brackets.
fn parse_host(text: &str) -> Result<Host<'_>, ParseSocketError> {
    if let Some(at) = text.find(':') {
        return Err(Kind::ColonInHost.at(at));
    }
    match text.parse() {
        Ok(address) => Ok(Host::Ipv4(address)),
        Err(_) => HostName::new(text).map(Host::Name),
    }
}

fn parse_port(text: &str) -> Result<u16, ParseSocketError> {
    if text.is_empty() {
        Err(Kind::MissingPort.at(0))
    } else if let Some(at) = text.find(|letter: char| !letter.is_ascii_digit()) {
        Err(Kind::InvalidPortCharacter.at(at))
    } else if text.len() > 1 && text.starts_with('0') {
        Err(Kind::LeadingZeroInPort.at(0))
    } else {
        text.parse().map_err(|_| Kind::PortTooLarge.at(0)) // digits alone cannot fail otherwise
    }
}

/// Checks the label that starts at byte `start` of a host name.
fn check_label(label: &str, start: usize) -> Result<(), ParseSocketError> {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    let (kind, at) = if label.is_empty() {
        (Kind::EmptyLabel, 0)
    } else if let Some(at) = label.find(|letter| !allowed(letter)) {
        (Kind::InvalidHostCharacter, at)
    } else if label.starts_with('-') {
        (Kind::HyphenAtLabelEdge, 0)
    } else if label.len() > MAX_LABEL {
        (Kind::LabelTooLong, MAX_LABEL)
    } else if label.ends_with('-') {
        (Kind::HyphenAtLabelEdge, label.len() - 1)
    } else {
        return Ok(());
    };
    Err(kind.at(start + at))
}

/// Returns whether resolvers take the last label of a name for a number.
fn is_number(label: &str) -> bool {
    match label.split_at_checked(2) {
        Some(("0x" | "0X", hex)) => hex.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
