use std::io::{self, Read};
use std::time::Duration;

use pcap_parser::traits::PcapNGPacketBlock as _;
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

/// Why a capture cannot be read to its end. What came before is good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// It is no capture, or none of a kind that is known.
    #[error("it is neither pcap nor pcapng")]
    Unknown,
    /// Reading failed.
    #[error("it cannot be read")]
    Unreadable,
    /// It ends within a packet.
    #[error("it ends in the middle of packet {packet}: it was cut short")]
    CutShort {
        /// The packet's number, from 1.
        packet: usize,
    },
    /// Something in it is not by the format.
    #[error("it is damaged at packet {packet}")]
    Damaged {
        /// The number of the packet that would have come, from 1.
        packet: usize,
    },
}

/// One captured packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'f> {
    pub(super) link: Linktype,
    /// When, since 1970.
    pub(super) time: Option<Duration>,
    pub(super) data: &'f [u8],
}

/// What is read at once, at first, and what a single block may take at most: no packet is longer.
const BUFFER: usize = 1 << 18;
const MAX_BLOCK: usize = 1 << 24;

/// Goes through the packets of a capture.
pub(super) fn each_frame(
    reader: impl Read + Send,
    mut act: impl FnMut(Frame<'_>),
) -> Result<(), CaptureError> {
    let mut reader = match create_reader(BUFFER, Filled(reader)) {
        Ok(reader) => reader,
        Err(PcapError::ReadError) => return Err(CaptureError::Unreadable),
        Err(_) => return Err(CaptureError::Unknown),
    };
    let mut interfaces = Interfaces::default();
    let mut packet = 1;
    let mut size = BUFFER;
    loop {
        if interfaces.is_no_block(reader.data()) {
            return Err(CaptureError::Damaged { packet });
        }
        let taken = match reader.next() {
            Ok((0, _)) => return Err(CaptureError::Damaged { packet }),
            Ok((length, block)) => {
                if let Some(frame) = interfaces.frame(&block) {
                    act(frame);
                    packet += 1;
                }
                Ok(length)
            }
            Err(PcapError::Eof) => return Ok(()),
            Err(PcapError::ReadError) => return Err(CaptureError::Unreadable),
            Err(PcapError::UnexpectedEof) => return Err(CaptureError::CutShort { packet }),
            Err(PcapError::Incomplete(_)) => Err(false),
            Err(PcapError::BufferTooSmall) => Err(true),
            Err(_) => return Err(CaptureError::Damaged { packet }),
        };
        match taken {
            Ok(length) => reader.consume(length),
            Err(too_small) => {
                let before = reader.data().len();
                let refilled = reader.refill().is_ok();
                if !refilled {
                    return Err(CaptureError::Unreadable);
                }
                let is_stuck = reader.data().len() == before && !reader.reader_exhausted();
                if too_small && reader.data().len() == before || is_stuck {
                    size *= 2;
                    if reader.reader_exhausted() || size > MAX_BLOCK || !reader.grow(size) {
                        return Err(CaptureError::Damaged { packet });
                    }
                }
            }
        }
    }
}

/// The interfaces of a capture: what a packet's bytes and time mean depends on them.
#[derive(Debug, Default)]
struct Interfaces {
    known: Vec<Interface>,
    /// How numbers are read in this section of a file in the new format, and none where it is in the old one.
    number: Option<fn([u8; 4]) -> u32>,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: Linktype,
    clock: Clock,
}

/// In which units and from when an interface counts.
#[derive(Clone, Copy, Debug)]
struct Clock {
    units: u128,
    offset: i64,
}

impl Interfaces {
    /// Tells whether what comes next is shorter than any block: its kind, and twice its length. pcap-parser takes for granted of
    /// some kinds that it is not.
    fn is_no_block(&self, data: &[u8]) -> bool {
        const LEAST: u32 = 12;
        match (self.number, data) {
            (Some(number), [_, _, _, _, a, b, c, d, ..]) => number([*a, *b, *c, *d]) < LEAST,
            _ => false,
        }
    }

    /// Takes note of an interface, or gives the packet that a block holds.
    fn frame<'f>(&mut self, block: &'f PcapBlockOwned<'_>) -> Option<Frame<'f>> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let units = if header.is_nanosecond_precision() {
                    1_000_000_000
                } else {
                    1_000_000
                };
                // Above stand flags about checksums.
                let link = Linktype(header.network.0 & 0xffff);
                let clock = Clock { units, offset: 0 };
                self.known = vec![Interface { link, clock }];
                None
            }
            PcapBlockOwned::Legacy(packet) => {
                let Interface { link, clock } = *self.known.first()?;
                let fraction = u128::from(packet.ts_usec).checked_rem(clock.units)?;
                let units = u128::from(packet.ts_sec) * clock.units + fraction;
                let data = &packet.data[..packet.data.len().min(packet.caplen as usize)];
                Some(Frame {
                    link,
                    time: clock.time(units),
                    data,
                })
            }
            PcapBlockOwned::NG(block) => self.frame_ng(block),
        }
    }

    fn frame_ng<'f>(&mut self, block: &'f Block<'_>) -> Option<Frame<'f>> {
        match block {
            Block::SectionHeader(section) => {
                self.number = Some(if section.big_endian() {
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
                    clock: Clock::new(interface.if_tsresol, interface.if_tsoffset),
                });
                None
            }
            Block::EnhancedPacket(packet) => {
                let Interface { link, clock } = *self.known.get(packet.if_id as usize)?;
                let units = u128::from(packet.ts_high) << 32 | u128::from(packet.ts_low);
                Some(Frame {
                    link,
                    time: clock.time(units),
                    data: packet.packet_data(),
                })
            }
            Block::SimplePacket(packet) => Some(Frame {
                link: self.known.first()?.link,
                time: None,
                data: packet.packet_data(),
            }),
            _ => None,
        }
    }
}

impl Clock {
    /// Reads `if_tsresol`: a power of ten, or with the highest bit set of two.
    fn new(resolution: u8, offset: i64) -> Self {
        let exponent = u32::from(resolution & 0x7f);
        let base: u128 = if resolution & 0x80 == 0 { 10 } else { 2 };
        // What is finer than any clock is none.
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

/// Fills the buffer at each reading, as files do: a pipe gives what it has.
struct Filled<R>(R);

impl<R: Read> Read for Filled<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut length = 0;
        while length < buffer.len() {
            match self.0.read(&mut buffer[length..]) {
                Ok(0) => break,
                Ok(more) => length += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_count_in_powers_of_ten_or_two() {
        let time = |resolution, offset, units| Clock::new(resolution, offset).time(units);
        assert_eq!(time(6, 0, 1_500_000), Some(Duration::from_millis(1500)));
        assert_eq!(time(9, 10, 1), Some(Duration::new(10, 1)));
        assert_eq!(time(0x80 | 1, 0, 3), Some(Duration::from_millis(1500)));
        assert_eq!(time(0, 0, 7), Some(Duration::from_secs(7)));
        // What nobody can have meant is no time, and no panic.
        for (resolution, offset) in [(0x7f, 0), (6, i64::MIN), (0, i64::MAX)] {
            assert_eq!(time(resolution, offset, u128::from(u64::MAX)), None);
        }
    }

    /// Found by fuzzing: a block about a process, of a length that its own frame does not fit into, was an overflow in the
    /// library that reads the format.
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
                let result = each_frame(&file[..], |frame| panic!("{frame:?}"));
                assert!(
                    matches!(result, Err(CaptureError::Damaged { packet: 1 })),
                    "{result:?}"
                );
            }
        }
    }
}
