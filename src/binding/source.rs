//! What streams and listeners have in common.

use napi::Env;
use napi::bindgen_prelude::{Either, Object, Result};
use napi_derive::napi;

use super::Address;
use super::call::{answer, at, calls, on};
use crate::event_loop::Source;
use crate::net::socket::BindFlags;

/// Has events told, in the async context of this moment with `owner` as its resource.
///
/// # Errors
/// If the environment is ending.
#[napi]
pub fn source_attach(env: Env, id: u32, owner: Object<'_>, resource_type: String) -> Result<()> {
    on(Source::any, env, id, |_, source| {
        source.attachment().attach(env, &owner, &resource_type)
    })
}

calls! { Source::any:
    /// bind(2) to an IP address; flags: 1 is IPv6-only, 2 is a shared port.
    source_bind(address: String, port: u16, flags: u32) -> i32 = |_, source| {
        at(&address, port, |addr| source.attachment().bind(addr, BindFlags::from_bits(flags)))
    };

    /// bind(2) to a path.
    source_bind_path(path: String) -> i32 = |_, source| source.attachment().bind_path(&path);

    /// Adopts a descriptor.
    source_open(fd: i32) -> i32 = |event_loop, source| source.open(event_loop, fd);

    /// Closes the descriptor and removes the path; the bytes that the peer has not acknowledged, or an error.
    source_close() -> i32 = |event_loop, source| source.close(event_loop);

    /// getsockname(2), or an error.
    source_local_address() -> Either<Address, i32> = |_, source| answer(source.attachment().local_addr());

    /// Whether the source keeps the process alive while it reads, or listens.
    source_set_ref(referenced: bool) -> () =
        |event_loop, source| source.set_referenced(event_loop, referenced);

    /// Whether it is referenced.
    source_has_ref() -> bool = |_, source| source.attachment().is_referenced();
}

/// The descriptor, or -1.
#[napi]
pub fn source_fd(env: Env, id: u32) -> i32 {
    on(Source::any, env, id, |_, source| Some(source.attachment().raw_fd())).unwrap_or(-1)
}
