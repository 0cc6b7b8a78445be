//! A connected byte stream: TCP, Unix-domain, or an adopted pipe.
//!
//! Here is what it is, and when it is ready; [`transfer`] moves its bytes.

mod transfer;

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use socket2::{SockAddr, SockRef, Socket};
use tokio::io::Interest;

#[cfg(unix)]
use super::fifo::Fifo;
use super::registered::Registered;
use super::socket::ip_addr;
use super::{Kind, poll};
use crate::sys::fd::{self, BorrowedFd, OwnedFd};

pub use transfer::MAX_SLICES;

/// A byte stream that is registered with the tokio runtime whose context was entered when it was
/// made.
#[derive(Debug)]
pub enum Stream {
    /// A TCP or Unix-domain connection.
    Socket(Registered, Kind),
    /// A pipe(2) or FIFO; in a box, for it is larger than what nearly every stream is.
    #[cfg(unix)]
    Fifo(Box<Fifo>),
}

/// Runs the first expression on a socket, and the second on a pipe.
macro_rules! each {
    ($self:expr, $stream:ident => $socket:expr, $fifo:ident => $pipe:expr) => {
        match $self {
            Stream::Socket($stream, _) => $socket,
            #[cfg(unix)]
            Stream::Fifo($fifo) => $pipe,
        }
    };
}

use each;

impl Stream {
    /// Registers a socket that is connected, or whose connection is under way.
    ///
    /// # Errors
    /// As `epoll_ctl(2)`.
    pub fn from_socket(socket: Socket, kind: Kind) -> io::Result<Self> {
        Ok(Self::Socket(Registered::new(socket)?, kind))
    }

    /// Registers an adopted descriptor, which becomes non-blocking.
    ///
    /// # Errors
    /// As fcntl(2) and `epoll_ctl(2)`; a regular file is `EPERM`.
    #[cfg(unix)]
    pub fn from_fd(fd: OwnedFd, kind: Kind) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&fd, true)?;
        if kind == Kind::Pipe && rustix::net::sockopt::socket_type(&fd).is_err() {
            return Fifo::new(fd).map(|fifo| Self::Fifo(Box::new(fifo)));
        }
        Self::from_socket(Socket::from(fd), kind)
    }

    /// There is none to adopt.
    ///
    /// # Errors
    /// None.
    #[cfg(not(unix))]
    pub fn from_fd(fd: OwnedFd, _kind: Kind) -> io::Result<Self> {
        fd.never()
    }

    /// Whether it can be read at all: the write end of a pipe cannot.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        each!(self, _stream => true, fifo => fifo.is_readable())
    }

    /// Waits until the stream can be read, has ended or has failed.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self,
            stream => stream.poll_read_ready(cx),
            fifo => fifo.poll_read_ready(cx)
        )
    }

    /// Waits until the kernel takes bytes, or refuses them for good.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self,
            stream => stream.poll_write_ready(cx),
            fifo => fifo.poll_write_ready(cx)
        )
    }

    /// Whether the driver has seen `EPOLLHUP`: both directions are over, by two FINs or a reset.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        each!(self, stream => stream.is_hung_up(), _fifo => false)
    }

    /// Asks the kernel whether both directions are over, which the driver may not have seen yet.
    #[must_use]
    pub fn is_over(&self) -> bool {
        each!(self, stream => stream.fd().is_some_and(poll::has_hung_up), _fifo => false)
    }

    /// TCP or Unix-domain; a pipe counts as the latter.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Socket(_, kind) => *kind,
            #[cfg(unix)]
            Self::Fifo(_) => Kind::Pipe,
        }
    }

    /// Tells tokio that the kernel takes nothing, so that [`Stream::poll_write_ready`] waits for
    /// the next edge. Asks the kernel once more with nothing to send, between two looks at the
    /// readiness, so that an edge that comes meanwhile is not lost.
    ///
    /// # Errors
    /// As poll(2).
    pub fn confirm_unwritable(&self) -> io::Result<()> {
        let confirm = |is_writable: io::Result<bool>| match is_writable {
            Ok(false) => Err(io::ErrorKind::WouldBlock.into()),
            other => other.map(drop),
        };
        let outcome = each!(self,
            stream => stream.try_io(Interest::WRITABLE, |socket| confirm(is_writable(fd::of(socket)))),
            fifo => fifo.try_write_io(|pipe| confirm(is_writable(fd::of(pipe))))
        );
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            outcome => outcome,
        }
    }

    /// The outcome of a connection that was under way, once the stream is writable.
    ///
    /// # Errors
    /// What connect(2) would have reported, from `SO_ERROR`.
    pub fn poll_connect(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_write_ready(cx))?;
        Poll::Ready(match self.socket().map(|socket| socket.take_error()) {
            Some(Ok(Some(error)) | Err(error)) => Err(error),
            Some(Ok(None)) | None => Ok(()),
        })
    }

    /// shutdown(2) of the writing half: sends the FIN.
    ///
    /// # Errors
    /// As shutdown(2); `ENOTCONN` when the peer has reset the connection.
    pub fn shutdown(&self) -> io::Result<()> {
        let socket = self.socket();
        socket.map_or(Ok(()), |socket| socket.shutdown(std::net::Shutdown::Write))
    }

    /// The socket, for its options; `None` for a pipe, which has none.
    #[must_use]
    pub fn socket(&self) -> Option<SockRef<'_>> {
        each!(self, stream => Some(stream.socket()), _fifo => None)
    }

    /// getsockname(2) of a TCP stream.
    ///
    /// # Errors
    /// As getsockname(2); `Unsupported` for what has no IP address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.ip_addr(|socket| socket.local_addr())
    }

    /// getpeername(2) of a TCP stream.
    ///
    /// # Errors
    /// As getpeername(2); `Unsupported` for what has no IP address.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.ip_addr(|socket| socket.peer_addr())
    }

    fn ip_addr(&self, ask: fn(&SockRef<'_>) -> io::Result<SockAddr>) -> io::Result<SocketAddr> {
        match self {
            Self::Socket(stream, Kind::Tcp) => ip_addr(&ask(&stream.socket())?),
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The descriptor.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        each!(self, stream => stream.fd(), fifo => fd::of(&**fifo))
    }
}

/// Whether the kernel takes bytes; `false` where it cannot be asked.
fn is_writable(fd: Option<BorrowedFd<'_>>) -> io::Result<bool> {
    fd.map_or(Ok(false), poll::is_writable)
}
