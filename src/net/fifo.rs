//! A pipe(2) or FIFO that was adopted by its descriptor, as the standard streams of a process are
//! when a shell connects them.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, OwnedFd};
use std::task::{Context, Poll};

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::Errno;
use tokio::net::unix::pipe::{Receiver, Sender};

/// The end, or both ends, of a pipe; read(2) and write(2) instead of recv(2) and send(2).
#[derive(Debug)]
pub enum Fifo {
    /// Opened for reading.
    Reader(Receiver),
    /// Opened for writing.
    Writer(Sender),
    /// Opened for both.
    Both(Receiver, Sender),
}

impl Fifo {
    /// Registers a non-blocking descriptor for what it was opened for.
    ///
    /// # Errors
    /// As fcntl(2), dup(2) and `epoll_ctl(2)`.
    pub fn new(fd: OwnedFd) -> io::Result<Self> {
        Ok(match fcntl_getfl(&fd)? & OFlags::RWMODE {
            OFlags::RDONLY => Self::Reader(Receiver::from_owned_fd_unchecked(fd)?),
            OFlags::WRONLY => Self::Writer(Sender::from_owned_fd_unchecked(fd)?),
            _ => Self::Both(
                Receiver::from_owned_fd_unchecked(fd.try_clone()?)?,
                Sender::from_owned_fd_unchecked(fd)?,
            ),
        })
    }

    /// Whether it was opened for reading.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.receiver().is_some()
    }

    fn receiver(&self) -> Option<&Receiver> {
        match self {
            Self::Reader(receiver) | Self::Both(receiver, _) => Some(receiver),
            Self::Writer(_) => None,
        }
    }

    fn sender(&self) -> Option<&Sender> {
        match self {
            Self::Writer(sender) | Self::Both(_, sender) => Some(sender),
            Self::Reader(_) => None,
        }
    }

    /// As [`super::Stream::poll_read_ready`]; a write end never is.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let receiver = self.receiver();
        receiver.map_or(Poll::Pending, |receiver| receiver.poll_read_ready(cx))
    }

    /// As [`super::Stream::poll_write_ready`]; a read end is always "ready", to fail.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let sender = self.sender();
        sender.map_or(Poll::Ready(Ok(())), |sender| sender.poll_write_ready(cx))
    }

    /// Reads inside tokio's readiness, which `WouldBlock` clears.
    pub(super) fn try_read_io(&self, read: impl FnOnce(&Receiver) -> io::Result<()>) -> Option<io::Result<()>> {
        let receiver = self.receiver()?;
        Some(receiver.try_io(|| read(receiver)))
    }

    /// Looks inside tokio's readiness for writing, which `WouldBlock` clears.
    pub(super) fn try_write_io(&self, look: impl FnOnce(&Sender) -> io::Result<()>) -> io::Result<()> {
        let sender = self.sender();
        sender.map_or(Ok(()), |sender| sender.try_io(|| look(sender)))
    }

    /// write(2).
    ///
    /// # Errors
    /// As write(2); `EPIPE` on a read end, as of libuv.
    pub fn write(&self, buf: &[u8]) -> io::Result<usize> {
        let sender = self.sender().ok_or(Errno::PIPE)?;
        Ok(rustix::io::write(sender, buf)?)
    }

    /// writev(2).
    ///
    /// # Errors
    /// As writev(2); `EPIPE` on a read end, as of libuv.
    pub fn write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let sender = self.sender().ok_or(Errno::PIPE)?;
        Ok(rustix::io::writev(sender, bufs)?)
    }
}

impl AsFd for Fifo {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        match self {
            Self::Reader(receiver) => receiver.as_fd(),
            Self::Writer(sender) | Self::Both(_, sender) => sender.as_fd(),
        }
    }
}
