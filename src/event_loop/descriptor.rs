//! Descriptors that JavaScript names by their numbers.

use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};

use crate::net::descriptor::{FdKind, kind_of};

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

/// Takes ownership of `fd`, if it is open.
#[must_use]
#[allow(unsafe_code)]
pub fn adopt(fd: RawFd) -> Option<OwnedFd> {
    if describe(fd) == FdKind::Invalid {
        return None;
    }
    // SAFETY: it is open, and `new Socket({ fd })` and `listen({ fd })` hand it over: Node's
    // documentation makes the socket its owner from then on.
    Some(unsafe { OwnedFd::from_raw_fd(fd) })
}
