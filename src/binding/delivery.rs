//! What became of the bytes: questions to the kernel about a stream of ours, named by its id, and
//! about a socket of Node's, named by its descriptor.

use napi::Env;
use napi::bindgen_prelude::Either;
use napi_derive::napi;

use super::call::{answer, calls, on};
use crate::event_loop::Source;
use crate::net::delivery::{Look, look_at, tcp_info, with_fd};
use crate::net::options::{set_notsent_lowat, set_user_timeout};
use crate::net::tcp_info::TcpInfo;

/// One look at a socket.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct DeliveryLook {
    /// Bytes in the send queue, less the FIN; on a Unix-domain socket only zero means something.
    pub queued: u32,
    /// The other side.
    #[napi(ts_type = "'open' | 'half-closed' | 'reset'")]
    pub peer: &'static str,
    /// Bytes that the kernel took since the connection began, less the FIN, with the SYN of a
    /// client; `undefined` for a Unix-domain socket and before Linux 4.1.
    pub taken: Option<f64>,
    /// Whether `taken` is exact: an acknowledgement that came meanwhile makes it too small.
    pub is_exact: bool,
    /// Whether our FIN was sent; of a connection that was reset only whether the caller knew of it.
    pub has_sent_fin: bool,
    /// Smoothed round-trip time; 0 for a Unix-domain socket.
    pub rtt_ms: f64,
}

impl From<Look> for DeliveryLook {
    fn from(look: Look) -> Self {
        let tcp = look.tcp.as_ref();
        let acked = tcp.and_then(TcpInfo::bytes_acked);
        Self {
            queued: look.queued,
            peer: look.peer.name(),
            taken: acked
                .map(|acked| number(acked) + f64::from(look.queued) - f64::from(u8::from(look.is_fin_acknowledged))),
            is_exact: look.is_exact,
            has_sent_fin: look.has_sent_fin,
            rtt_ms: tcp.and_then(TcpInfo::rtt_us).map_or(0.0, ms_of_us),
        }
    }
}

/// A counter as JavaScript has it: exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
fn number(counter: u64) -> f64 {
    counter as f64
}

fn ms_of_us(us: u32) -> f64 {
    f64::from(us) / 1_000.0
}

calls! { Source::stream:
    /// One look at a stream, or an error.
    stream_look() -> Either<DeliveryLook, i32> = |_, stream| answer(stream.look());

    /// `TCP_INFO` of a stream, or an error.
    stream_tcp_info() -> Either<ConnectionInfo, i32> = |_, stream| answer(stream.tcp_info());

    /// `TCP_USER_TIMEOUT`; 0 is the system's.
    stream_set_user_timeout(ms: u32) -> i32 =
        |_, stream| stream.set_option(|socket| set_user_timeout(socket, ms));

    /// `TCP_NOTSENT_LOWAT`.
    stream_set_not_sent_low_watermark(bytes: u32) -> i32 =
        |_, stream| stream.set_option(|socket| set_notsent_lowat(socket, bytes));
}

/// One look at a socket of Node's, or an error. `knows_of_fin`: its FIN was sent, as an earlier look has seen.
#[napi]
pub fn fd_look(fd: i32, knows_of_fin: bool) -> Either<DeliveryLook, i32> {
    answer(with_fd(fd, |fd| look_at(fd, knows_of_fin)))
}

/// `TCP_INFO` of a socket of Node's, or an error.
#[napi]
pub fn fd_tcp_info(fd: i32) -> Either<ConnectionInfo, i32> {
    answer(with_fd(fd, tcp_info))
}

macro_rules! connection_info {
    ($($(#[$doc:meta])* $name:ident = |$info:ident| $value:expr,)*) => {
        /// `TCP_INFO`, as `tcpInfo()` returns it; what an older kernel does not have is `undefined`.
        #[napi(object, object_from_js = false)]
        #[derive(Debug)]
        pub struct ConnectionInfo {
            /// The state of RFC 9293.
            pub state: &'static str,
            $($(#[$doc])* pub $name: Option<f64>,)*
        }

        impl From<TcpInfo> for ConnectionInfo {
            fn from(info: TcpInfo) -> Self {
                Self {
                    state: info.state().name(),
                    $($name: { let $info = &info; $value },)*
                }
            }
        }
    };
}

fn plain(value: Option<u32>) -> Option<f64> {
    value.map(f64::from)
}

fn large(value: Option<u64>) -> Option<f64> {
    value.map(number)
}

fn us(value: Option<u32>) -> Option<f64> {
    value.map(ms_of_us)
}

fn large_us(value: Option<u64>) -> Option<f64> {
    value.map(|us| number(us) / 1_000.0)
}

connection_info! {
    /// Smoothed round-trip time.
    rtt_ms = |info| us(info.rtt_us()),
    /// Its mean deviation.
    rtt_variation_ms = |info| us(info.rttvar_us()),
    /// The smallest round-trip time; `undefined` before it was measured.
    min_rtt_ms = |info| us(info.min_rtt_us().filter(|us| *us != u32::MAX)),
    /// Time until an unanswered segment is sent again.
    retransmission_timeout_ms = |info| us(info.rto_us()),
    /// Bytes acknowledged by the peer's kernel, with one for the SYN of a client and one for the FIN.
    bytes_acknowledged = |info| large(info.bytes_acked()),
    /// Bytes received.
    bytes_received = |info| large(info.bytes_received()),
    /// Bytes sent, with those sent again.
    bytes_sent = |info| large(info.bytes_sent()),
    /// Bytes sent again.
    bytes_retransmitted = |info| large(info.bytes_retrans()),
    /// Bytes in the kernel that were not sent yet.
    bytes_not_sent = |info| plain(info.notsent_bytes()),
    /// Segments sent.
    segments_sent = |info| plain(info.segs_out()),
    /// Segments received.
    segments_received = |info| plain(info.segs_in()),
    /// Segments sent and not acknowledged.
    segments_unacknowledged = |info| plain(info.unacked()),
    /// Segments that the peer has beyond a gap.
    segments_sacked = |info| plain(info.sacked()),
    /// Segments taken for lost.
    segments_lost = |info| plain(info.lost()),
    /// Segments sent again, since the beginning.
    segments_retransmitted = |info| plain(info.total_retrans()),
    /// Times that the oldest segment was sent again without an answer.
    unanswered_retransmissions = |info| Some(info.retransmits().into()),
    /// Probes, of a closed window or of keep-alive, without an answer.
    unanswered_probes = |info| Some(info.probes().into()),
    /// Congestion window.
    congestion_window_segments = |info| plain(info.snd_cwnd()),
    /// Slow-start threshold; `Infinity` before it was met.
    slow_start_threshold_segments = |info| info.snd_ssthresh().map(|segments| {
        if segments >= 0x7fff_ffff { f64::INFINITY } else { segments.into() }
    }),
    /// The peer's window.
    send_window_bytes = |info| plain(info.snd_wnd()),
    /// Largest segment that is sent.
    send_segment_bytes = |info| plain(info.snd_mss()),
    /// Largest segment that came.
    receive_segment_bytes = |info| plain(info.rcv_mss()),
    /// Path MTU.
    path_mtu_bytes = |info| plain(info.pmtu()),
    /// Rate at which segments are released; `Infinity` where it is not limited.
    pacing_rate_bytes_per_second = |info| info.pacing_rate().map(|rate| {
        if rate == u64::MAX { f64::INFINITY } else { number(rate) }
    }),
    /// Recent rate of delivery.
    delivery_rate_bytes_per_second = |info| large(info.delivery_rate()),
    /// Since data was sent.
    since_data_sent_ms = |info| plain(info.last_data_sent_ms()),
    /// Since data came.
    since_data_received_ms = |info| plain(info.last_data_recv_ms()),
    /// Since an acknowledgement came.
    since_acknowledged_ms = |info| plain(info.last_ack_recv_ms()),
    /// Spent sending.
    busy_ms = |info| large_us(info.busy_time_us()),
    /// … of which stopped by the peer's window.
    limited_by_receiver_ms = |info| large_us(info.rwnd_limited_us()),
    /// … of which stopped by the own send buffer.
    limited_by_send_buffer_ms = |info| large_us(info.sndbuf_limited_us()),
}
