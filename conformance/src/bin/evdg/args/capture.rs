use std::path::PathBuf;

use clap::Args;
use event_datagram_conformance::dialect::Dialect;

use crate::values::{dialect, slug};

#[derive(Debug, Args)]
#[command(
    after_help = "Reads pcap and pcapng, also compressed with gzip, and finds datagrams in \
    VLAN tags, VXLAN, Geneve, GRE, IP in IP, MPLS and PPPoE. What is left out is counted with \
    its reason. Each datagram of a live capture is written at once: tcpdump -i any -U -w - udp \
    port 8081 | evdg capture -"
)]
pub(crate) struct CaptureArgs {
    /// The capture; - is standard input
    pub(crate) capture: PathBuf,
    /// Take only datagrams from or to this port
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// Write a vector file of this topic, with the readings of the reference decoder as
    /// expectations
    #[arg(long, value_name = "TOPIC", value_parser = slug)]
    pub(crate) vectors: Option<String>,
    /// Replace addresses, numbers and words in the values by others, so that the capture can be
    /// shared; lengths, separators, quotes, and the names of events and parameters are kept
    #[arg(long)]
    pub(crate) anonymize: bool,
    /// The dialect of the datagrams; by default, it is detected for each datagram
    #[arg(long, env = "EVDG_DIALECT", value_parser = dialect())]
    pub(crate) dialect: Option<Dialect>,
}
