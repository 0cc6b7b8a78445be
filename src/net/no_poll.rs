//! In place of poll(2): nobody has a descriptor to ask about.

use std::io;

use super::delivery::Peer;
use crate::sys::fd::BorrowedFd;

/// Not asked.
///
/// # Errors
/// None.
pub fn is_writable(fd: BorrowedFd<'_>) -> io::Result<bool> {
    fd.never()
}

/// Not asked.
#[must_use]
pub fn has_hung_up(fd: BorrowedFd<'_>) -> bool {
    fd.never()
}

/// Not asked.
///
/// # Errors
/// None.
pub fn peer_of(fd: BorrowedFd<'_>) -> io::Result<Peer> {
    fd.never()
}
