//! What poll(2) says of a descriptor at this moment, without waiting. Nothing is consumed by asking.

use std::io;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::delivery::Peer;
use crate::sys::fd::BorrowedFd;

fn events_of(fd: BorrowedFd<'_>, events: PollFlags) -> io::Result<PollFlags> {
    let mut fds = [PollFd::from_borrowed_fd(fd, events)];
    poll(&mut fds, Some(&Timespec::default()))?;
    Ok(fds[0].revents())
}

/// Whether a read would not wait.
///
/// # Errors
/// As poll(2).
pub fn is_readable(fd: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(events_of(fd, PollFlags::IN)?.contains(PollFlags::IN))
}

/// Whether the kernel takes bytes, or refuses them for good.
///
/// # Errors
/// As poll(2).
pub fn is_writable(fd: BorrowedFd<'_>) -> io::Result<bool> {
    Ok(!events_of(fd, PollFlags::OUT)?.is_empty())
}

/// Whether both directions are over.
#[must_use]
pub fn has_hung_up(fd: BorrowedFd<'_>) -> bool {
    events_of(fd, PollFlags::empty()).is_ok_and(|events| events.contains(PollFlags::HUP))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const END_OF_PEER: PollFlags = PollFlags::RDHUP;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const END_OF_PEER: PollFlags = PollFlags::HUP;

/// What the kernel can tell of the other side.
///
/// # Errors
/// As poll(2).
pub fn peer_of(fd: BorrowedFd<'_>) -> io::Result<Peer> {
    let events = events_of(fd, END_OF_PEER)?;
    if events.contains(PollFlags::NVAL) {
        return Err(rustix::io::Errno::BADF.into());
    }
    Ok(if events.contains(PollFlags::ERR) {
        Peer::Reset
    } else if events.intersects(END_OF_PEER | PollFlags::HUP) {
        Peer::HalfClosed
    } else {
        Peer::Open
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peer_is_seen_without_reading() {
        use std::io::{Read, Write};
        use std::os::unix::net::UnixStream;

        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        assert_eq!(peer_of(ours.as_fd()).unwrap(), Peer::Open);
        theirs.write_all(b"unread").unwrap();
        theirs.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(peer_of(ours.as_fd()).unwrap(), Peer::HalfClosed);
        ours.write_all(b"never read").unwrap();
        drop(theirs);
        assert_eq!(peer_of(ours.as_fd()).unwrap(), Peer::Reset);
        assert_eq!(peer_of(ours.as_fd()).unwrap(), Peer::Reset, "the look consumes nothing");
        let mut bytes = [0; 6];
        ours.read_exact(&mut bytes).unwrap();
        assert!(ours.read(&mut bytes).is_err(), "nor the error");
    }
}
