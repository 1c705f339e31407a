//! Passes a bound socket to a subject, as service managers do.

use std::ffi::OsStr;
use std::io;
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use command_fds::{CommandFdExt as _, FdMapping};

use crate::transport::Address;

/// The descriptor of the first socket that is passed.
const FIRST: i32 = 3;
/// Sets `LISTEN_PID` to the shell's own process id and then replaces the shell by the program,
/// which keeps that id. The runner cannot set the variable, because it does not know the id before
/// the start.
const SCRIPT: &str = r#"LISTEN_PID=$$; export LISTEN_PID; exec "$@""#;

/// Returns a command that starts a program with a socket, bound to this address, as descriptor 3,
/// and with the variables `LISTEN_FDS` and `LISTEN_PID`, as systemd does. Dropping the command
/// closes this process' descriptor of the socket.
pub(super) fn command_with_socket(program: &OsStr, address: &Address) -> io::Result<Command> {
    let socket: OwnedFd = match address {
        Address::Udp(address) => UdpSocket::bind(address)?.into(),
        Address::Unix(path) => UnixDatagram::bind(path)?.into(),
    };
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "sh"]).arg(program);
    command.env("LISTEN_FDS", "1");
    let mapping = FdMapping {
        parent_fd: socket,
        child_fd: FIRST,
    };
    command
        .fd_mappings(vec![mapping])
        .map_err(io::Error::other)?;
    Ok(command)
}
