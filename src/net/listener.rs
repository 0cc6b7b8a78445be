//! A listening socket.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use socket2::Socket;
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::{Kind, Stream};

/// A listening socket that is registered with the tokio runtime whose context was entered when it
/// was made.
#[derive(Debug)]
pub enum Listener {
    /// TCP over IPv4 or IPv6.
    Tcp(TcpListener),
    /// A Unix-domain path.
    #[cfg(unix)]
    Unix(UnixListener),
}

impl Listener {
    /// listen(2) on a bound socket, which is then registered.
    ///
    /// # Errors
    /// As listen(2) and `epoll_ctl(2)`.
    pub fn listen(socket: Socket, kind: Kind, backlog: i32) -> io::Result<Self> {
        socket.listen(backlog)?;
        match kind {
            Kind::Tcp => TcpListener::from_std(socket.into()).map(Self::Tcp),
            #[cfg(unix)]
            Kind::Pipe => {
                let fd = std::os::fd::OwnedFd::from(socket);
                UnixListener::from_std(fd.into()).map(Self::Unix)
            }
            #[cfg(not(unix))]
            Kind::Pipe => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// Takes one connection from the queue, already registered.
    ///
    /// # Errors
    /// As accept(2): `EMFILE` and `ENFILE` when descriptors run out; the connection then stays in
    /// the queue.
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        Poll::Ready(match self {
            Self::Tcp(listener) => {
                let (stream, _peer) = ready!(listener.poll_accept(cx))?;
                Ok(Stream::Tcp(stream))
            }
            #[cfg(unix)]
            Self::Unix(listener) => {
                let (stream, _peer) = ready!(listener.poll_accept(cx))?;
                Ok(Stream::Unix(stream))
            }
        })
    }

    /// getsockname(2) of a TCP listener.
    ///
    /// # Errors
    /// As getsockname(2); `Unsupported` for what has no IP address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr(),
            #[cfg(unix)]
            Self::Unix(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    /// The descriptor.
    #[cfg(unix)]
    #[must_use]
    pub fn raw_fd(&self) -> std::os::fd::RawFd {
        use std::os::fd::AsRawFd;
        match self {
            Self::Tcp(listener) => listener.as_raw_fd(),
            Self::Unix(listener) => listener.as_raw_fd(),
        }
    }
}
