//! `TCP_INFO`: what the kernel knows of a TCP connection (tcp(7), and `struct tcp_info` of
//! `linux/tcp.h`).
//!
//! The structure grows with every few kernels and never changes otherwise, so it is read by offset
//! from the bytes that the kernel gave: what an older kernel does not have is `None`. This module
//! only reads; the system call is made in `sys`.

/// The size of the structure in Linux 6.18; an older kernel fills less of it.
pub const TCP_INFO_BYTES: usize = 248;

/// The states: name, number in the kernel, name in RFC 9293 in lower case.
macro_rules! states {
    ($($(#[$doc:meta])* $state:ident = $number:literal, $name:literal;)*) => {
        /// The states of RFC 9293, numbered as in the kernel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum TcpState {
            $($(#[$doc])* $state = $number,)*
        }

        impl TcpState {
            /// Every state, in the order of the numbers.
            pub const ALL: &[Self] = &[$(Self::$state),*];

            /// The name of RFC 9293, in lower case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$state => $name,)*
                }
            }
        }
    };
}

states! {
    /// Connected, and both sides may send.
    Established = 1, "established";
    /// SYN sent.
    SynSent = 2, "syn-sent";
    /// SYN received.
    SynReceived = 3, "syn-received";
    /// Our FIN is sent and not acknowledged.
    FinWait1 = 4, "fin-wait-1";
    /// Our FIN is acknowledged.
    FinWait2 = 5, "fin-wait-2";
    /// Both FINs are acknowledged; late segments are waited for.
    TimeWait = 6, "time-wait";
    /// No connection: it is over, or was reset, or never was.
    Closed = 7, "closed";
    /// The peer's FIN has arrived.
    CloseWait = 8, "close-wait";
    /// The peer's FIN has arrived, and ours is not acknowledged.
    LastAck = 9, "last-ack";
    /// A listening socket.
    Listen = 10, "listen";
    /// Both FINs are on their way, ours is not acknowledged.
    Closing = 11, "closing";
}

impl TcpState {
    fn from_number(number: u8) -> Self {
        let known = Self::ALL.iter().find(|state| **state as u8 == number);
        *known.unwrap_or(&Self::Closed)
    }

    /// Whether our FIN has been sent, so far as the state tells: a connection that was reset does
    /// not say what it was before.
    #[must_use]
    pub const fn has_sent_fin(self) -> bool {
        matches!(
            self,
            Self::FinWait1 | Self::FinWait2 | Self::TimeWait | Self::LastAck | Self::Closing
        )
    }
}

/// The structure as the kernel filled it.
#[derive(Debug, Clone)]
pub struct TcpInfo {
    bytes: [u8; TCP_INFO_BYTES],
    length: usize,
}

impl TcpInfo {
    /// Takes what getsockopt(2) has written, and how much of it.
    #[must_use]
    pub fn new(bytes: [u8; TCP_INFO_BYTES], length: usize) -> Self {
        Self {
            bytes,
            length: length.min(TCP_INFO_BYTES),
        }
    }

    fn field<const N: usize>(&self, offset: usize) -> Option<[u8; N]> {
        self.bytes[..self.length].get(offset..offset + N)?.try_into().ok()
    }

    fn u8(&self, offset: usize) -> u8 {
        self.field::<1>(offset).map_or(0, |[byte]| byte)
    }

    fn u32(&self, offset: usize) -> Option<u32> {
        self.field(offset).map(u32::from_ne_bytes)
    }

    fn u64(&self, offset: usize) -> Option<u64> {
        self.field(offset).map(u64::from_ne_bytes)
    }

    /// The state of the connection.
    #[must_use]
    pub fn state(&self) -> TcpState {
        TcpState::from_number(self.u8(0))
    }
}

/// Fields that are plain numbers: name, type, offset and name in `struct tcp_info`.
macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $type:ident @ $offset:literal = $kernels:ident,)*) => {
        impl TcpInfo {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(&self) -> Option<$type> {
                self.$type($offset)
            })*
        }

        #[cfg(all(test, target_os = "linux", target_env = "gnu", target_endian = "little"))]
        #[test]
        fn every_field_is_where_the_kernel_has_it() {
            $(
                let mut bytes = [0; TCP_INFO_BYTES];
                bytes[std::mem::offset_of!(libc::tcp_info, $kernels)] = 90;
                let value = TcpInfo::new(bytes, TCP_INFO_BYTES).$name();
                assert_eq!(value.map(u64::from), Some(90), stringify!($name));
            )*
        }
    };
}

fields! {
    /// Retransmission timeout, in microseconds.
    rto_us: u32 @ 8 = tcpi_rto,
    /// Largest segment that is sent.
    snd_mss: u32 @ 16 = tcpi_snd_mss,
    /// Largest segment that came.
    rcv_mss: u32 @ 20 = tcpi_rcv_mss,
    /// Segments sent and not acknowledged.
    unacked: u32 @ 24 = tcpi_unacked,
    /// Segments that the peer has beyond a gap.
    sacked: u32 @ 28 = tcpi_sacked,
    /// Segments taken for lost.
    lost: u32 @ 32 = tcpi_lost,
    /// Milliseconds since data was sent.
    last_data_sent_ms: u32 @ 44 = tcpi_last_data_sent,
    /// Milliseconds since data came.
    last_data_recv_ms: u32 @ 52 = tcpi_last_data_recv,
    /// Milliseconds since an acknowledgement came.
    last_ack_recv_ms: u32 @ 56 = tcpi_last_ack_recv,
    /// Path MTU, in bytes.
    pmtu: u32 @ 60 = tcpi_pmtu,
    /// Smoothed round-trip time, in microseconds; 0 before it was measured.
    rtt_us: u32 @ 68 = tcpi_rtt,
    /// Its mean deviation, in microseconds.
    rttvar_us: u32 @ 72 = tcpi_rttvar,
    /// Slow-start threshold, in segments.
    snd_ssthresh: u32 @ 76 = tcpi_snd_ssthresh,
    /// Congestion window, in segments.
    snd_cwnd: u32 @ 80 = tcpi_snd_cwnd,
    /// Segments sent again, since the beginning.
    total_retrans: u32 @ 100 = tcpi_total_retrans,
    /// Rate at which segments are released, in bytes a second; all ones is no limit.
    pacing_rate: u64 @ 104 = tcpi_pacing_rate,
    /// Bytes acknowledged, with the SYN of a client and the FIN.
    bytes_acked: u64 @ 120 = tcpi_bytes_acked,
    /// Bytes received.
    bytes_received: u64 @ 128 = tcpi_bytes_received,
    /// Segments sent.
    segs_out: u32 @ 136 = tcpi_segs_out,
    /// Segments received.
    segs_in: u32 @ 140 = tcpi_segs_in,
    /// Bytes in the kernel that were not sent yet.
    notsent_bytes: u32 @ 144 = tcpi_notsent_bytes,
    /// Smallest round-trip time, in microseconds; all ones before it was measured.
    min_rtt_us: u32 @ 148 = tcpi_min_rtt,
    /// Recent rate of delivery, in bytes a second.
    delivery_rate: u64 @ 160 = tcpi_delivery_rate,
    /// Microseconds spent sending.
    busy_time_us: u64 @ 168 = tcpi_busy_time,
    /// … of which stopped by the peer's window.
    rwnd_limited_us: u64 @ 176 = tcpi_rwnd_limited,
    /// … of which stopped by the own buffer.
    sndbuf_limited_us: u64 @ 184 = tcpi_sndbuf_limited,
    /// Bytes sent, with those sent again.
    bytes_sent: u64 @ 200 = tcpi_bytes_sent,
    /// Bytes sent again.
    bytes_retrans: u64 @ 208 = tcpi_bytes_retrans,
    /// The peer's window, in bytes.
    snd_wnd: u32 @ 228 = tcpi_snd_wnd,
}

impl TcpInfo {
    /// Retransmissions, without an answer, of the oldest segment.
    #[must_use]
    pub fn retransmits(&self) -> u8 {
        self.u8(2)
    }

    /// Probes of a zero window or of keep-alive, without an answer.
    #[must_use]
    pub fn probes(&self) -> u8 {
        self.u8(3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_the_kernel_did_not_write_is_none() {
        let mut bytes = [0; TCP_INFO_BYTES];
        bytes[0] = 4;
        bytes[68..72].copy_from_slice(&100_000_u32.to_ne_bytes());
        bytes[120..128].copy_from_slice(&7_u64.to_ne_bytes());
        let old = TcpInfo::new(bytes, 104);
        assert_eq!(old.state(), TcpState::FinWait1);
        assert_eq!(old.rtt_us(), Some(100_000));
        assert_eq!(old.bytes_acked(), None);
        assert_eq!(TcpInfo::new(bytes, 128).bytes_acked(), Some(7));
    }

    #[test]
    fn states_lead_back_to_their_numbers() {
        for state in TcpState::ALL {
            assert_eq!(TcpState::from_number(*state as u8), *state);
        }
        assert_eq!(TcpState::from_number(200), TcpState::Closed);
    }

    #[test]
    fn the_fin_counts_from_the_moment_it_was_sent() {
        assert!(!TcpState::CloseWait.has_sent_fin());
        assert!(TcpState::LastAck.has_sent_fin());
        assert!(!TcpState::Closed.has_sent_fin());
    }
}
