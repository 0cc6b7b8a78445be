//! Streams.

use std::io::IoSlice;
use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::{Array, Either, Error, Object, Result, Status, Uint8ArraySlice};
use napi_derive::napi;

use super::{Address, kind_from};
use crate::event_loop::{EventLoop, StreamSource, with_event_loop};
use crate::net::errno::{EBADF, errno};
use crate::net::options::Keepalive;
use crate::net::resolve;
use crate::net::socket::BindFlags;
use crate::net::stream::MAX_SLICES;

fn with_stream<T>(
    env: Env,
    id: u32,
    missing: T,
    call: impl FnOnce(&Rc<EventLoop>, &StreamSource) -> T,
) -> T {
    with_event_loop(&env, |event_loop| {
        event_loop
            .stream(id)
            .map(|stream| call(event_loop, &stream))
    })
    .flatten()
    .unwrap_or(missing)
}

/// Makes a stream without a descriptor; its id.
///
/// # Errors
/// `GenericFailure` before `start` or while the environment is ending.
#[napi]
pub fn stream_create(env: Env, realm: u32, is_pipe: bool) -> Result<u32> {
    with_event_loop(&env, |event_loop| {
        let realm = event_loop.realm(realm)?;
        Some(StreamSource::create(event_loop, &realm, kind_from(is_pipe)))
    })
    .flatten()
    .ok_or_else(|| Error::new(Status::GenericFailure, "the event loop is not running"))
}

/// Has events told, in the async context of this moment with `owner` as its resource.
///
/// # Errors
/// If the environment is ending.
#[napi]
pub fn stream_attach(env: Env, id: u32, owner: Object<'_>, resource_type: String) -> Result<()> {
    with_stream(env, id, Ok(()), |_, stream| {
        stream.attach(&env, &owner, &resource_type)
    })
}

/// bind(2) to an IP address; flags: 1 is IPv6-only, 2 is a shared port.
#[napi]
pub fn stream_bind(env: Env, id: u32, address: String, port: u16, flags: u32) -> i32 {
    with_stream(env, id, EBADF, |_, stream| match resolve(&address, port) {
        Ok(addr) => stream.bind(&addr, BindFlags::from_bits(flags)),
        Err(error) => errno(&error),
    })
}

/// bind(2) to a path.
#[napi]
pub fn stream_bind_path(env: Env, id: u32, path: String) -> i32 {
    with_stream(env, id, EBADF, |_, stream| stream.bind_path(&path))
}

/// Starts to connect to an IP address.
#[napi]
pub fn stream_connect(env: Env, id: u32, address: String, port: u16) -> i32 {
    with_stream(env, id, EBADF, |event_loop, stream| {
        match resolve(&address, port) {
            Ok(addr) => stream.connect(event_loop, &addr),
            Err(error) => errno(&error),
        }
    })
}

/// Starts to connect to a path.
#[napi]
pub fn stream_connect_path(env: Env, id: u32, path: String) -> i32 {
    with_stream(env, id, EBADF, |event_loop, stream| {
        stream.connect_path(event_loop, &path)
    })
}

/// Adopts a connected descriptor.
#[napi]
pub fn stream_open(env: Env, id: u32, fd: i32) -> i32 {
    #[cfg(unix)]
    return with_stream(env, id, EBADF, |event_loop, stream| {
        match crate::event_loop::descriptor::adopt(event_loop, fd) {
            Ok(fd) => stream.open(event_loop, fd),
            Err(errno) => errno,
        }
    });
    #[cfg(not(unix))]
    {
        let _ = (env, id, fd);
        EBADF
    }
}

/// Starts to read.
#[napi]
pub fn stream_read_start(env: Env, id: u32) -> i32 {
    with_stream(env, id, EBADF, |event_loop, stream| {
        stream.read_start(event_loop)
    })
}

/// Stops reading.
#[napi]
pub fn stream_read_stop(env: Env, id: u32) -> i32 {
    with_stream(env, id, EBADF, |event_loop, stream| {
        stream.read_stop(event_loop);
        0
    })
}

/// Bounds the bytes of one read event; 0 lifts the bound.
#[napi]
pub fn stream_limit_read(env: Env, id: u32, bytes: u32) {
    with_stream(env, id, (), |_, stream| stream.limit_read(bytes));
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
    Ok(with_stream(env, id, EBADF, |_, stream| {
        stream.write_vectored(&slices)
    }))
}

/// Has a writable event in the next turn, for a write that is over.
#[napi]
pub fn stream_finish_write(env: Env, id: u32) {
    with_stream(env, id, (), |event_loop, stream| {
        stream.finish_write(event_loop);
    });
}

/// Waits until the kernel takes bytes again.
#[napi]
pub fn stream_await_writable(env: Env, id: u32) {
    with_stream(env, id, (), |event_loop, stream| {
        stream.await_writable(event_loop);
    });
}

/// Shuts the writing half down.
#[napi]
pub fn stream_shutdown(env: Env, id: u32) -> i32 {
    with_stream(env, id, EBADF, |event_loop, stream| {
        stream.shutdown(event_loop)
    })
}

/// Closes the descriptor; the bytes that the peer has not acknowledged, or an error.
#[napi]
pub fn stream_close(env: Env, id: u32) -> i32 {
    with_stream(env, id, EBADF, |event_loop, stream| {
        stream.close(event_loop)
    })
}

/// Closes the descriptor with a reset; the bytes that the peer has not acknowledged, or an error.
#[napi]
pub fn stream_reset(env: Env, id: u32) -> i32 {
    with_stream(env, id, EBADF, |event_loop, stream| {
        stream.reset(event_loop)
    })
}

/// `TCP_NODELAY`.
#[napi]
pub fn stream_set_no_delay(env: Env, id: u32, enable: bool) -> i32 {
    with_stream(env, id, EBADF, |_, stream| stream.set_nodelay(enable))
}

/// `SO_KEEPALIVE` with its times in seconds.
#[napi]
pub fn stream_set_keep_alive(
    env: Env,
    id: u32,
    enable: bool,
    idle_secs: u32,
    interval_secs: Option<u32>,
    retries: Option<u32>,
) -> i32 {
    let keepalive = enable.then_some(Keepalive {
        idle_secs,
        interval_secs,
        retries,
    });
    with_stream(env, id, EBADF, |_, stream| stream.set_keepalive(keepalive))
}

/// `IP_TOS` or `IPV6_TCLASS`.
#[napi]
pub fn stream_set_type_of_service(env: Env, id: u32, tos: u8) -> i32 {
    with_stream(env, id, EBADF, |_, stream| stream.set_type_of_service(tos))
}

/// The type of service, or an error.
#[napi]
pub fn stream_type_of_service(env: Env, id: u32) -> i32 {
    with_stream(env, id, EBADF, |_, stream| stream.type_of_service())
}

/// getsockname(2), or an error.
#[napi]
pub fn stream_local_address(env: Env, id: u32) -> Either<Address, i32> {
    with_stream(env, id, Either::B(EBADF), |_, stream| {
        match stream.local_addr() {
            Ok(addr) => Either::A(addr.into()),
            Err(error) => Either::B(errno(&error)),
        }
    })
}

/// getpeername(2), or an error.
#[napi]
pub fn stream_remote_address(env: Env, id: u32) -> Either<Address, i32> {
    with_stream(env, id, Either::B(EBADF), |_, stream| {
        match stream.peer_addr() {
            Ok(addr) => Either::A(addr.into()),
            Err(error) => Either::B(errno(&error)),
        }
    })
}

/// Whether the stream keeps the process alive while it reads.
#[napi]
pub fn stream_set_ref(env: Env, id: u32, referenced: bool) {
    with_stream(env, id, (), |event_loop, stream| {
        stream.set_referenced(event_loop, referenced);
    });
}

/// Whether it is referenced.
#[napi]
pub fn stream_has_ref(env: Env, id: u32) -> bool {
    with_stream(env, id, false, |_, stream| stream.is_referenced())
}

/// The descriptor, or -1.
#[napi]
pub fn stream_fd(env: Env, id: u32) -> i32 {
    #[cfg(unix)]
    return with_stream(env, id, -1, |_, stream| stream.raw_fd());
    #[cfg(not(unix))]
    {
        let _ = (env, id);
        -1
    }
}
