//! A socket before it is connected or listening: creation, binding, the start of a connection.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, SockAddr, Socket, Type};

use super::address::{Host, Zone};
use super::errno::errno;
use super::path::{BoundPath, bind_pipe};

/// The two families of sockets, under libuv's names for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// TCP over IPv4 or IPv6.
    Tcp,
    /// A Unix-domain stream socket; libuv and Node say "pipe".
    Pipe,
}

/// What [`bound_tcp`] sets besides the address; the same bits as libuv's `UV_TCP_*` flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BindFlags {
    /// `IPV6_V6ONLY`, ipv6(7): an IPv6 socket does not take IPv4 connections.
    pub ipv6_only: bool,
    /// `SO_REUSEPORT`, socket(7): several sockets share the port, the kernel balances.
    pub reuse_port: bool,
}

impl BindFlags {
    /// From the bits that JavaScript passes: 1 is IPv6-only, 2 is shared port.
    #[must_use]
    pub fn from_bits(bits: u32) -> Self {
        Self {
            ipv6_only: bits & 1 != 0,
            reuse_port: bits & 2 != 0,
        }
    }
}

/// The socket address of a numeric `host`, its zone looked up by name where one is given.
///
/// # Errors
/// `InvalidInput` if `host` is no IPv4 or IPv6 literal, or names an interface that is not there.
pub fn resolve(host: &str, port: u16) -> io::Result<SocketAddr> {
    let parsed = Host::parse(host).ok_or(io::ErrorKind::InvalidInput)?;
    let scope = match parsed.zone() {
        Zone::None => 0,
        Zone::Index(index) => index,
        Zone::Name(name) => interface_index(name)?,
    };
    Ok(parsed.with_port(port, scope))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn interface_index(name: &str) -> io::Result<u32> {
    let probe = Socket::new(Domain::IPV6, Type::DGRAM, None)?;
    rustix::net::netdevice::name_to_index(&probe, name).map_err(|_| io::ErrorKind::InvalidInput.into())
}

/// getaddrinfo(3) knows the names of interfaces, and asks nobody about a numeric address.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn interface_index(name: &str) -> io::Result<u32> {
    use std::net::ToSocketAddrs;

    let addresses = (format!("fe80::1%{name}"), 0).to_socket_addrs();
    addresses
        .ok()
        .and_then(|mut addresses| {
            addresses.find_map(|address| match address {
                SocketAddr::V6(address) => Some(address.scope_id()),
                SocketAddr::V4(_) => None,
            })
        })
        .filter(|index| *index != 0)
        .ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

/// The name of the interface with this index, or the index itself, which means the same, where there
/// is none or no safe way to ask for it.
#[must_use]
pub fn zone_name(index: u32) -> String {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let name = Socket::new(Domain::IPV6, Type::DGRAM, None)
        .ok()
        .and_then(|probe| rustix::net::netdevice::index_to_name(&probe, index).ok());
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let name = None;
    name.unwrap_or_else(|| index.to_string())
}

/// A non-blocking, close-on-exec TCP socket of the family of `addr`.
///
/// # Errors
/// As socket(2): `EMFILE`, `ENFILE`, `EAFNOSUPPORT` …
pub fn tcp(addr: &SocketAddr) -> io::Result<Socket> {
    nonblocking(Domain::for_address(*addr))
}

/// A non-blocking, close-on-exec Unix-domain stream socket. Not on Windows: what Node calls a path
/// there is a named pipe.
///
/// # Errors
/// As socket(2).
pub fn pipe() -> io::Result<Socket> {
    nonblocking(Domain::UNIX)
}

/// One call where socket(2) knows `SOCK_NONBLOCK`.
fn nonblocking(domain: Domain) -> io::Result<Socket> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    return Socket::new(domain, Type::STREAM.nonblocking(), None);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let socket = Socket::new(domain, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    }
}

/// A socket that is bound, to be connected or to listen.
#[derive(Debug)]
pub struct Bound {
    /// The socket.
    pub socket: Socket,
    /// The error that libuv keeps until the socket listens or connects: an `EADDRINUSE`, or 0.
    pub delayed_error: i32,
    /// The path that bind(2) has made.
    pub path: Option<BoundPath>,
}

impl From<Socket> for Bound {
    fn from(socket: Socket) -> Self {
        Self {
            socket,
            delayed_error: 0,
            path: None,
        }
    }
}

/// A TCP socket that is bound to an IP address.
///
/// # Errors
/// As socket(2), setsockopt(2) and bind(2).
pub fn bound_tcp(addr: &SocketAddr, flags: BindFlags) -> io::Result<Bound> {
    let socket = tcp(addr)?;
    let delayed_error = match bind_tcp(&socket, addr, flags) {
        Ok(()) => 0,
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => errno(&error),
        Err(error) => return Err(error),
    };
    Ok(Bound {
        delayed_error,
        ..Bound::from(socket)
    })
}

/// A Unix-domain socket that is bound to a path.
///
/// # Errors
/// As socket(2), and those of [`bind_pipe`].
pub fn bound_pipe(path: &str) -> io::Result<Bound> {
    let socket = pipe()?;
    let path = bind_pipe(&socket, path)?;
    Ok(Bound {
        path,
        ..Bound::from(socket)
    })
}

/// bind(2) with the options that libuv sets before it: `SO_REUSEADDR` (not on Windows, where it
/// means something else), `SO_REUSEPORT` and `IPV6_V6ONLY`.
fn bind_tcp(socket: &Socket, addr: &SocketAddr, flags: BindFlags) -> io::Result<()> {
    #[cfg(unix)]
    {
        socket.set_reuse_address(true)?;
        if flags.reuse_port {
            socket.set_reuse_port(true)?;
        }
    }
    #[cfg(not(unix))]
    if flags.reuse_port {
        return Err(io::ErrorKind::Unsupported.into());
    }
    if addr.is_ipv6() {
        socket.set_only_v6(flags.ipv6_only)?;
    } else if flags.ipv6_only {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    socket.bind(&(*addr).into())
}

/// Starts connect(2) on a non-blocking socket; under way counts as success.
///
/// # Errors
/// As connect(2), without `EINPROGRESS`.
pub fn connect(socket: &Socket, addr: &SockAddr) -> io::Result<()> {
    loop {
        match socket.connect(addr) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if is_under_way(&error) => return Ok(()),
            result => return result,
        }
    }
}

#[cfg(unix)]
fn is_under_way(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error())
}

#[cfg(not(unix))]
fn is_under_way(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}

/// The IP address of a socket.
///
/// # Errors
/// `Unsupported` for what has none.
pub fn ip_addr(addr: &SockAddr) -> io::Result<SocketAddr> {
    addr.as_socket().ok_or_else(|| io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_interface_is_invalid() {
        assert!(resolve("fe80::1%no-such-interface", 80).is_err());
        assert!(resolve("localhost", 80).is_err());
        assert_eq!(
            resolve("127.0.0.1", 80).unwrap(),
            SocketAddr::from(([127, 0, 0, 1], 80))
        );
    }
}
