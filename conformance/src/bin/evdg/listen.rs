use std::io;

use event_datagram::Socket;
use event_datagram_conformance::escape::visible_json;
use event_datagram_conformance::listen::{Listener, write_line};
use event_datagram_conformance::transport::{Address, SocketKind};
use serde_json::json;

use crate::args::ListenArgs;
use crate::exit_status::{CommandResult, ExitStatus, OrExit as _};
use crate::signals::Signals;

pub(crate) fn run(args: &ListenArgs, signals: &Signals) -> CommandResult {
    let (address, _) = address(&args.socket)?;
    #[cfg(unix)]
    let wake = signals
        .wait_for()
        .or_exit_with(ExitStatus::Setup, "cannot make a pipe")?;
    let listener = Listener::bind(&address)
        .or_exit_with(ExitStatus::Setup, format!("cannot bind {address}"))?;
    #[cfg(unix)]
    if let Some(file) = listener.file() {
        signals.clean_up_with(move || file.remove());
    }
    let mut out = io::stdout().lock();
    let start = json!({
        "ready": true,
        "socket": listener.address().to_string(),
        "name": "evdg listen",
        "version": env!("CARGO_PKG_VERSION"),
        "dialects": args.dialects,
        "tells_dialects_apart": args.dialects.len() > 1,
    });
    let start = visible_json(&start.to_string()).into_owned();
    write_line(&mut out, &mut start.into_bytes())?;
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
