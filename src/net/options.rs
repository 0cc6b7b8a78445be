//! Socket options, named as in tcp(7), ip(7) and socket(7).

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};

/// Seconds between two keep-alive probes where the caller names none; libuv's choice.
const DEFAULT_KEEPALIVE_INTERVAL_SECS: u32 = 1;

/// Unanswered probes after which the connection is dropped where the caller names no number;
/// libuv's choice.
const DEFAULT_KEEPALIVE_RETRIES: u32 = 10;

/// `SO_KEEPALIVE` and its three times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keepalive {
    /// Idle seconds before the first probe; 0 leaves the system's times as they are.
    pub idle_secs: u32,
    /// Seconds between two probes.
    pub interval_secs: Option<u32>,
    /// Probes that may stay unanswered.
    pub retries: Option<u32>,
}

/// Turns keep-alive on with the given times, or off.
///
/// # Errors
/// As setsockopt(2).
pub fn set_keepalive(socket: &SockRef<'_>, keepalive: Option<Keepalive>) -> io::Result<()> {
    socket.set_keepalive(keepalive.is_some())?;
    let Some(times) = keepalive.filter(|times| times.idle_secs > 0) else {
        return Ok(());
    };
    let secs = |secs: u32| Duration::from_secs(secs.into());
    let interval = times.interval_secs.unwrap_or(DEFAULT_KEEPALIVE_INTERVAL_SECS);
    let params = TcpKeepalive::new()
        .with_time(secs(times.idle_secs))
        .with_interval(secs(interval));
    let params = params.with_retries(times.retries.unwrap_or(DEFAULT_KEEPALIVE_RETRIES));
    socket.set_tcp_keepalive(&params)
}

/// Sets the type-of-service byte: `IP_TOS`, or `IPV6_TCLASS` on an IPv6 socket.
///
/// # Errors
/// As setsockopt(2).
pub fn set_type_of_service(socket: &SockRef<'_>, tos: u8) -> io::Result<()> {
    if socket.local_addr()?.is_ipv6() {
        #[cfg(unix)]
        return socket.set_tclass_v6(tos.into());
        #[cfg(not(unix))]
        return Err(io::ErrorKind::Unsupported.into());
    }
    socket.set_tos_v4(tos.into())
}

/// Reads the type-of-service byte back.
///
/// # Errors
/// As getsockopt(2).
pub fn type_of_service(socket: &SockRef<'_>) -> io::Result<u32> {
    if socket.local_addr()?.is_ipv6() {
        #[cfg(unix)]
        return socket.tclass_v6();
        #[cfg(not(unix))]
        return Err(io::ErrorKind::Unsupported.into());
    }
    socket.tos_v4()
}

/// Makes the coming close(2) send a reset instead of a FIN: `SO_LINGER` with zero seconds.
///
/// # Errors
/// As setsockopt(2).
pub fn set_reset_on_close(socket: &SockRef<'_>) -> io::Result<()> {
    socket.set_linger(Some(Duration::ZERO))
}

/// How long written bytes may stay unacknowledged before the connection is given up with `ETIMEDOUT`:
/// `TCP_USER_TIMEOUT` (RFC 5482), in milliseconds; 0 is the system's choice.
///
/// # Errors
/// As setsockopt(2).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn set_user_timeout(socket: &SockRef<'_>, ms: u32) -> io::Result<()> {
    socket.set_tcp_user_timeout(Some(Duration::from_millis(ms.into())))
}

/// How many bytes may wait unsent in the kernel before it says that the socket is not writable:
/// `TCP_NOTSENT_LOWAT`.
///
/// # Errors
/// As setsockopt(2).
#[cfg(any(target_os = "linux", target_os = "android"))]
pub fn set_notsent_lowat(socket: &SockRef<'_>, bytes: u32) -> io::Result<()> {
    socket.set_tcp_notsent_lowat(bytes)
}

/// No such options.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub use unsupported::{no_option as set_notsent_lowat, no_option as set_user_timeout};

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod unsupported {
    use super::{SockRef, io};

    /// Only Linux has it.
    ///
    /// # Errors
    /// `Unsupported`.
    pub fn no_option(_socket: &SockRef<'_>, _value: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use socket2::{Domain, Socket, Type};

    fn socket() -> Socket {
        Socket::new(Domain::IPV4, Type::STREAM, None).unwrap()
    }

    #[test]
    fn keepalive_times_reach_the_socket() {
        let socket = socket();
        let times = Keepalive {
            idle_secs: 7,
            interval_secs: None,
            retries: Some(3),
        };
        set_keepalive(&SockRef::from(&socket), Some(times)).unwrap();
        assert!(socket.keepalive().unwrap());
        // Windows sets them, and does not tell them.
        #[cfg(not(windows))]
        {
            assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(7));
            assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(1));
        }
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), 3);
        set_keepalive(&SockRef::from(&socket), None).unwrap();
        assert!(!socket.keepalive().unwrap());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_deadline_and_the_watermark_reach_the_socket() {
        let socket = socket();
        set_user_timeout(&SockRef::from(&socket), 1_500).unwrap();
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(Duration::from_millis(1_500)));
        set_notsent_lowat(&SockRef::from(&socket), 16_384).unwrap();
        assert_eq!(socket.tcp_notsent_lowat().unwrap(), 16_384);
    }

    #[cfg(unix)]
    #[test]
    fn the_type_of_service_is_read_back_in_both_families() {
        for domain in [Domain::IPV4, Domain::IPV6] {
            let socket = Socket::new(domain, Type::STREAM, None).unwrap();
            let socket = SockRef::from(&socket);
            set_type_of_service(&socket, 0x10).unwrap();
            assert_eq!(type_of_service(&socket).unwrap(), 0x10);
        }
    }
}
