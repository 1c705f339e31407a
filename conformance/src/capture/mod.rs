//! Reads UDP datagrams from packet captures: pcap and pcapng, perhaps compressed with gzip, over
//! Ethernet, loopback, Linux cooked captures and bare IP, after VLAN tags and in tunnels.

mod datagrams;
mod file;
mod fragments;
mod layers;
mod left_out;

pub use datagrams::{CaptureSink, CaptureStatistics, CapturedDatagram, read};
pub use file::CaptureError;
pub use left_out::LeftOut;
