//! A connected byte stream: TCP, Unix-domain, or an adopted pipe.
//!
//! Here is what it is, and when it is ready; [`transfer`] moves its bytes.

mod transfer;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker, ready};

use socket2::{SockRef, Socket};
use tokio::io::Interest;
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use super::Kind;
#[cfg(unix)]
use super::fifo::Fifo;

pub use transfer::MAX_SLICES;

/// A byte stream that is registered with the tokio runtime whose context was entered when it was
/// made.
#[derive(Debug)]
pub enum Stream {
    /// A TCP connection.
    Tcp(TcpStream),
    /// A Unix-domain stream connection.
    #[cfg(unix)]
    Unix(UnixStream),
    /// A pipe(2) or FIFO.
    #[cfg(unix)]
    Fifo(Fifo),
}

/// Runs the same expression on whichever tokio type the stream is; the third form is for the pipe.
macro_rules! each {
    ($self:expr, $stream:ident => $socket:expr, $fifo:ident => $pipe:expr) => {
        match $self {
            Stream::Tcp($stream) => $socket,
            #[cfg(unix)]
            Stream::Unix($stream) => $socket,
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
        match kind {
            Kind::Tcp => TcpStream::from_std(socket.into()).map(Self::Tcp),
            #[cfg(unix)]
            Kind::Pipe => {
                let fd = std::os::fd::OwnedFd::from(socket);
                UnixStream::from_std(fd.into()).map(Self::Unix)
            }
            #[cfg(not(unix))]
            Kind::Pipe => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Registers an adopted descriptor, which becomes non-blocking.
    ///
    /// # Errors
    /// As fcntl(2) and `epoll_ctl(2)`; a regular file is `EPERM`.
    #[cfg(unix)]
    pub fn from_fd(fd: std::os::fd::OwnedFd, kind: Kind) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&fd, true)?;
        if kind == Kind::Pipe && rustix::net::sockopt::socket_type(&fd).is_err() {
            return Fifo::new(fd).map(Self::Fifo);
        }
        Self::from_socket(Socket::from(fd), kind)
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

    /// Takes back tokio's guess that a stream which was just accepted can be read at once.
    ///
    /// Only where the driver cannot run meanwhile: it would be no guess any more, and nobody would
    /// repeat what it saw.
    pub fn forget_guessed_readiness(&self) {
        let nothing = || -> io::Result<()> { Err(io::ErrorKind::WouldBlock.into()) };
        let _cleared = each!(self,
            stream => stream.try_io(Interest::READABLE, nothing),
            _fifo => Ok(())
        );
    }

    /// Whether the driver has seen `EPOLLHUP`: both directions are over, by two FINs or a reset.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        let both = Interest::READABLE | Interest::WRITABLE;
        let mut cx = Context::from_waker(Waker::noop());
        let ready = each!(self,
            stream => pin!(stream.ready(both)).poll(&mut cx),
            _fifo => return false
        );
        matches!(ready, Poll::Ready(Ok(ready)) if ready.is_read_closed() && ready.is_write_closed())
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
            stream => stream.try_io(Interest::WRITABLE, || confirm(is_writable(stream))),
            fifo => fifo.try_write_io(|pipe| confirm(is_writable(pipe)))
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
        match self.socket() {
            Some(socket) => socket.shutdown(std::net::Shutdown::Write),
            None => Ok(()),
        }
    }

    /// The socket, for its options; `None` for a pipe, which has none.
    #[must_use]
    pub fn socket(&self) -> Option<SockRef<'_>> {
        each!(self, stream => Some(SockRef::from(stream)), _fifo => None)
    }

    /// getsockname(2) of a TCP stream.
    ///
    /// # Errors
    /// As getsockname(2); `Unsupported` for what has no IP address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Tcp(stream) => stream.local_addr(),
            #[cfg(unix)]
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// getpeername(2) of a TCP stream.
    ///
    /// # Errors
    /// As getpeername(2); `Unsupported` for what has no IP address.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Tcp(stream) => stream.peer_addr(),
            #[cfg(unix)]
            _ => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The descriptor.
    #[cfg(unix)]
    #[must_use]
    pub fn raw_fd(&self) -> std::os::fd::RawFd {
        use std::os::fd::AsRawFd;
        each!(self, stream => stream.as_raw_fd(), fifo => fifo.as_raw_fd())
    }
}

#[cfg(unix)]
fn is_writable(fd: impl std::os::fd::AsFd) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let mut fds = [PollFd::new(&fd, PollFlags::OUT)];
    poll(&mut fds, Some(&Timespec::default()))?;
    Ok(!fds[0].revents().is_empty())
}

#[cfg(not(unix))]
fn is_writable<T>(_stream: T) -> io::Result<bool> {
    Ok(false)
}
