//! When a stream is ready, and how it moves bytes.
//!
//! Reading goes through tokio's readiness and clears it after a short read, so that a quiet socket
//! costs no second recv(2) that only says `EAGAIN`. Writing asks the kernel first and tokio's
//! readiness only when the kernel refuses: a fresh socket is writable long before the driver has
//! said so.

use std::io::{self, IoSlice, Read};
use std::task::{Context, Poll};

#[cfg(not(unix))]
use socket2::SockRef;
use socket2::Socket;
use tokio::io::Interest;

use super::{Registered, Stream, each};
use crate::net::errno::{ENOBUFS, errno};

/// The most slices that one sendmsg(2) takes: `UIO_MAXIOV` on Linux, `IOV_MAX` elsewhere.
pub const MAX_SLICES: usize = 1_024;

impl Stream {
    /// Waits until the stream can be read, has ended or has failed.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self,
            stream => stream.io.poll_read_ready(cx).map_ok(drop),
            fifo => fifo.poll_read_ready(cx)
        )
    }

    /// Waits until the kernel takes bytes, or refuses them for good.
    ///
    /// # Errors
    /// When the runtime is shutting down.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self,
            stream => stream.io.poll_write_ready(cx).map_ok(drop),
            fifo => fifo.poll_write_ready(cx)
        )
    }

    /// One recv(2), if the stream is known to be readable. 0 is the end of the stream.
    ///
    /// A read shorter than `buf` also clears the readiness: on a stream that means that the
    /// kernel's queue was empty at that moment (epoll(7), "Questions and answers", 9), and
    /// whatever comes later is a new edge. Unless urgent data came: then the read may have stopped
    /// at the mark, and the next one goes on behind it.
    ///
    /// # Errors
    /// `WouldBlock` when nothing is there; otherwise as recv(2).
    pub fn try_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        let stream = match self {
            Self::Socket(stream, _) => stream,
            #[cfg(unix)]
            Self::Fifo(fifo) => return fifo.try_read(buf),
        };
        let mut received = Err(io::ErrorKind::WouldBlock.into());
        let recv = |mut socket: &Socket| {
            loop {
                received = socket.read(buf);
                if !matches!(&received, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
                    break;
                }
            }
            let n = received.as_ref().map_or(0, |n| *n);
            if n == buf.len() || (n > 0 && take_urgent(stream)) {
                Ok(())
            } else {
                // Also the end of the stream is level-triggered no more once it was read.
                Err(io::ErrorKind::WouldBlock.into())
            }
        };
        #[cfg(unix)]
        let _cleared: io::Result<()> = stream.io.try_io(Interest::READABLE, recv);
        #[cfg(not(unix))]
        let _cleared: io::Result<()> = stream.io.try_io(Interest::READABLE, || {
            let mut recv = recv;
            recv(&SockRef::from(&stream.io))
        });
        received
    }

    /// One send(2). Asks the kernel whether or not tokio thinks that the stream is writable.
    ///
    /// # Errors
    /// `WouldBlock` when the kernel takes nothing, for want of memory too; otherwise as send(2).
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        sent(|| {
            each!(self,
                stream => stream.socket().send_with_flags(buf, NO_SIGNAL),
                fifo => fifo.write(buf)
            )
        })
    }

    /// One sendmsg(2) of at most [`MAX_SLICES`] slices.
    ///
    /// # Errors
    /// As [`Stream::send`].
    pub fn send_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let bufs = &bufs[..bufs.len().min(MAX_SLICES)];
        sent(|| {
            each!(self,
                stream => stream.socket().send_vectored_with_flags(bufs, NO_SIGNAL),
                fifo => fifo.write_vectored(bufs)
            )
        })
    }
}

/// Whether the driver has seen urgent data since it was last asked.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn take_urgent(stream: &Registered) -> bool {
    let mut is_urgent = false;
    let _cleared: io::Result<()> = stream.io.try_io(Interest::PRIORITY, |_socket| {
        is_urgent = true;
        Err(io::ErrorKind::WouldBlock.into())
    });
    is_urgent
}

/// Not seen here.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn take_urgent(_stream: &Registered) -> bool {
    false
}

/// A peer that is gone must be an error, not a signal that kills the process.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const NO_SIGNAL: i32 = rustix::net::SendFlags::NOSIGNAL.bits().cast_signed();
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const NO_SIGNAL: i32 = 0;

/// What the kernel says once it is not interrupted. One that is out of buffers for the moment takes nothing now; libuv says
/// so too.
fn sent(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if cfg!(unix) && errno(&error) == ENOBUFS => return Err(io::ErrorKind::WouldBlock.into()),
            result => return result,
        }
    }
}
