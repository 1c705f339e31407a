//! Handing a bound socket over to a subject, as service managers do.

use std::ffi::OsStr;
use std::io;
use std::net::UdpSocket;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use command_fds::{CommandFdExt as _, FdMapping};

use crate::transport::Address;

/// The descriptor of the first socket that is handed over.
const FIRST: i32 = 3;
/// Lets a process say in its environment that the socket is for it: only a process that the program
/// then replaces knows its number beforehand.
const SCRIPT: &str = r#"LISTEN_PID=$$; export LISTEN_PID; exec "$@""#;

/// Returns a command that starts a program with a socket, bound to this address, as descriptor 3,
/// and the variables `LISTEN_FDS` and `LISTEN_PID` that systemd sets. Dropping the command closes
/// this process' descriptor of the socket.
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
