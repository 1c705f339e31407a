//! Datagrams out of packet captures: pcap and pcapng, over Ethernet, loopback, Linux' cooked captures and bare IP.

mod datagrams;
mod file;
mod fragments;
mod packet;

pub use datagrams::{Datagram, Tally, read};
pub use file::CaptureError;
