//! How a stream moves bytes.
//!
//! Reading goes through tokio's readiness and clears it after a short read, so that a quiet socket
//! costs no second recv(2) that only says `EAGAIN`. Writing asks the kernel first and tokio's
//! readiness only when the kernel refuses: a fresh socket is writable long before the driver has
//! said so.

use std::io::{self, IoSlice, Read};

use tokio::io::Interest;

use super::{Stream, each};
use crate::net::errno::{ENOBUFS, errno};

/// The most slices that one sendmsg(2) takes: `UIO_MAXIOV` on Linux, `IOV_MAX` elsewhere.
pub const MAX_SLICES: usize = 1_024;

impl Stream {
    /// One recv(2), if the stream is known to be readable. 0 is the end of the stream.
    ///
    /// A read shorter than `buf` also clears the readiness: on a stream that means that the
    /// kernel's queue was empty at that moment (epoll(7), "Questions and answers", 9), and
    /// whatever comes later is a new edge. Unless urgent data came: then the read may have stopped
    /// at the mark.
    ///
    /// # Errors
    /// `WouldBlock` when nothing is there; otherwise as recv(2).
    pub fn try_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        let mut received = None;
        let mut recv = |read: &mut dyn FnMut(&mut [u8]) -> io::Result<usize>| {
            match received.insert(retry_interrupted(|| read(buf))) {
                Ok(n) if *n == buf.len() || (*n > 0 && self.take_urgent()) => Ok(()),
                // Also the end of the stream is level-triggered no more once it was read.
                _ => Err(io::ErrorKind::WouldBlock.into()),
            }
        };
        let _cleared: io::Result<()> = each!(self,
            stream => stream.try_io(Interest::READABLE, |mut socket| {
                recv(&mut |buf| socket.read(buf))
            }),
            fifo => fifo
                .try_read_io(|pipe| recv(&mut |buf| Ok(rustix::io::read(pipe, buf)?)))
                .unwrap_or_else(|| Err(io::ErrorKind::WouldBlock.into()))
        );
        received.unwrap_or_else(|| Err(io::ErrorKind::WouldBlock.into()))
    }

    fn take_urgent(&self) -> bool {
        each!(self, stream => stream.take_urgent(), _fifo => false)
    }

    /// One send(2). Asks the kernel whether or not tokio thinks that the stream is writable.
    ///
    /// # Errors
    /// `WouldBlock` when the kernel takes nothing, for want of memory too; otherwise as send(2).
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        would_block_without_buffers(retry_interrupted(|| {
            each!(self,
                stream => stream.socket().send_with_flags(buf, NO_SIGNAL),
                fifo => fifo.write(buf)
            )
        }))
    }

    /// One sendmsg(2) of at most [`MAX_SLICES`] slices.
    ///
    /// # Errors
    /// As [`Stream::send`].
    pub fn send_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        let bufs = &bufs[..bufs.len().min(MAX_SLICES)];
        would_block_without_buffers(retry_interrupted(|| {
            each!(self,
                stream => stream.socket().send_vectored_with_flags(bufs, NO_SIGNAL),
                fifo => fifo.write_vectored(bufs)
            )
        }))
    }
}

/// A peer that is gone must be an error, not a signal that kills the process.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
const NO_SIGNAL: i32 = rustix::net::SendFlags::NOSIGNAL.bits().cast_signed();
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
const NO_SIGNAL: i32 = 0;

fn retry_interrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A kernel that is out of buffers for the moment is one that takes nothing now; libuv says so too.
fn would_block_without_buffers(sent: io::Result<usize>) -> io::Result<usize> {
    match sent {
        Err(error) if cfg!(unix) && errno(&error) == ENOBUFS => Err(io::ErrorKind::WouldBlock.into()),
        sent => sent,
    }
}
