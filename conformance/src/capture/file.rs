use std::io::{self, BufReader, Read};
use std::time::Duration;

use flate2::bufread::MultiGzDecoder;
use pcap_parser::traits::PcapNGPacketBlock as _;
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

use super::left_out::LeftOut;

/// Why a capture was not read to its end. The packets that were read before the error are valid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The input is no capture of a supported format.
    #[error("it is neither pcap nor pcapng")]
    Unknown,
    /// The input is compressed, or of another format that is known by its first bytes.
    #[error("it is {0}, and neither pcap nor pcapng: {1}")]
    Other(&'static str, &'static str),
    /// Reading failed.
    #[error("it cannot be read")]
    Unreadable,
    /// The input is compressed, and cannot be unpacked to its end.
    #[error("its compression with gzip is damaged or cut short")]
    DamagedGzip,
    /// The capture ends within a packet.
    #[error("it ends in the middle of packet {packet}: it was cut short")]
    CutShort {
        /// The packet's number, from 1.
        packet: usize,
    },
    /// The capture violates its format.
    #[error("it is damaged at packet {packet}")]
    Damaged {
        /// The number of the next packet, from 1.
        packet: usize,
    },
    /// The consumer of the datagrams returned an error.
    #[error(transparent)]
    PassOn(io::Error),
}

/// One captured packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'f> {
    /// The link type of its interface.
    pub(super) link: Linktype,
    /// When it was captured, if the capture has times.
    timestamp: Option<Timestamp>,
    pub(super) data: &'f [u8],
}

impl Frame<'_> {
    /// Returns the time since the Unix epoch. `None` if there is none, or out of range.
    ///
    /// Computed on demand, because the divisions take long, and the time of most packets is not
    /// used.
    pub(super) fn time(&self) -> Option<Duration> {
        let Timestamp { format, units } = self.timestamp?;
        format.time(units)
    }
}

/// A consumer of the packets of a capture.
pub(super) trait FrameSink {
    /// Takes a packet, or the reason why a packet was left out.
    fn frame(&mut self, frame: Result<Frame<'_>, LeftOut>) -> io::Result<()>;

    /// Called before each read, which may block.
    fn caught_up(&mut self) -> io::Result<()>;
}

/// The initial size of the buffer.
const BUFFER: usize = 1 << 18;
/// The largest block that is read; no packet is longer.
const MAX_BLOCK: usize = 1 << 24;
/// The most interfaces of a section: an endless pipe may describe any number of them.
const MAX_INTERFACES: usize = 1 << 16;
/// The length of the longest start of another format.
const LONGEST_START: usize = 8;
/// The length of the header of a pcap file.
const PCAP_HEADER: usize = 24;
/// The first bytes of gzip data.
const GZIP: &[u8] = b"\x1f\x8b";
/// The block type of the first block of a pcapng file, which is the same in both byte orders.
const SECTION_HEADER: &[u8] = b"\x0a\x0d\x0d\x0a";
/// The block type of packets in an early form of pcapng.
const OBSOLETE_PACKET: u32 = 2;

/// The first bytes of other formats, the name of each, and what the user can do.
const OTHER_FORMATS: [(&[u8], &str, &str); 7] = [
    (
        b"\x28\xb5\x2f\xfd",
        "compressed with zstd",
        "pipe it through `zstd -dc`",
    ),
    (
        b"\xfd7zXZ\0",
        "compressed with xz",
        "pipe it through `xz -dc`",
    ),
    (
        b"BZh",
        "compressed with bzip2",
        "pipe it through `bzip2 -dc`",
    ),
    (
        b"\x04\x22\x4d\x18",
        "compressed with lz4",
        "pipe it through `lz4 -dc`",
    ),
    (b"PK\x03\x04", "a zip archive", "take the capture out of it"),
    (
        b"snoop\0\0\0",
        "a snoop capture",
        "convert it with `editcap`",
    ),
    (
        b"GMBU",
        "a capture of Network Monitor",
        "convert it with `editcap`",
    ),
];

/// Calls `sink` with each packet of a capture, which may be compressed with gzip.
pub(super) fn for_each_frame(
    reader: impl Read + Send,
    sink: &mut impl FrameSink,
) -> Result<(), CaptureError> {
    let mut reader = Uninterrupted(reader);
    let start = read_start(&mut reader).map_err(|_| CaptureError::Unreadable)?;
    if !start.starts_with(GZIP) {
        return read_frames(start, reader, sink);
    }
    let compressed = BufReader::new(io::Cursor::new(start).chain(reader));
    let mut unpacked = Uninterrupted(MultiGzDecoder::new(compressed));
    let start = read_start(&mut unpacked).map_err(|_| CaptureError::DamagedGzip)?;
    read_frames(start, unpacked, sink).map_err(|error| match error {
        CaptureError::Unreadable => CaptureError::DamagedGzip,
        error => error,
    })
}

/// Reads the header of a file, and nothing behind it, so that a slow pipe does not delay the
/// answer. Returns fewer bytes if the file ends in its header or is no capture.
fn read_start(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    read_up_to(reader, LONGEST_START, &mut start)?;
    if start.starts_with(GZIP) {
        return Ok(start);
    }
    read_up_to(reader, PCAP_HEADER, &mut start)?;
    let (fields, _) = start.as_chunks::<4>();
    if let [_, length, order, ..] = *fields
        && start.starts_with(SECTION_HEADER)
    {
        let length = match order {
            [0x1a, ..] => u32::from_be_bytes(length),
            _ => u32::from_le_bytes(length),
        };
        read_up_to(reader, BUFFER.min(length as usize), &mut start)?;
    }
    Ok(start)
}

/// Reads and appends bytes until there are `length`, or the input ends.
fn read_up_to(reader: &mut impl Read, length: usize, bytes: &mut Vec<u8>) -> io::Result<()> {
    let missing = length.saturating_sub(bytes.len());
    reader.take(missing as u64).read_to_end(bytes).map(drop)
}

fn read_frames(
    start: Vec<u8>,
    reader: impl Read + Send,
    sink: &mut impl FrameSink,
) -> Result<(), CaptureError> {
    let format = format_of(&start);
    let mut reader = match create_reader(BUFFER, io::Cursor::new(start).chain(reader)) {
        Ok(reader) => reader,
        Err(PcapError::ReadError) => return Err(CaptureError::Unreadable),
        Err(_) => return Err(format),
    };
    let mut interfaces = Interfaces::default();
    let mut packet = 1;
    let mut size = BUFFER;
    loop {
        if interfaces.is_too_short(reader.data()) || interfaces.known.len() > MAX_INTERFACES {
            return Err(CaptureError::Damaged { packet });
        }
        let consumed = match reader.next() {
            Ok((0, _)) => return Err(CaptureError::Damaged { packet }),
            Ok((length, block)) => {
                if let Some(frame) = interfaces.frame(&block) {
                    sink.frame(frame).map_err(CaptureError::PassOn)?;
                    packet += 1;
                }
                Ok(length)
            }
            Err(PcapError::Eof) => return Ok(()),
            Err(PcapError::ReadError) => return Err(CaptureError::Unreadable),
            Err(PcapError::UnexpectedEof) => return Err(CaptureError::CutShort { packet }),
            Err(PcapError::Incomplete(_)) => Err(MoreData::Refill),
            Err(PcapError::BufferTooSmall) => Err(MoreData::Grow),
            Err(_) => return Err(CaptureError::Damaged { packet }),
        };
        match consumed {
            // Without a shift: the refill shifts the buffer once.
            Ok(length) => reader.consume_noshift(length),
            Err(more_data) => {
                sink.caught_up().map_err(CaptureError::PassOn)?;
                let before = reader.data().len();
                let refilled = reader.refill().is_ok();
                if !refilled {
                    return Err(CaptureError::Unreadable);
                }
                let is_stuck = reader.data().len() == before && !reader.reader_exhausted();
                if more_data == MoreData::Grow && reader.data().len() == before || is_stuck {
                    size *= 2;
                    if reader.reader_exhausted() || size > MAX_BLOCK || !reader.grow(size) {
                        return Err(CaptureError::Damaged { packet });
                    }
                }
            }
        }
    }
}

/// Returns the error for input that starts with these bytes and is no capture.
fn format_of(start: &[u8]) -> CaptureError {
    let mut formats = OTHER_FORMATS.into_iter();
    let other = formats.find(|(magic, ..)| start.starts_with(magic));
    other.map_or(CaptureError::Unknown, |(_, what, advice)| {
        CaptureError::Other(what, advice)
    })
}

/// What the parser needs before it can read the next block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MoreData {
    /// More bytes in the buffer.
    Refill,
    /// A larger buffer, unless it was not full.
    Grow,
}

/// The interfaces of a capture: they define the link type and the time of a packet.
#[derive(Debug, Default)]
struct Interfaces {
    known: Vec<Interface>,
    /// Reads a number in the byte order of this pcapng section; `None` in a pcap file.
    read_u32: Option<fn([u8; 4]) -> u32>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: Linktype,
    format: TimestampFormat,
}

/// A time in the units of its interface.
#[derive(Clone, Copy, Debug)]
struct Timestamp {
    format: TimestampFormat,
    units: u128,
}

/// How an interface counts time: units a second, and an offset in seconds.
#[derive(Clone, Copy, Debug)]
struct TimestampFormat {
    units: u128,
    offset: i64,
}

impl Interfaces {
    /// Returns whether the length of the next block is below the minimum, which is its type and
    /// twice its length. `pcap-parser` does not check that for some types.
    fn is_too_short(&self, data: &[u8]) -> bool {
        const MIN_BLOCK: u32 = 12;
        match (self.read_u32, data) {
            (Some(read_u32), [_, _, _, _, a, b, c, d, ..]) => {
                read_u32([*a, *b, *c, *d]) < MIN_BLOCK
            }
            _ => false,
        }
    }

    /// Records an interface, or returns the packet of a block.
    fn frame<'f>(&mut self, block: &'f PcapBlockOwned<'_>) -> Option<Result<Frame<'f>, LeftOut>> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let units = if header.is_nanosecond_precision() {
                    1_000_000_000
                } else {
                    1_000_000
                };
                // The upper bits are flags about checksums.
                let link = Linktype(header.network.0 & 0xffff);
                let format = TimestampFormat { units, offset: 0 };
                self.known = vec![Interface { link, format }];
                None
            }
            PcapBlockOwned::Legacy(packet) => {
                let Interface { link, format } = *self.known.first()?;
                let fraction = u128::from(packet.ts_usec).checked_rem(format.units)?;
                let units = u128::from(packet.ts_sec) * format.units + fraction;
                let data = &packet.data[..packet.data.len().min(packet.caplen as usize)];
                Some(Ok(Frame {
                    link,
                    timestamp: Some(Timestamp { format, units }),
                    data,
                }))
            }
            PcapBlockOwned::NG(block) => self.frame_ng(block),
        }
    }

    fn frame_ng<'f>(&mut self, block: &'f Block<'_>) -> Option<Result<Frame<'f>, LeftOut>> {
        match block {
            Block::SectionHeader(section) => {
                self.read_u32 = Some(if section.big_endian() {
                    u32::from_be_bytes
                } else {
                    u32::from_le_bytes
                });
                self.known.clear();
                None
            }
            Block::InterfaceDescription(interface) => {
                self.known.push(Interface {
                    link: interface.linktype,
                    format: TimestampFormat::new(interface.if_tsresol, interface.if_tsoffset),
                });
                None
            }
            Block::EnhancedPacket(packet) => {
                let Some(interface) = self.known.get(packet.if_id as usize) else {
                    return Some(Err(LeftOut::UndescribedInterface));
                };
                let units = u128::from(packet.ts_high) << 32 | u128::from(packet.ts_low);
                let format = interface.format;
                Some(Ok(Frame {
                    link: interface.link,
                    timestamp: Some(Timestamp { format, units }),
                    data: packet.packet_data(),
                }))
            }
            Block::SimplePacket(packet) => Some(match self.known.first() {
                Some(interface) => Ok(Frame {
                    link: interface.link,
                    timestamp: None,
                    data: packet.packet_data(),
                }),
                None => Err(LeftOut::UndescribedInterface),
            }),
            Block::Unknown(block) => {
                // pcap-parser reads the types of unknown blocks as little-endian.
                let kind = self.read_u32?(block.block_type.to_le_bytes());
                (kind == OBSOLETE_PACKET).then_some(Err(LeftOut::ObsoleteBlock))
            }
            _ => None,
        }
    }
}

impl TimestampFormat {
    /// Reads `if_tsresol`: a power of ten, or of two if the highest bit is set.
    fn new(resolution: u8, offset: i64) -> Self {
        let exponent = u32::from(resolution & 0x7f);
        let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
        // If the resolution overflows, the packets have no times.
        let units = base.checked_pow(exponent).unwrap_or(0);
        Self { units, offset }
    }

    fn time(self, units: u128) -> Option<Duration> {
        let seconds = i64::try_from(units.checked_div(self.units)?).ok()?;
        let seconds = u64::try_from(seconds.checked_add(self.offset)?).ok()?;
        let rest = (units % self.units).checked_mul(1_000_000_000)? / self.units;
        Some(Duration::new(seconds, u32::try_from(rest).ok()?))
    }
}

/// A reader that tries again where a signal has interrupted it.
struct Uninterrupted<R>(R);

impl<R: Read> Read for Uninterrupted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => return result,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sink that panics if the capture has a packet.
    struct NoFrames;

    impl FrameSink for NoFrames {
        fn frame(&mut self, frame: Result<Frame<'_>, LeftOut>) -> io::Result<()> {
            panic!("{frame:?}")
        }

        fn caught_up(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn timestamps_count_in_powers_of_ten_or_two() {
        let time = |resolution, offset, units| TimestampFormat::new(resolution, offset).time(units);
        assert_eq!(time(6, 0, 1_500_000), Some(Duration::from_millis(1500)));
        assert_eq!(time(9, 10, 1), Some(Duration::new(10, 1)));
        assert_eq!(time(0x80 | 1, 0, 3), Some(Duration::from_millis(1500)));
        assert_eq!(time(0, 0, 7), Some(Duration::from_secs(7)));
        // Values out of range return no time, and do not panic.
        for (resolution, offset) in [(0x7f, 0), (6, i64::MIN), (0, i64::MAX)] {
            assert_eq!(time(resolution, offset, u128::from(u64::MAX)), None);
        }
    }

    /// Found by fuzzing: a process information block that is shorter than the minimum made
    /// `pcap-parser` overflow.
    #[test]
    fn a_block_shorter_than_its_frame_is_damage() {
        for big in [false, true] {
            let word = |word: u32| match big {
                true => word.to_be_bytes(),
                false => word.to_le_bytes(),
            };
            let section = [
                0x0a0d_0d0a,
                28,
                0x1a2b_3c4d,
                0x0001_0001,
                u32::MAX,
                u32::MAX,
                28,
            ];
            for length in 0..12 {
                let process = [0x8000_0001, length, 0, length];
                let file = [&section[..], &process].concat();
                let file: Vec<_> = file.into_iter().flat_map(word).collect();
                let result = for_each_frame(&file[..], &mut NoFrames);
                assert!(
                    matches!(result, Err(CaptureError::Damaged { packet: 1 })),
                    "{result:?}"
                );
            }
        }
    }
}
