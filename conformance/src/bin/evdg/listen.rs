use std::io::{self, IsTerminal as _, Write};

use event_datagram::Socket;
use event_datagram_conformance::escape::visible_json;
use event_datagram_conformance::listen::{Listener, dialect_of, write_line, write_report};
use event_datagram_conformance::transport::{Address, Port, SocketKind};
use serde_json::json;

use crate::args::{ListenArgs, ListenFormat};
use crate::event_filter::EventFilter;
use crate::event_view::EventView;
use crate::exit_status::{CommandResult, ExitStatus, Failure, OrExit as _};
use crate::signals::Signals;
use crate::terminal::{message, styled_stdout};

/// Shows the events that arrive at a socket: as text on a terminal, as JSON lines elsewhere.
pub(crate) fn run(args: &ListenArgs, signals: &Signals) -> CommandResult {
    let listener = DatagramInput::open(args, signals)?;
    let filter = EventFilter::new(&args.names, &args.params);
    let by_default = match io::stdout().is_terminal() {
        true => ListenFormat::Text,
        false => ListenFormat::Json,
    };
    match args.format.unwrap_or(by_default) {
        ListenFormat::Text => show(args, &filter, &listener),
        ListenFormat::Json => write_lines(args, &filter, &listener, &mut io::stdout().lock()),
    }
}

/// Shows events to a person, and their counts at the end.
fn show(args: &ListenArgs, filter: &EventFilter, input: &DatagramInput) -> CommandResult {
    let address = input.listener.address();
    let before = Port::dropped_at(address).unwrap_or_default();
    message(format_args!(
        "listening on {address}; Ctrl-C ends it and shows counts"
    ));
    let mut view = EventView::new(styled_stdout());
    input.for_each_datagram(|datagram| {
        match dialect_of(&args.dialects, datagram).decode(datagram) {
            Ok(event) if filter.selects(&event) => view.show(&event),
            Err(why) if filter.is_empty() => view.show_rejected(datagram, &why),
            _ => {
                view.hide();
                Ok(())
            }
        }
    })?;
    let dropped = Port::dropped_at(address).unwrap_or(before);
    view.finish(dropped.saturating_sub(before))?;
    Ok(ExitStatus::Success)
}

/// Writes the lines of the contract: the start line, and one for each datagram.
fn write_lines(
    args: &ListenArgs,
    filter: &EventFilter,
    input: &DatagramInput,
    out: &mut impl Write,
) -> CommandResult {
    let start = json!({
        "ready": true,
        "socket": input.listener.address().to_string(),
        "name": "evdg listen",
        "version": env!("CARGO_PKG_VERSION"),
        "dialects": args.dialects,
        "tells_dialects_apart": args.dialects.len() > 1,
    });
    let start = visible_json(&start.to_string()).into_owned();
    write_line(out, &mut start.into_bytes())?;
    let mut line = Vec::new();
    input.for_each_datagram(|datagram| {
        let dialect = dialect_of(&args.dialects, datagram);
        let is_selected = filter.is_empty()
            || dialect
                .decode(datagram)
                .is_ok_and(|event| filter.selects(&event));
        match is_selected {
            true => write_report(dialect, datagram, &mut line, out),
            false => Ok(()),
        }
    })?;
    Ok(ExitStatus::Success)
}

/// A listener, and the pipe by which a signal ends it.
struct DatagramInput {
    listener: Listener,
    #[cfg(unix)]
    wake: io::PipeReader,
}

impl DatagramInput {
    /// Takes the socket that was handed over, or binds the one of the arguments.
    #[cfg(unix)]
    fn open(args: &ListenArgs, signals: &Signals) -> CommandResult<Self> {
        let passed = Listener::take_passed();
        let passed = passed.or_exit_with(ExitStatus::Setup, "descriptor 3 (LISTEN_FDS)")?;
        let wake = signals
            .wait_for()
            .or_exit_with(ExitStatus::Setup, "cannot make a pipe")?;
        let listener = match (passed, args.mode) {
            (Some(_), Some(_)) => {
                let why =
                    "--mode: the socket was handed over; the program that bound it sets its mode";
                return Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(why)));
            }
            (Some(passed), None) => passed,
            (None, mode) => bind(socket(args)?, mode)?,
        };
        if let Some(file) = listener.file() {
            signals.clean_up_with(move || file.remove());
        }
        Ok(Self { listener, wake })
    }

    /// Binds the socket of the arguments.
    #[cfg(not(unix))]
    fn open(args: &ListenArgs, _: &Signals) -> CommandResult<Self> {
        let listener = bind(socket(args)?, args.mode)?;
        Ok(Self { listener })
    }

    fn for_each_datagram(
        &self,
        on_datagram: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        #[cfg(unix)]
        return self.listener.for_each_datagram(&self.wake, on_datagram);
        #[cfg(not(unix))]
        self.listener.for_each_datagram(on_datagram)
    }
}

fn socket(args: &ListenArgs) -> CommandResult<&str> {
    args.socket.as_deref().ok_or_else(|| {
        let why = "expected a socket: udp:ADDRESS:PORT, unix:PATH, or one that is handed over as \
                   descriptor 3 (LISTEN_FDS)";
        Failure::new(ExitStatus::Usage, anyhow::anyhow!(why))
    })
}

fn bind(text: &str, mode: Option<u32>) -> CommandResult<Listener> {
    let (address, _) = address(text)?;
    let bound = match (mode, &address) {
        (None, address) => Listener::bind(address),
        #[cfg(unix)]
        (Some(mode), Address::Unix(path)) => Listener::bind_with_mode(path, mode),
        (Some(_), address) => {
            let why = format!("--mode: {address} has no file; only UNIX sockets have one");
            return Err(Failure::new(ExitStatus::Usage, anyhow::anyhow!(why)));
        }
    };
    bound.or_exit_with(ExitStatus::Setup, format!("cannot bind {address}"))
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
