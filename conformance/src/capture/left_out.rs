/// Why a packet or a datagram of a capture was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOut {
    /// The capture has only the beginning of the datagram.
    Truncated,
    /// A fragment of the datagram is missing, or its fragments do not fit together.
    Incomplete,
    /// The packet is of an unsupported link type.
    UnsupportedLink,
    /// The packet is of an interface that the capture does not describe.
    UndescribedInterface,
    /// The packet is in a block of an early form of pcapng.
    ObsoleteBlock,
    /// The packet is encrypted.
    Encrypted,
    /// A header of the packet is damaged or truncated.
    MalformedHeader,
    /// The packet is no IP packet.
    NotIp,
    /// The packet is an IP packet, but has no UDP datagram.
    NotUdp,
    /// The datagram is neither from nor to the selected port.
    OtherPort,
}

impl LeftOut {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::Truncated,
        Self::Incomplete,
        Self::UnsupportedLink,
        Self::UndescribedInterface,
        Self::ObsoleteBlock,
        Self::Encrypted,
        Self::MalformedHeader,
        Self::NotIp,
        Self::NotUdp,
        Self::OtherPort,
    ];

    /// Returns the reason in words, which follow a count.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => {
                "of which the capture holds only the beginning: capture with a greater snapshot length"
            }
            Self::Incomplete => "of which fragments are missing or do not fit",
            Self::UnsupportedLink => "of a network of an unsupported kind",
            Self::UndescribedInterface => "of an interface that the capture does not describe",
            Self::ObsoleteBlock => {
                "in obsolete packet blocks of pcapng: convert the capture with `editcap`"
            }
            Self::Encrypted => "encrypted",
            Self::MalformedHeader => "with a header that is damaged or cut off",
            Self::NotIp => "not of IP",
            Self::NotUdp => "of IP, and not of UDP",
            Self::OtherPort => "of other ports",
        }
    }
}
