use std::path::PathBuf;

use clap::Args;
use event_datagram_conformance::dialect::Dialect;

use crate::values::{dialect, slug};

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
