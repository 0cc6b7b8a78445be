//! A socket that tokio's driver watches.
//!
//! On Unix by [`AsyncFd`] and not by tokio's own types: those cannot ask for `EPOLLPRI`, without
//! which nobody can tell a read that stopped at the urgent mark (tcp(7)) from one that emptied the
//! queue.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::task::{Context, Poll, Waker, ready};

use socket2::{SockRef, Socket};
use tokio::io::Interest;
#[cfg(unix)]
use tokio::io::unix::AsyncFd;
#[cfg(not(unix))]
use tokio::net::TcpStream;

use crate::sys::fd::{self, BorrowedFd};

/// A stream socket, registered with the tokio runtime whose context was entered when it was made.
#[derive(Debug)]
pub struct Registered {
    #[cfg(unix)]
    io: AsyncFd<Socket>,
    #[cfg(not(unix))]
    io: TcpStream,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE).add(Interest::PRIORITY);
#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE);

impl Registered {
    /// Registers a non-blocking socket.
    ///
    /// # Errors
    /// As `epoll_ctl(2)`.
    pub fn new(socket: Socket) -> io::Result<Self> {
        #[cfg(unix)]
        let io = watch(socket, INTEREST)?;
        #[cfg(not(unix))]
        let io = TcpStream::from_std(socket.into())?;
        Ok(Self { io })
    }

    /// Waits until the socket can be read, has ended or has failed.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let _guard = ready!(self.io.poll_read_ready(cx))?;
        Poll::Ready(Ok(()))
    }

    /// Waits until the kernel takes bytes, or refuses them for good.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let _guard = ready!(self.io.poll_write_ready(cx))?;
        Poll::Ready(Ok(()))
    }

    /// Calls `io` if the driver has seen that the socket is ready for `interest`; `WouldBlock` takes
    /// that back.
    ///
    /// # Errors
    /// `WouldBlock` when it is not ready; otherwise what `io` says.
    pub fn try_io<T>(&self, interest: Interest, io: impl FnOnce(&Socket) -> io::Result<T>) -> io::Result<T> {
        #[cfg(unix)]
        return self.io.try_io(interest, io);
        #[cfg(not(unix))]
        return self.io.try_io(interest, || io(&SockRef::from(&self.io)));
    }

    /// Whether the driver has seen urgent data since it was last asked. Then a read may stop at the
    /// mark with more in the queue, and the next one goes on behind it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    #[must_use]
    pub fn take_urgent(&self) -> bool {
        let mut is_urgent = false;
        let _cleared: io::Result<()> = self.io.try_io(Interest::PRIORITY, |_socket| {
            is_urgent = true;
            Err(io::ErrorKind::WouldBlock.into())
        });
        is_urgent
    }

    /// Not seen here.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    #[must_use]
    pub fn take_urgent(&self) -> bool {
        false
    }

    /// Whether the driver has seen `EPOLLHUP`: both directions are over, by two FINs or a reset.
    #[must_use]
    pub fn is_hung_up(&self) -> bool {
        let both = Interest::READABLE | Interest::WRITABLE;
        let mut cx = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(ready)) = pin!(self.io.ready(both)).poll(&mut cx) else {
            return false;
        };
        #[cfg(unix)]
        let ready = ready.ready();
        ready.is_read_closed() && ready.is_write_closed()
    }

    /// The descriptor.
    #[must_use]
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        fd::of(&self.io)
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> SockRef<'_> {
        #[cfg(unix)]
        return SockRef::from(self.io.get_ref());
        #[cfg(not(unix))]
        return SockRef::from(&self.io);
    }
}

/// Has the driver of the runtime whose context was entered watch a non-blocking socket.
///
/// The function of tokio is deprecated because of types whose descriptor is not theirs. A [`Socket`]
/// owns its own, and keeps it until it is dropped: with it the call is sound, and its successor
/// would bring unsafe code here.
///
/// # Errors
/// As `epoll_ctl(2)`.
#[cfg(unix)]
#[allow(deprecated)]
pub(super) fn watch(socket: Socket, interest: Interest) -> io::Result<AsyncFd<Socket>> {
    AsyncFd::with_interest(socket, interest)
}

#[cfg(not(unix))]
impl From<TcpStream> for Registered {
    fn from(io: TcpStream) -> Self {
        Self { io }
    }
}
