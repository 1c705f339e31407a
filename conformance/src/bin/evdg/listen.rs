use std::io;

use event_datagram::Socket;
use event_datagram_conformance::listen::{Listener, write_line};
use event_datagram_conformance::transport::Address;
use event_datagram_conformance::transport::SocketKind;
use serde_json::json;

use crate::args::ListenArgs;
use crate::exit::{Exit, OrExit as _};

pub(crate) fn run(args: &ListenArgs) -> crate::Result {
    let (address, _) = address(&args.socket)?;
    #[cfg(unix)]
    let wake = wake_on_signal()?;
    let listener =
        Listener::bind(&address).or_exit_with(Exit::Setup, format!("cannot bind {address}"))?;
    let mut out = io::stdout().lock();
    let start = json!({
        "ready": true,
        "socket": listener.address().to_string(),
        "name": "evdg listen",
        "version": env!("CARGO_PKG_VERSION"),
        "dialects": args.dialects,
        "tells_dialects_apart": args.dialects.len() > 1,
    });
    write_line(&mut out, start.to_string().into_bytes())?;
    #[cfg(unix)]
    listener.report(&args.dialects, &mut out, &wake)?;
    #[cfg(not(unix))]
    listener.report(&args.dialects, &mut out)?;
    Ok(Exit::Success)
}

/// Finds out where a socket is, and of which kind.
pub(crate) fn address(text: &str) -> crate::Result<(Address, SocketKind)> {
    let socket = Socket::parse(text).or_exit_with(Exit::Usage, format!("socket `{text}`"))?;
    let address =
        Address::resolve(&socket).or_exit_with(Exit::Setup, format!("socket `{text}`"))?;
    let kind = match &address {
        Address::Udp(address) if address.is_ipv6() => SocketKind::Udp6,
        Address::Udp(_) => SocketKind::Udp,
        _ => SocketKind::Unix,
    };
    Ok((address, kind))
}

/// Makes a pipe that becomes readable when the process is asked to end, so that the socket's file can be removed.
#[cfg(unix)]
fn wake_on_signal() -> crate::Result<io::PipeReader> {
    let (reader, writer) = io::pipe().or_exit_with(Exit::Setup, "cannot make a pipe")?;
    let mut writer = Some(writer);
    // Closing the writer wakes the reader.
    ctrlc::set_handler(move || drop(writer.take())).or_exit(Exit::Setup)?;
    Ok(reader)
}
