//! The options and addresses of a stream.

use std::io;
use std::net::SocketAddr;

use socket2::SockRef;

use super::StreamSource;
use super::requests::SHUT_DOWN;
use crate::event_loop::source::Io;
use crate::net::delivery::{self, Look};
use crate::net::errno::{EBADF, errno};
use crate::net::tcp_info::TcpInfo;
use crate::sys::fd::BorrowedFd;

impl StreamSource {
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
        match &*self.attachment.io.borrow() {
            Io::Open(stream) => stream.fd().map(call),
            _ => None,
        }
        .unwrap_or_else(|| Err(delivery::no_descriptor()))
    }

    /// 0, or the number of the error; `EBADF` without a socket.
    pub fn set_option(&self, set: impl FnOnce(&SockRef<'_>) -> io::Result<()>) -> i32 {
        self.with_socket(|socket| set(socket).map(|()| 0))
    }

    /// What `call` says, or the number of its error; `EBADF` without a socket.
    pub fn with_socket(&self, call: impl FnOnce(&SockRef<'_>) -> io::Result<u32>) -> i32 {
        let io = self.attachment.io.borrow();
        match io.socket().map(|socket| call(&socket)) {
            Some(Ok(value)) => i32::try_from(value).unwrap_or(i32::MAX),
            Some(Err(error)) => errno(&error),
            None => EBADF,
        }
    }

    /// getpeername(2).
    ///
    /// # Errors
    /// As getpeername(2); `Unsupported` for what has no IP address, `NotConnected` without a
    /// connection.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &*self.attachment.io.borrow() {
            Io::Open(stream) => stream.peer_addr(),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }
}
