use std::io;

/// Prevents other runners from taking a port between its choice and its use. It is a socket with an
/// abstract name, which only one process at a time can hold and which vanishes with the process.
#[cfg(target_os = "linux")]
#[derive(Debug)]
pub(super) struct PortReservation {
    _name: std::os::unix::net::UnixDatagram,
}

#[cfg(target_os = "linux")]
impl PortReservation {
    /// Reserves a port. Returns `None` if another runner has reserved it.
    pub(super) fn of(port: u16) -> io::Result<Option<Self>> {
        use std::os::linux::net::SocketAddrExt as _;
        use std::os::unix::net::{SocketAddr, UnixDatagram};

        let name = SocketAddr::from_abstract_name(format!("evdg-port-{port}"))?;
        match UnixDatagram::bind_addr(&name) {
            Ok(name) => Ok(Some(Self { _name: name })),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Reserves nothing, because this system has no abstract socket names. Two runners that start at
/// once may choose the same port.
#[cfg(not(target_os = "linux"))]
#[derive(Debug)]
pub(super) struct PortReservation;

#[cfg(not(target_os = "linux"))]
impl PortReservation {
    /// Returns a reservation of any port.
    pub(super) fn of(_: u16) -> io::Result<Option<Self>> {
        Ok(Some(Self))
    }
}
