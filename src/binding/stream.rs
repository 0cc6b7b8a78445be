//! Streams.

use std::io::IoSlice;

use napi::Env;
use napi::bindgen_prelude::{Array, Either, Result, Uint8ArraySlice};
use napi_derive::napi;

use super::Address;
use super::call::{answer, at, calls, create, on};
use crate::event_loop::{Source, StreamSource};
use crate::net::options::{self, Keepalive};
use crate::net::stream::MAX_SLICES;

/// Makes a stream without a descriptor; its id.
///
/// # Errors
/// `GenericFailure` before `start` or while the environment is ending.
#[napi]
pub fn stream_create(env: Env, realm: u32, is_pipe: bool) -> Result<u32> {
    create(env, realm, is_pipe, StreamSource::create)
}

calls! { Source::stream:
    /// Starts to connect to an IP address.
    stream_connect(address: String, port: u16) -> i32 =
        |event_loop, stream| at(&address, port, |addr| stream.connect(event_loop, addr));

    /// Starts to connect to a path.
    stream_connect_path(path: String) -> i32 =
        |event_loop, stream| stream.connect_path(event_loop, &path);

    /// Starts to read.
    stream_read_start() -> i32 = |event_loop, stream| stream.read_start(event_loop);

    /// Stops reading.
    stream_read_stop() -> i32 = |event_loop, stream| stream.read_stop(event_loop);

    /// Bounds the bytes of one read event; 0 lifts the bound.
    stream_limit_read(bytes: u32) -> () = |_, stream| stream.limit_read(bytes);

    /// Has a writable event in the next turn, for a write that is over.
    stream_finish_write() -> () = |event_loop, stream| stream.finish_write(event_loop);

    /// Waits until the kernel takes bytes again.
    stream_await_writable() -> () = |event_loop, stream| stream.await_writable(event_loop);

    /// Shuts the writing half down.
    stream_shutdown() -> i32 = |event_loop, stream| stream.shutdown(event_loop);

    /// Closes the descriptor with a reset; the bytes that the peer has not acknowledged, or an error.
    stream_reset() -> i32 = |event_loop, stream| stream.reset(event_loop);

    /// `TCP_NODELAY`.
    stream_set_no_delay(enable: bool) -> i32 = |_, stream| stream.set_option(|socket| socket.set_tcp_nodelay(enable));

    /// `SO_KEEPALIVE` with its times in seconds.
    stream_set_keep_alive(
        enable: bool, idle_secs: u32, interval_secs: Option<u32>, retries: Option<u32>
    ) -> i32 = |_, stream| {
        let keepalive = enable.then_some(Keepalive { idle_secs, interval_secs, retries });
        stream.set_option(|socket| options::set_keepalive(socket, keepalive))
    };

    /// `IP_TOS` or `IPV6_TCLASS`.
    stream_set_type_of_service(tos: u8) -> i32 =
        |_, stream| stream.set_option(|socket| options::set_type_of_service(socket, tos));

    /// The type of service, or an error.
    stream_type_of_service() -> i32 = |_, stream| stream.with_socket(options::type_of_service);

    /// getpeername(2), or an error.
    stream_remote_address() -> Either<Address, i32> = |_, stream| answer(stream.peer_addr());
}

/// One sendmsg(2) of what follows `offset` in the concatenation of `chunks`; the bytes that the
/// kernel took, or an error.
///
/// # Errors
/// `InvalidArg` if one of the chunks is no `Uint8Array`.
#[napi]
pub fn stream_writev(env: Env, id: u32, chunks: Array<'_>, offset: i64) -> Result<i32> {
    let mut skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let mut views = Vec::with_capacity((chunks.len() as usize).min(MAX_SLICES));
    for index in 0..chunks.len() {
        let Some(chunk) = chunks.get::<Uint8ArraySlice<'_>>(index)? else {
            break;
        };
        if skip >= chunk.len() {
            skip -= chunk.len();
            continue;
        }
        views.push((chunk, skip));
        skip = 0;
        if views.len() == MAX_SLICES {
            break;
        }
    }
    let slices: Vec<_> = views
        .iter()
        .map(|(chunk, skip)| IoSlice::new(&chunk[*skip..]))
        .collect();
    Ok(on(Source::stream, env, id, |_, stream| stream.write_vectored(&slices)))
}
