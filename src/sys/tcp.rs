//! Questions to the kernel that no safe wrapper asks: `SIOCOUTQ` and `TCP_INFO`. Only Linux has them.

use std::io;

use super::fd::BorrowedFd;

#[cfg(any(target_os = "linux", target_os = "android"))]
use std::os::fd::AsRawFd;

/// `SIOCOUTQ`: bytes that were written and that the peer has not acknowledged.
///
/// # Errors
/// As ioctl(2).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn bytes_in_send_queue(fd: BorrowedFd<'_>) -> io::Result<u32> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: `SIOCOUTQ`, which is `TIOCOUTQ` (tcp(7), unix(7)), writes one `int`, for which `bytes` is
    // a valid place; `fd` is open, as its type promises.
    let status = unsafe { libc::ioctl(fd.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if status < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(u32::try_from(bytes).unwrap_or(0))
}

/// `TCP_INFO`: the bytes of `struct tcp_info`, and how many of them the kernel has filled.
///
/// # Errors
/// As getsockopt(2), `EOPNOTSUPP` for what is not TCP.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn tcp_info<const N: usize>(fd: BorrowedFd<'_>) -> io::Result<([u8; N], usize)> {
    let mut bytes = [0_u8; N];
    let mut length = libc::socklen_t::try_from(N).unwrap_or(0);
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
    Ok((bytes, length as usize))
}

/// No such request.
///
/// # Errors
/// `Unsupported`.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn bytes_in_send_queue(_fd: BorrowedFd<'_>) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

/// No such option.
///
/// # Errors
/// `Unsupported`.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub fn tcp_info<const N: usize>(_fd: BorrowedFd<'_>) -> io::Result<([u8; N], usize)> {
    Err(io::ErrorKind::Unsupported.into())
}
