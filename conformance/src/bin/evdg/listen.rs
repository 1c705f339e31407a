use std::io;

use event_datagram::Socket;
use event_datagram_conformance::listen::{Listener, write_line};
use event_datagram_conformance::transport::{Address, SocketKind};
use serde_json::json;

use crate::args::ListenArgs;
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};

pub(crate) fn run(args: &ListenArgs) -> CommandResult {
    let (address, _) = address(&args.socket)?;
    #[cfg(unix)]
    let wake = wake_on_signal()?;
    let listener = Listener::bind(&address)
        .or_exit_with(ExitStatus::Setup, format!("cannot bind {address}"))?;
    let mut out = io::stdout().lock();
    let start = json!({
        "ready": true,
        "socket": listener.address().to_string(),
        "name": "evdg listen",
        "version": env!("CARGO_PKG_VERSION"),
        "dialects": args.dialects,
        "tells_dialects_apart": args.dialects.len() > 1,
    });
    write_line(&mut out, &mut start.to_string().into_bytes())?;
    #[cfg(unix)]
    listener.report(&args.dialects, &mut out, &wake)?;
    #[cfg(not(unix))]
    listener.report(&args.dialects, &mut out)?;
    Ok(ExitStatus::Success)
}

/// Parses and resolves a socket, and returns its address and kind.
pub(crate) fn address(text: &str) -> CommandResult<(Address, SocketKind)> {
    let socket = Socket::parse(text).or_exit_with(ExitStatus::Usage, format!("socket `{text}`"))?;
    let address =
        Address::resolve(&socket).or_exit_with(ExitStatus::Setup, format!("socket `{text}`"))?;
    let kind = match &address {
        Address::Udp(address) if address.is_ipv6() => SocketKind::Udp6,
        Address::Udp(_) => SocketKind::Udp,
        _ => SocketKind::Unix,
    };
    Ok((address, kind))
}

/// Returns a pipe that becomes readable when a signal asks the process to end, so that the listener
/// can remove the socket's file.
#[cfg(unix)]
fn wake_on_signal() -> CommandResult<io::PipeReader> {
    let (reader, writer) = io::pipe().or_exit_with(ExitStatus::Setup, "cannot make a pipe")?;
    let mut writer = Some(writer);
    // Closing the writer makes the reader readable.
    ctrlc::set_handler(move || drop(writer.take())).or_exit(ExitStatus::Setup)?;
    Ok(reader)
}
