//! Listening sockets.

use napi::Env;
use napi::bindgen_prelude::{Either, Object, Result};
use napi_derive::napi;

use super::Address;
use super::call::{answer, at, calls, create, on};
use crate::event_loop::{EventLoop, ListenerSource};
use crate::net::errno::EBADF;
use crate::net::socket::BindFlags;

/// Makes a listener without a descriptor; its id.
///
/// # Errors
/// `GenericFailure` before `start` or while the environment is ending.
#[napi]
pub fn listener_create(env: Env, realm: u32, is_pipe: bool) -> Result<u32> {
    create(env, realm, is_pipe, ListenerSource::create)
}

/// Has events told, in the async context of this moment with `owner` as its resource.
///
/// # Errors
/// If the environment is ending.
#[napi]
pub fn listener_attach(env: Env, id: u32, owner: Object<'_>, resource_type: String) -> Result<()> {
    on(EventLoop::listener, env, id, |_, listener| {
        listener.attach(env, &owner, &resource_type)
    })
}

calls! { EventLoop::listener:
    /// bind(2) to an IP address; flags: 1 is IPv6-only, 2 is a shared port.
    listener_bind(address: String, port: u16, flags: u32) -> i32 =
        |_, listener| at(&address, port, |addr| listener.bind(addr, BindFlags::from_bits(flags)));

    /// bind(2) to a path.
    listener_bind_path(path: String) -> i32 = |_, listener| listener.bind_path(&path);

    /// Adopts a descriptor.
    listener_open(fd: i32) -> i32 = |event_loop, listener| listener.open(event_loop, fd);

    /// Takes over the bound socket of a stream.
    listener_adopt(stream_id: u32) -> i32 = |event_loop, listener| {
        let stream = event_loop.stream(stream_id);
        stream.map_or(EBADF, |stream| listener.adopt(event_loop, &stream))
    };

    /// listen(2).
    listener_listen(backlog: i32) -> i32 = |event_loop, listener| listener.listen(event_loop, backlog);

    /// chmod(2) of the path: 1 is reading for all, 2 writing for all, 4 what is allowed already.
    listener_chmod(mode: u32) -> i32 = |_, listener| listener.chmod(mode);

    /// getsockname(2), or an error.
    listener_address() -> Either<Address, i32> = |_, listener| answer(listener.local_addr());

    /// Closes the descriptor and removes the path.
    listener_close() -> () = |event_loop, listener| listener.close(event_loop);

    /// Whether the listener keeps the process alive.
    listener_set_ref(referenced: bool) -> () =
        |event_loop, listener| listener.set_referenced(event_loop, referenced);

    /// Whether it is referenced.
    listener_has_ref() -> bool = |_, listener| listener.is_referenced();
}

/// The descriptor, or -1.
#[napi]
pub fn listener_fd(env: Env, id: u32) -> i32 {
    on(EventLoop::listener, env, id, |_, listener| Some(listener.raw_fd())).unwrap_or(-1)
}
