//! What became of the bytes that the kernel took: how many the peer has not acknowledged, and whether
//! there is a peer.
//!
//! Nothing here consumes anything: no byte is read, and a pending error stays for the next read or
//! write to report. Acknowledged by the peer's kernel is not read by its program.

use std::io;

use super::errno::{ENOPROTOOPT, ENOTSUP, errno};
use super::poll::peer_of;
use super::tcp_info::{TcpInfo, TcpState};
use crate::sys::fd::{BorrowedFd, RawFd, borrow};
use crate::sys::tcp;

/// How often a look is begun anew because acknowledgements come meanwhile.
const MAX_LOOKS: usize = 4;

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
    pub fn new(tcp: Option<TcpInfo>, queue: u32, is_exact: bool, peer: Peer, knows_of_fin: bool) -> Self {
        let state = tcp.as_ref().map(TcpInfo::state);
        let has_sent_fin =
            state.is_some_and(|state| state.has_sent_fin() || (state == TcpState::Closed && knows_of_fin));
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

/// One look at what became of the bytes that were written to `fd`. `knows_of_fin` says that its
/// writing half was shut down, which a connection that was reset does not tell any more.
///
/// # Errors
/// As ioctl(2), getsockopt(2) and poll(2); `ENOTSOCK` for what is no socket.
pub fn look_at(fd: BorrowedFd<'_>, knows_of_fin: bool) -> io::Result<Look> {
    let mut tcp = tcp_info_if_tcp(fd)?;
    let mut queue = bytes_in_send_queue(fd)?;
    // An acknowledgement that comes in between belongs to the second answer only.
    let mut is_exact = false;
    for _ in 0..MAX_LOOKS {
        let again = tcp_info_if_tcp(fd)?;
        is_exact = again.as_ref().map(TcpInfo::bytes_acked) == tcp.as_ref().map(TcpInfo::bytes_acked);
        if is_exact {
            break;
        }
        tcp = again;
        queue = bytes_in_send_queue(fd)?;
    }
    let peer = peer_of(fd)?;
    Ok(Look::new(tcp, queue, is_exact, peer, knows_of_fin))
}

fn tcp_info_if_tcp(fd: BorrowedFd<'_>) -> io::Result<Option<TcpInfo>> {
    match tcp_info(fd) {
        Err(error) if is_no_tcp(&error) => Ok(None),
        info => info.map(Some),
    }
}

/// What a Unix-domain socket answers to options of TCP.
fn is_no_tcp(error: &io::Error) -> bool {
    matches!(errno(error), ENOTSUP | ENOPROTOOPT)
}

/// `TCP_INFO`.
///
/// # Errors
/// As getsockopt(2), `EOPNOTSUPP` for what is not TCP; `Unsupported` where there is no such option.
pub fn tcp_info(fd: BorrowedFd<'_>) -> io::Result<TcpInfo> {
    let (bytes, length) = tcp::tcp_info(fd)?;
    Ok(TcpInfo::new(bytes, length))
}

/// Bytes that were written to `fd` and that the peer has not acknowledged, with the FIN.
///
/// # Errors
/// As ioctl(2); `Unsupported` where there is no such request.
pub fn bytes_in_send_queue(fd: BorrowedFd<'_>) -> io::Result<u32> {
    tcp::bytes_in_send_queue(fd)
}

/// Calls with a descriptor of Node's that is known by its number.
///
/// # Errors
/// `EBADF` for a number that is none's; otherwise those of the call, `EBADF` again if it is not open. `Unsupported` where
/// there are no descriptors.
pub fn with_fd<T>(fd: RawFd, call: impl FnOnce(BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
    borrow(fd, call).unwrap_or_else(|| Err(no_descriptor()))
}

/// What a question without a descriptor is answered.
#[cfg(unix)]
pub(crate) fn no_descriptor() -> io::Error {
    rustix::io::Errno::BADF.into()
}

/// What a question without a descriptor is answered: it cannot be asked.
#[cfg(not(unix))]
pub(crate) fn no_descriptor() -> io::Error {
    io::ErrorKind::Unsupported.into()
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
        let look = |knows_of_fin| Look::new(Some(tcp(TcpState::Closed)), 101, true, Peer::Reset, knows_of_fin);
        assert_eq!(look(true).queued, 100);
        assert_eq!(look(false).queued, 101);
    }

    #[cfg(target_os = "linux")]
    mod of_a_socket {
        use std::io::Write;
        use std::net::{TcpListener, TcpStream};
        use std::os::fd::AsFd;
        use std::os::unix::net::UnixStream;

        use super::super::*;

        #[test]
        fn a_fresh_tcp_connection_has_an_empty_queue() {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let look = look_at(stream.as_fd(), false).unwrap();
            assert_eq!(look.queued, 0);
            assert_eq!(look.tcp.unwrap().state(), TcpState::Established);
        }

        #[test]
        fn a_unix_socket_has_no_tcp_info_and_counts_what_was_not_read() {
            let (mut ours, _theirs) = UnixStream::pair().unwrap();
            assert_eq!(look_at(ours.as_fd(), false).unwrap().queued, 0);
            ours.write_all(b"x").unwrap();
            let look = look_at(ours.as_fd(), false).unwrap();
            assert!(look.tcp.is_none());
            assert!(look.queued > 0);
        }

        #[test]
        fn what_is_no_socket_is_an_error() {
            let file = std::fs::File::open("/dev/null").unwrap();
            assert!(look_at(file.as_fd(), false).is_err());
            assert!(with_fd(-1, |fd| look_at(fd, false)).is_err());
        }
    }
}
