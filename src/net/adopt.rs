//! Adopting a descriptor that the caller already holds: `new net.Socket({ fd })`, `listen({ fd })`.

use crate::sys::fd::{BorrowedFd, OwnedFd, RawFd, borrow};

/// What an open descriptor refers to, in the words of Node's `guessHandleType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FdKind {
    /// A TCP socket.
    Tcp,
    /// A Unix-domain stream socket, or a pipe or FIFO.
    Pipe,
    /// A datagram socket.
    Udp,
    /// A terminal.
    Tty,
    /// A regular file, or a character device that is no terminal.
    File,
    /// Something else: a directory, an epoll instance …
    Unknown,
    /// Not an open descriptor.
    Invalid,
}

impl FdKind {
    /// The name that JavaScript sees.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Pipe => "PIPE",
            Self::Udp => "UDP",
            Self::Tty => "TTY",
            Self::File => "FILE",
            Self::Unknown | Self::Invalid => "UNKNOWN",
        }
    }
}

/// What the number of a descriptor refers to.
#[must_use]
pub fn describe(fd: RawFd) -> FdKind {
    borrow(fd, kind_of).unwrap_or(FdKind::Invalid)
}

/// What `fd` refers to, decided as libuv's `uv_guess_handle` does: isatty(3), fstat(2), then
/// the type and family of a socket.
#[cfg(unix)]
#[must_use]
pub fn kind_of(fd: BorrowedFd<'_>) -> FdKind {
    use rustix::fs::{FileType, fstat};

    let Ok(stat) = fstat(fd) else {
        return FdKind::Invalid;
    };
    if rustix::termios::isatty(fd) {
        return FdKind::Tty;
    }
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile | FileType::CharacterDevice => FdKind::File,
        FileType::Fifo => FdKind::Pipe,
        FileType::Socket => kind_of_socket(fd),
        _ => FdKind::Unknown,
    }
}

#[cfg(unix)]
fn kind_of_socket(fd: BorrowedFd<'_>) -> FdKind {
    use rustix::net::{AddressFamily, SocketType, sockopt};

    let Ok(family) = rustix::net::getsockname(fd).map(|addr| addr.address_family()) else {
        return FdKind::Unknown;
    };
    let is_inet = family == AddressFamily::INET || family == AddressFamily::INET6;
    match sockopt::socket_type(fd) {
        Ok(SocketType::STREAM) if is_inet => FdKind::Tcp,
        Ok(SocketType::STREAM) if family == AddressFamily::UNIX => FdKind::Pipe,
        Ok(SocketType::DGRAM) if is_inet => FdKind::Udp,
        _ => FdKind::Unknown,
    }
}

/// Whether `fd` is a socket that has no peer yet.
#[cfg(unix)]
#[must_use]
pub fn is_unconnected(fd: &OwnedFd) -> bool {
    rustix::net::getpeername(fd) == Err(rustix::io::Errno::NOTCONN)
}

#[cfg(not(unix))]
fn kind_of(fd: BorrowedFd<'_>) -> FdKind {
    fd.never()
}

/// Nobody has one.
#[cfg(not(unix))]
#[must_use]
pub fn is_unconnected(fd: &OwnedFd) -> bool {
    fd.never()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs::File;
    use std::net::{TcpListener, UdpSocket};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    #[test]
    fn each_kind_of_descriptor_is_told_apart() {
        let (tcp, udp) = (
            TcpListener::bind("127.0.0.1:0").unwrap(),
            UdpSocket::bind("127.0.0.1:0").unwrap(),
        );
        let (unix, _other) = UnixStream::pair().unwrap();
        let (fifo, _writer) = std::io::pipe().unwrap();
        let (file, directory) = (File::open("/dev/null").unwrap(), File::open("/").unwrap());
        assert_eq!(kind_of(tcp.as_fd()), FdKind::Tcp);
        assert_eq!(kind_of(udp.as_fd()), FdKind::Udp);
        assert_eq!(kind_of(unix.as_fd()), FdKind::Pipe);
        assert_eq!(kind_of(fifo.as_fd()), FdKind::Pipe);
        assert_eq!(kind_of(file.as_fd()), FdKind::File);
        assert_eq!(kind_of(directory.as_fd()), FdKind::Unknown);
    }
}
