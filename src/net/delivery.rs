//! What became of the bytes that the kernel took: how many the peer has not acknowledged, and whether
//! there is a peer.
//!
//! Nothing here consumes anything: no byte is read, and a pending error stays for the next read or
//! write to report. Acknowledged by the peer's kernel is not read by its program.

use super::tcp_info::{TcpInfo, TcpState};

/// What the kernel can tell of the other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// It may still send.
    Open,
    /// Its FIN has arrived.
    HalfClosed,
    /// The connection was reset, or given up.
    Reset,
}

impl Peer {
    /// The name that JavaScript sees.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::HalfClosed => "half-closed",
            Self::Reset => "reset",
        }
    }
}

/// One look at a connected socket.
#[derive(Debug, Clone)]
pub struct Look {
    /// Bytes in the send queue (`SIOCOUTQ`), less the FIN. On a Unix-domain socket it is memory that
    /// the peer has not freed, and only zero means something: the peer has read everything.
    pub queued: u32,
    /// Whether our FIN was sent, so far as it is known.
    pub has_sent_fin: bool,
    /// Whether it is acknowledged, so far as it is known; it then counts as one byte in
    /// [`TcpInfo::bytes_acked`].
    pub is_fin_acknowledged: bool,
    /// Whether [`Look::queued`] and [`TcpInfo::bytes_acked`] are of the same moment.
    pub is_exact: bool,
    /// The other side.
    pub peer: Peer,
    /// `None` for a Unix-domain socket.
    pub tcp: Option<TcpInfo>,
}

impl Look {
    /// Puts the answers of the system calls together. They must have been asked for in this order:
    /// `tcp`, `queue`, `peer`. Then an acknowledgement that comes in between makes the answer too
    /// cautious and never too good, and a peer that throws away what it has not read, which empties
    /// the queue of a Unix-domain socket too, is seen as reset.
    #[must_use]
    pub fn new(
        tcp: Option<TcpInfo>,
        queue: u32,
        is_exact: bool,
        peer: Peer,
        knows_of_fin: bool,
    ) -> Self {
        let state = tcp.as_ref().map(TcpInfo::state);
        let has_sent_fin = state.is_some_and(|state| {
            state.has_sent_fin() || (state == TcpState::Closed && knows_of_fin)
        });
        // The FIN is the last in the queue: it is there as long as anything is.
        let queued = queue - u32::from(has_sent_fin && queue > 0);
        let is_lost = state == Some(TcpState::Closed) && queued > 0;
        Self {
            queued,
            has_sent_fin,
            is_fin_acknowledged: has_sent_fin && queue == 0,
            is_exact,
            // The error may have been read already; what is left in the queue will never leave it.
            peer: if is_lost { Peer::Reset } else { peer },
            tcp,
        }
    }
}

/// Asks poll(2) about the other side.
///
/// # Errors
/// As poll(2).
#[cfg(unix)]
pub fn peer_of(fd: impl std::os::fd::AsFd) -> std::io::Result<Peer> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    #[cfg(any(target_os = "linux", target_os = "android"))]
    let end_of_peer = PollFlags::RDHUP;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let end_of_peer = PollFlags::HUP;

    let mut fds = [PollFd::new(&fd, end_of_peer)];
    poll(&mut fds, Some(&Timespec::default()))?;
    let events = fds[0].revents();
    if events.contains(PollFlags::NVAL) {
        return Err(rustix::io::Errno::BADF.into());
    }
    Ok(if events.contains(PollFlags::ERR) {
        Peer::Reset
    } else if events.intersects(end_of_peer | PollFlags::HUP) {
        Peer::HalfClosed
    } else {
        Peer::Open
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::tcp_info::TCP_INFO_BYTES;

    fn tcp(state: TcpState) -> TcpInfo {
        let mut bytes = [0; TCP_INFO_BYTES];
        bytes[0] = state as u8;
        TcpInfo::new(bytes, TCP_INFO_BYTES)
    }

    #[test]
    fn the_fin_is_no_byte_of_the_program() {
        let look = Look::new(Some(tcp(TcpState::FinWait1)), 101, true, Peer::Open, false);
        assert_eq!(look.queued, 100);
        let acknowledged = Look::new(Some(tcp(TcpState::FinWait1)), 0, true, Peer::Open, false);
        assert_eq!(acknowledged.queued, 0);
    }

    #[test]
    fn after_a_reset_only_the_caller_knows_of_the_fin() {
        let look = |knows_of_fin| {
            Look::new(
                Some(tcp(TcpState::Closed)),
                101,
                true,
                Peer::Reset,
                knows_of_fin,
            )
        };
        assert_eq!(look(true).queued, 100);
        assert_eq!(look(false).queued, 101);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_peer_is_seen_without_reading() {
        use std::io::{Read, Write};
        use std::os::unix::net::UnixStream;

        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        assert_eq!(peer_of(&ours).unwrap(), Peer::Open);
        theirs.write_all(b"unread").unwrap();
        theirs.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(peer_of(&ours).unwrap(), Peer::HalfClosed);
        ours.write_all(b"never read").unwrap();
        drop(theirs);
        assert_eq!(peer_of(&ours).unwrap(), Peer::Reset);
        assert_eq!(
            peer_of(&ours).unwrap(),
            Peer::Reset,
            "the look consumes nothing"
        );
        let mut bytes = [0; 6];
        ours.read_exact(&mut bytes).unwrap();
        assert!(ours.read(&mut bytes).is_err(), "nor the error");
    }
}
