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

/// A number of each name: of errno(3) on Unix, libuv's on Windows.
macro_rules! codes {
    ($($name:ident = $unix:ident | $windows:literal;)*) => {
        #[allow(missing_docs, dead_code, reason = "the names are errno(3)'s, and either system has some of its own")]
        mod code {
            $(
                #[cfg(unix)]
                pub const $name: i32 = -rustix::io::Errno::$unix.raw_os_error();
                #[cfg(windows)]
                pub const $name: i32 = $windows;
            )*
        }
    };
}

codes! {
    EADDRINUSE = ADDRINUSE | -4091;
    EADDRNOTAVAIL = ADDRNOTAVAIL | -4090;
    EAFNOSUPPORT = AFNOSUPPORT | -4089;
    EACCES = ACCESS | -4092;
    EAGAIN = AGAIN | -4088;
    EBADF = BADF | -4083;
    ECONNABORTED = CONNABORTED | -4079;
    ECONNREFUSED = CONNREFUSED | -4078;
    ECONNRESET = CONNRESET | -4077;
    EEXIST = EXIST | -4075;
    EHOSTUNREACH = HOSTUNREACH | -4073;
    EINVAL = INVAL | -4071;
    EIO = IO | -4070;
    EISCONN = ISCONN | -4069;
    EMFILE = MFILE | -4066;
    ENFILE = NFILE | -4061;
    ENETUNREACH = NETUNREACH | -4062;
    ENOBUFS = NOBUFS | -4060;
    ENOENT = NOENT | -4058;
    ENOPROTOOPT = NOPROTOOPT | -4035;
    ENOTCONN = NOTCONN | -4053;
    ENOTSOCK = NOTSOCK | -4050;
    ENOTSUP = NOTSUP | -4049;
    EPIPE = PIPE | -4047;
    ETIMEDOUT = TIMEDOUT | -4039;
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

pub use code::{EBADF, EEXIST, EINVAL, EISCONN, EMFILE, ENFILE, ENOBUFS, ENOPROTOOPT, ENOTCONN, ENOTSUP};

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
