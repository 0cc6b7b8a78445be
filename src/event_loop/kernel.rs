//! Questions to the kernel that no safe wrapper asks: `SIOCOUTQ` and `TCP_INFO`.

use std::io;
#[cfg(any(target_os = "linux", target_os = "android"))]
use std::os::fd::AsRawFd;
use std::os::fd::{BorrowedFd, RawFd};

use crate::net::delivery::{Look, peer_of};
use crate::net::errno::EBADF;
#[cfg(any(target_os = "linux", target_os = "android"))]
use crate::net::tcp_info::TCP_INFO_BYTES;
use crate::net::tcp_info::TcpInfo;

/// How often a look is begun anew because acknowledgements come meanwhile.
const MAX_LOOKS: usize = 4;

/// Calls with a descriptor that is known by its number.
///
/// # Errors
/// `EBADF` for a negative number; otherwise those of the call, `EBADF` again if it is not open.
#[allow(unsafe_code)]
pub fn with_fd<T>(fd: RawFd, call: impl FnOnce(BorrowedFd<'_>) -> io::Result<T>) -> io::Result<T> {
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(-EBADF));
    }
    // SAFETY: borrowed for the length of this call, on the thread that alone could close it. It is that of a stream
    // of ours, which the caller holds, or lib/internals/descriptor.js has read it from an open handle right before.
    call(unsafe { BorrowedFd::borrow_raw(fd) })
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
        is_exact =
            again.as_ref().map(TcpInfo::bytes_acked) == tcp.as_ref().map(TcpInfo::bytes_acked);
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
    use rustix::io::Errno;
    [Errno::OPNOTSUPP, Errno::NOPROTOOPT]
        .map(|errno| Some(errno.raw_os_error()))
        .contains(&error.raw_os_error())
}

/// `SIOCOUTQ`: bytes that were written and that the peer has not acknowledged.
///
/// # Errors
/// As ioctl(2); `Unsupported` where there is no such request.
#[allow(unsafe_code)]
pub fn bytes_in_send_queue(fd: BorrowedFd<'_>) -> io::Result<u32> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let mut bytes: libc::c_int = 0;
        // SAFETY: `SIOCOUTQ`, which is `TIOCOUTQ` (tcp(7), unix(7)), writes one `int`, for which `bytes` is
        // a valid place; `fd` is open, as its type promises.
        let status = unsafe { libc::ioctl(fd.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
        if status < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(u32::try_from(bytes).unwrap_or(0))
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = fd;
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// `TCP_INFO`.
///
/// # Errors
/// As getsockopt(2), `EOPNOTSUPP` for what is not TCP; `Unsupported` where there is no such option.
#[allow(unsafe_code)]
pub fn tcp_info(fd: BorrowedFd<'_>) -> io::Result<TcpInfo> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let mut bytes = [0_u8; TCP_INFO_BYTES];
        let mut length = libc::socklen_t::try_from(TCP_INFO_BYTES).unwrap_or(0);
        // SAFETY: the kernel writes at most `length` bytes to `bytes`, which has as many, and their
        // number to `length`; any bytes are valid there, and `fd` is open, as its type promises.
        let status = unsafe {
            libc::getsockopt(
                fd.as_raw_fd(),
                libc::IPPROTO_TCP,
                libc::TCP_INFO,
                bytes.as_mut_ptr().cast(),
                &raw mut length,
            )
        };
        if status < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(TcpInfo::new(bytes, length as usize))
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = fd;
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    use super::*;
    use crate::net::tcp_info::TcpState;

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
