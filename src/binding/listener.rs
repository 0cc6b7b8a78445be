//! Listening sockets.

use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::{Either, Error, Object, Result, Status};
use napi_derive::napi;

use super::{Address, kind_from};
use crate::event_loop::{EventLoop, ListenerSource, with_event_loop};
use crate::net::errno::{EBADF, errno};
use crate::net::resolve;
use crate::net::socket::BindFlags;

fn with_listener<T>(
    env: Env,
    id: u32,
    missing: T,
    call: impl FnOnce(&Rc<EventLoop>, &ListenerSource) -> T,
) -> T {
    with_event_loop(&env, |event_loop| {
        event_loop
            .listener(id)
            .map(|listener| call(event_loop, &listener))
    })
    .flatten()
    .unwrap_or(missing)
}

/// Makes a listener without a descriptor; its id.
///
/// # Errors
/// `GenericFailure` before `start` or while the environment is ending.
#[napi]
pub fn listener_create(env: Env, realm: u32, is_pipe: bool) -> Result<u32> {
    with_event_loop(&env, |event_loop| {
        let realm = event_loop.realm(realm)?;
        Some(ListenerSource::create(
            event_loop,
            &realm,
            kind_from(is_pipe),
        ))
    })
    .flatten()
    .ok_or_else(|| Error::new(Status::GenericFailure, "the event loop is not running"))
}

/// Has events told, in the async context of this moment with `owner` as its resource.
///
/// # Errors
/// If the environment is ending.
#[napi]
pub fn listener_attach(env: Env, id: u32, owner: Object<'_>, resource_type: String) -> Result<()> {
    with_listener(env, id, Ok(()), |_, listener| {
        listener.attach(&env, &owner, &resource_type)
    })
}

/// bind(2) to an IP address; flags: 1 is IPv6-only, 2 is a shared port.
#[napi]
pub fn listener_bind(env: Env, id: u32, address: String, port: u16, flags: u32) -> i32 {
    with_listener(env, id, EBADF, |_, listener| {
        match resolve(&address, port) {
            Ok(addr) => listener.bind(&addr, BindFlags::from_bits(flags)),
            Err(error) => errno(&error),
        }
    })
}

/// bind(2) to a path.
#[napi]
pub fn listener_bind_path(env: Env, id: u32, path: String) -> i32 {
    with_listener(env, id, EBADF, |_, listener| listener.bind_path(&path))
}

/// Adopts a descriptor.
#[napi]
pub fn listener_open(env: Env, id: u32, fd: i32) -> i32 {
    #[cfg(unix)]
    return with_listener(env, id, EBADF, |event_loop, listener| {
        match crate::event_loop::descriptor::adopt(event_loop, fd) {
            Ok(fd) => listener.open(fd),
            Err(errno) => errno,
        }
    });
    #[cfg(not(unix))]
    {
        let _ = (env, id, fd);
        EBADF
    }
}

/// Takes over the bound socket of a stream.
#[napi]
pub fn listener_adopt(env: Env, id: u32, stream_id: u32) -> i32 {
    with_listener(env, id, EBADF, |event_loop, listener| {
        match event_loop.stream(stream_id) {
            Some(stream) => listener.adopt(event_loop, &stream),
            None => EBADF,
        }
    })
}

/// listen(2).
#[napi]
pub fn listener_listen(env: Env, id: u32, backlog: i32) -> i32 {
    with_listener(env, id, EBADF, |event_loop, listener| {
        listener.listen(event_loop, backlog)
    })
}

/// chmod(2) of the path: 1 is reading for all, 2 writing for all, 4 what is allowed already.
#[napi]
pub fn listener_chmod(env: Env, id: u32, mode: u32) -> i32 {
    with_listener(env, id, EBADF, |_, listener| listener.chmod(mode))
}

/// getsockname(2), or an error.
#[napi]
pub fn listener_address(env: Env, id: u32) -> Either<Address, i32> {
    with_listener(env, id, Either::B(EBADF), |_, listener| {
        match listener.local_addr() {
            Ok(addr) => Either::A(addr.into()),
            Err(error) => Either::B(errno(&error)),
        }
    })
}

/// Closes the descriptor and removes the path.
#[napi]
pub fn listener_close(env: Env, id: u32) {
    with_listener(env, id, (), |event_loop, listener| {
        listener.close(event_loop);
    });
}

/// Whether the listener keeps the process alive.
#[napi]
pub fn listener_set_ref(env: Env, id: u32, referenced: bool) {
    with_listener(env, id, (), |event_loop, listener| {
        listener.set_referenced(event_loop, referenced);
    });
}

/// Whether it is referenced.
#[napi]
pub fn listener_has_ref(env: Env, id: u32) -> bool {
    with_listener(env, id, false, |_, listener| listener.is_referenced())
}

/// The descriptor, or -1.
#[napi]
pub fn listener_fd(env: Env, id: u32) -> i32 {
    #[cfg(unix)]
    return with_listener(env, id, -1, |_, listener| listener.raw_fd());
    #[cfg(not(unix))]
    {
        let _ = (env, id);
        -1
    }
}
