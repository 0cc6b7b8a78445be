//! Descriptors that JavaScript names by their numbers.

use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::EventLoop;
use crate::net::adopt::{FdKind, kind_of};
use crate::net::errno::{EBADF, EEXIST};

/// What `fd` refers to.
#[must_use]
#[allow(unsafe_code)]
pub fn describe(fd: RawFd) -> FdKind {
    if fd < 0 {
        return FdKind::Invalid;
    }
    // SAFETY: borrowed for the length of some queries, which answer `EBADF` if it is not open.
    kind_of(unsafe { BorrowedFd::borrow_raw(fd) })
}

/// Takes ownership of `fd`.
///
/// # Errors
/// `EBADF` if it is not open; `EEXIST` if a socket of this event loop owns it, whose it stays.
#[allow(unsafe_code)]
pub fn adopt(event_loop: &EventLoop, fd: RawFd) -> Result<OwnedFd, i32> {
    if describe(fd) == FdKind::Invalid {
        return Err(EBADF);
    }
    if event_loop.sources.own(fd) {
        return Err(EEXIST);
    }
    // SAFETY: it is open, no socket of ours owns it, and `new Socket({ fd })` and `listen({ fd })` hand it over: Node's
    // documentation makes the socket its owner from then on.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
