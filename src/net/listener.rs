//! A listening socket.

use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use socket2::{SockRef, Socket};
#[cfg(unix)]
use tokio::io::{Interest, unix::AsyncFd};
#[cfg(not(unix))]
use tokio::net::TcpListener;

#[cfg(unix)]
use super::registered::watch;
use super::socket::ip_addr;
use super::{Kind, Stream};
use crate::sys::fd::{self, BorrowedFd};

/// A listening socket that is registered with the tokio runtime whose context was entered when it
/// was made.
#[derive(Debug)]
pub struct Listener {
    #[cfg(unix)]
    io: AsyncFd<Socket>,
    #[cfg(not(unix))]
    io: TcpListener,
    kind: Kind,
}

impl Listener {
    /// listen(2) on a bound socket, which is then registered.
    ///
    /// # Errors
    /// As listen(2) and `epoll_ctl(2)`.
    pub fn listen(socket: Socket, kind: Kind, backlog: i32) -> io::Result<Self> {
        socket.listen(backlog)?;
        #[cfg(unix)]
        let io = watch(socket, Interest::READABLE)?;
        #[cfg(not(unix))]
        let io = TcpListener::from_std(socket.into())?;
        Ok(Self { io, kind })
    }

    /// Takes one connection from the queue, already registered.
    ///
    /// # Errors
    /// As accept(2): `EMFILE` and `ENFILE` when descriptors run out; the connection then stays in
    /// the queue.
    #[cfg(unix)]
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        loop {
            let mut guard = ready!(self.io.poll_read_ready(cx))?;
            if let Ok(socket) = guard.try_io(|io| accept(io.get_ref())) {
                let socket = socket?;
                return Poll::Ready(Stream::from_socket(socket, self.kind));
            }
        }
    }

    /// Takes one connection from the queue, already registered.
    ///
    /// # Errors
    /// As accept(2).
    #[cfg(not(unix))]
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<Stream>> {
        let (stream, _peer) = ready!(self.io.poll_accept(cx))?;
        Poll::Ready(Ok(Stream::Socket(stream.into(), self.kind)))
    }

    /// getsockname(2) of a TCP listener.
    ///
    /// # Errors
    /// As getsockname(2); `Unsupported` for what has no IP address.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        ip_addr(&self.socket().local_addr()?)
    }

    fn socket(&self) -> SockRef<'_> {
        #[cfg(unix)]
        return SockRef::from(self.io.get_ref());
        #[cfg(not(unix))]
        return SockRef::from(&self.io);
    }

    /// The descriptor.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        fd::of(&self.io)
    }
}

/// A non-blocking socket from the queue, by one system call.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn accept(listener: &Socket) -> io::Result<Socket> {
    use rustix::net::SocketFlags;

    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    Ok(rustix::net::accept_with(listener, flags)?.into())
}

/// A non-blocking socket from the queue.
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android", target_os = "freebsd"))))]
fn accept(listener: &Socket) -> io::Result<Socket> {
    let (socket, _peer) = listener.accept()?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
