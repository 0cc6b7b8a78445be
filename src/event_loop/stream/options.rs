//! The options and addresses of a stream.

use std::io;
use std::net::SocketAddr;

use socket2::SockRef;

use super::requests::SHUT_DOWN;
use super::{Io, StreamSource};
use crate::net::delivery::{self, Look};
use crate::net::errno::{EBADF, EINVAL, errno};
use crate::net::options::{self, Keepalive};
use crate::net::socket::ip_addr;
use crate::net::tcp_info::TcpInfo;
use crate::sys::fd::{self, BorrowedFd, RawFd};

impl StreamSource {
    /// `TCP_NODELAY`.
    pub fn set_nodelay(&self, enable: bool) -> i32 {
        self.set_option(|socket| socket.set_tcp_nodelay(enable))
    }

    /// `SO_KEEPALIVE` and its times.
    pub fn set_keepalive(&self, keepalive: Option<Keepalive>) -> i32 {
        self.set_option(|socket| options::set_keepalive(socket, keepalive))
    }

    /// `IP_TOS` or `IPV6_TCLASS`.
    pub fn set_type_of_service(&self, tos: u8) -> i32 {
        self.set_option(|socket| options::set_type_of_service(socket, tos))
    }

    /// The type of service, or an error.
    pub fn type_of_service(&self) -> i32 {
        self.with_socket(|socket| {
            let tos = options::type_of_service(socket)?;
            Ok(i32::try_from(tos).unwrap_or(EINVAL))
        })
    }

    /// `TCP_USER_TIMEOUT` in milliseconds; 0 is the system's.
    pub fn set_user_timeout(&self, ms: u32) -> i32 {
        self.set_option(|socket| options::set_user_timeout(socket, ms))
    }

    /// `TCP_NOTSENT_LOWAT` in bytes.
    pub fn set_notsent_lowat(&self, bytes: u32) -> i32 {
        self.set_option(|socket| options::set_notsent_lowat(socket, bytes))
    }

    /// One look at what became of the bytes; see [`crate::net::delivery`].
    ///
    /// # Errors
    /// As the system calls; `EBADF` without a connection.
    pub fn look(&self) -> io::Result<Look> {
        self.with_open_fd(|fd| delivery::look_at(fd, self.requests.has(SHUT_DOWN)))
    }

    /// `TCP_INFO`.
    ///
    /// # Errors
    /// As getsockopt(2); `EBADF` without a connection.
    pub fn tcp_info(&self) -> io::Result<TcpInfo> {
        self.with_open_fd(delivery::tcp_info)
    }

    /// Bytes that the kernel has taken and the peer has not acknowledged, less the FIN, or an error.
    pub(super) fn bytes_unacknowledged(&self) -> i32 {
        match self.with_open_fd(delivery::bytes_in_send_queue) {
            Ok(bytes) => {
                let fin = u32::from(bytes > 0 && self.requests.has(SHUT_DOWN));
                i32::try_from(bytes - fin).unwrap_or(i32::MAX)
            }
            Err(error) => errno(&error),
        }
    }

    fn with_open_fd<T>(&self, call: impl FnOnce(BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
        match &*self.io.borrow() {
            Io::Open(stream) => stream.fd().map(call),
            _ => None,
        }
        .unwrap_or_else(|| Err(delivery::no_descriptor()))
    }

    pub(super) fn set_option(&self, set: impl FnOnce(&SockRef<'_>) -> io::Result<()>) -> i32 {
        self.with_socket(|socket| set(socket).map(|()| 0))
    }

    /// What `call` says, or the number of its error; `EBADF` without a socket.
    fn with_socket(&self, call: impl FnOnce(&SockRef<'_>) -> io::Result<i32>) -> i32 {
        let io = self.io.borrow();
        let answer = io.socket().map(|socket| call(&socket));
        answer.map_or(EBADF, |answer| answer.unwrap_or_else(|error| errno(&error)))
    }

    /// getsockname(2).
    ///
    /// # Errors
    /// As getsockname(2); `Unsupported` for what has no IP address, `NotConnected` without a
    /// descriptor.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match &*self.io.borrow() {
            Io::None => Err(io::ErrorKind::NotConnected.into()),
            Io::Unconnected(socket) => ip_addr(&socket.local_addr()?),
            Io::Open(stream) => stream.local_addr(),
        }
    }

    /// getpeername(2).
    ///
    /// # Errors
    /// As getpeername(2); `Unsupported` for what has no IP address, `NotConnected` without a
    /// connection.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &*self.io.borrow() {
            Io::Open(stream) => stream.peer_addr(),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The descriptor, or -1.
    pub fn raw_fd(&self) -> RawFd {
        let io = self.io.borrow();
        let fd = match &*io {
            Io::None => None,
            Io::Unconnected(socket) => fd::of(socket),
            Io::Open(stream) => stream.fd(),
        };
        fd.map_or(-1, fd::number)
    }
}
