//! Operating-system errors as the negative numbers that Node's `util.getSystemErrorName` reads.
//!
//! On Unix libuv's numbers are the negated `errno`; on Windows they are libuv's own, listed in
//! its `include/uv/errno.h`.

use std::io;

/// The number of `error`, always below zero.
#[must_use]
pub fn errno(error: &io::Error) -> i32 {
    #[cfg(unix)]
    if let Some(code) = error.raw_os_error() {
        return -code;
    }
    #[cfg(windows)]
    if let Some(errno) = error.raw_os_error().and_then(from_winsock) {
        return errno;
    }
    from_kind(error.kind())
}

/// 0 for success, the negative number of the error otherwise.
#[must_use]
pub fn status(result: &io::Result<()>) -> i32 {
    result.as_ref().err().map_or(0, errno)
}

#[cfg(unix)]
#[allow(missing_docs, reason = "the names are errno(3)'s")]
mod code {
    use rustix::io::Errno;

    pub(super) const fn negated(errno: Errno) -> i32 {
        -errno.raw_os_error()
    }

    pub const EADDRINUSE: i32 = negated(Errno::ADDRINUSE);
    pub const EADDRNOTAVAIL: i32 = negated(Errno::ADDRNOTAVAIL);
    pub const EACCES: i32 = negated(Errno::ACCESS);
    pub const EAGAIN: i32 = negated(Errno::AGAIN);
    pub const EBADF: i32 = negated(Errno::BADF);
    pub const ECONNABORTED: i32 = negated(Errno::CONNABORTED);
    pub const ECONNREFUSED: i32 = negated(Errno::CONNREFUSED);
    pub const ECONNRESET: i32 = negated(Errno::CONNRESET);
    pub const EEXIST: i32 = negated(Errno::EXIST);
    pub const EINVAL: i32 = negated(Errno::INVAL);
    pub const EIO: i32 = negated(Errno::IO);
    pub const EISCONN: i32 = negated(Errno::ISCONN);
    pub const ENOTCONN: i32 = negated(Errno::NOTCONN);
    pub const ENOTSUP: i32 = negated(Errno::NOTSUP);
    pub const EPIPE: i32 = negated(Errno::PIPE);
    pub const ETIMEDOUT: i32 = negated(Errno::TIMEDOUT);
    pub const ENETUNREACH: i32 = negated(Errno::NETUNREACH);
    pub const EHOSTUNREACH: i32 = negated(Errno::HOSTUNREACH);
    pub const ENOENT: i32 = negated(Errno::NOENT);
}

#[cfg(windows)]
#[allow(missing_docs, reason = "the names are libuv's")]
mod code {
    pub const EADDRINUSE: i32 = -4091;
    pub const EADDRNOTAVAIL: i32 = -4090;
    pub const EAFNOSUPPORT: i32 = -4089;
    pub const EACCES: i32 = -4092;
    pub const EAGAIN: i32 = -4088;
    pub const EBADF: i32 = -4083;
    pub const ECONNABORTED: i32 = -4079;
    pub const ECONNREFUSED: i32 = -4078;
    pub const ECONNRESET: i32 = -4077;
    pub const EEXIST: i32 = -4075;
    pub const EINVAL: i32 = -4071;
    pub const EIO: i32 = -4070;
    pub const EISCONN: i32 = -4069;
    pub const EMFILE: i32 = -4066;
    pub const ENOBUFS: i32 = -4060;
    pub const ENOTCONN: i32 = -4053;
    pub const ENOTSOCK: i32 = -4050;
    pub const ENOTSUP: i32 = -4049;
    pub const EPIPE: i32 = -4047;
    pub const ETIMEDOUT: i32 = -4039;
    pub const ENETUNREACH: i32 = -4062;
    pub const EHOSTUNREACH: i32 = -4073;
    pub const ENOENT: i32 = -4058;
}

/// What std has no kind for, by the numbers of Windows Sockets.
#[cfg(windows)]
fn from_winsock(code: i32) -> Option<i32> {
    match code {
        10024 => Some(code::EMFILE),
        10038 => Some(code::ENOTSOCK),
        10047 => Some(code::EAFNOSUPPORT),
        10055 => Some(code::ENOBUFS),
        10056 => Some(code::EISCONN),
        _ => None,
    }
}

pub use code::{EBADF, EEXIST, EINVAL, EISCONN, ENOTCONN};

fn from_kind(kind: io::ErrorKind) -> i32 {
    use io::ErrorKind as K;
    match kind {
        K::AddrInUse => code::EADDRINUSE,
        K::AddrNotAvailable => code::EADDRNOTAVAIL,
        K::BrokenPipe => code::EPIPE,
        K::ConnectionAborted => code::ECONNABORTED,
        K::ConnectionRefused => code::ECONNREFUSED,
        K::ConnectionReset => code::ECONNRESET,
        K::HostUnreachable => code::EHOSTUNREACH,
        K::InvalidInput => code::EINVAL,
        K::NetworkUnreachable => code::ENETUNREACH,
        K::NotConnected => code::ENOTCONN,
        K::NotFound => code::ENOENT,
        K::PermissionDenied => code::EACCES,
        K::TimedOut => code::ETIMEDOUT,
        K::Unsupported => code::ENOTSUP,
        K::WouldBlock => code::EAGAIN,
        _ => code::EIO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_without_a_number_gets_the_number_of_its_kind() {
        let error = io::Error::from(io::ErrorKind::ConnectionReset);
        assert_eq!(errno(&error), code::ECONNRESET);
        assert_eq!(errno(&io::Error::other("no number")), code::EIO);
    }

    #[cfg(unix)]
    #[test]
    fn an_operating_system_error_keeps_its_own_number() {
        let error = io::Error::from_raw_os_error(104);
        assert_eq!(errno(&error), -104);
        assert_eq!(status(&Err(error)), -104);
        assert_eq!(status(&Ok(())), 0);
    }
}
