//! Reads UDP datagrams from packet captures: pcap and pcapng, over Ethernet, loopback, Linux cooked
//! captures and bare IP.

mod datagrams;
mod file;
mod fragments;
mod packet;

pub use datagrams::{CaptureStatistics, CapturedDatagram, read};
pub use file::CaptureError;
