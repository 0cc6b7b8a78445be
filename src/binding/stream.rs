//! Streams.

use std::io::IoSlice;

use napi::Env;
use napi::bindgen_prelude::{Array, Either, Object, Result, Uint8ArraySlice};
use napi_derive::napi;

use super::Address;
use super::call::{answer, at, calls, create, on};
use crate::event_loop::{EventLoop, StreamSource};
use crate::net::options::Keepalive;
use crate::net::socket::BindFlags;
use crate::net::stream::MAX_SLICES;

/// Makes a stream without a descriptor; its id.
///
/// # Errors
/// `GenericFailure` before `start` or while the environment is ending.
#[napi]
pub fn stream_create(env: Env, realm: u32, is_pipe: bool) -> Result<u32> {
    create(env, realm, is_pipe, StreamSource::create)
}

/// Has events told, in the async context of this moment with `owner` as its resource.
///
/// # Errors
/// If the environment is ending.
#[napi]
pub fn stream_attach(env: Env, id: u32, owner: Object<'_>, resource_type: String) -> Result<()> {
    on(EventLoop::stream, env, id, |_, stream| {
        stream.attach(env, &owner, &resource_type)
    })
}

calls! { EventLoop::stream:
    /// bind(2) to an IP address; flags: 1 is IPv6-only, 2 is a shared port.
    stream_bind(address: String, port: u16, flags: u32) -> i32 =
        |_, stream| at(&address, port, |addr| stream.bind(addr, BindFlags::from_bits(flags)));

    /// bind(2) to a path.
    stream_bind_path(path: String) -> i32 = |_, stream| stream.bind_path(&path);

    /// Starts to connect to an IP address.
    stream_connect(address: String, port: u16) -> i32 =
        |event_loop, stream| at(&address, port, |addr| stream.connect(event_loop, addr));

    /// Starts to connect to a path.
    stream_connect_path(path: String) -> i32 =
        |event_loop, stream| stream.connect_path(event_loop, &path);

    /// Adopts a connected descriptor.
    stream_open(fd: i32) -> i32 = |event_loop, stream| stream.open(event_loop, fd);

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

    /// Closes the descriptor; the bytes that the peer has not acknowledged, or an error.
    stream_close() -> i32 = |event_loop, stream| stream.close(event_loop);

    /// Closes the descriptor with a reset; the bytes that the peer has not acknowledged, or an error.
    stream_reset() -> i32 = |event_loop, stream| stream.reset(event_loop);

    /// `TCP_NODELAY`.
    stream_set_no_delay(enable: bool) -> i32 = |_, stream| stream.set_nodelay(enable);

    /// `SO_KEEPALIVE` with its times in seconds.
    stream_set_keep_alive(
        enable: bool, idle_secs: u32, interval_secs: Option<u32>, retries: Option<u32>
    ) -> i32 = |_, stream| {
        stream.set_keepalive(enable.then_some(Keepalive { idle_secs, interval_secs, retries }))
    };

    /// `IP_TOS` or `IPV6_TCLASS`.
    stream_set_type_of_service(tos: u8) -> i32 = |_, stream| stream.set_type_of_service(tos);

    /// The type of service, or an error.
    stream_type_of_service() -> i32 = |_, stream| stream.type_of_service();

    /// getsockname(2), or an error.
    stream_local_address() -> Either<Address, i32> = |_, stream| answer(stream.local_addr());

    /// getpeername(2), or an error.
    stream_remote_address() -> Either<Address, i32> = |_, stream| answer(stream.peer_addr());

    /// Whether the stream keeps the process alive while it reads.
    stream_set_ref(referenced: bool) -> () =
        |event_loop, stream| stream.set_referenced(event_loop, referenced);

    /// Whether it is referenced.
    stream_has_ref() -> bool = |_, stream| stream.is_referenced();
}

/// The descriptor, or -1.
#[napi]
pub fn stream_fd(env: Env, id: u32) -> i32 {
    on(EventLoop::stream, env, id, |_, stream| Some(stream.raw_fd())).unwrap_or(-1)
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
    Ok(on(EventLoop::stream, env, id, |_, stream| {
        stream.write_vectored(&slices)
    }))
}
