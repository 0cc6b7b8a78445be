//! Listening sockets.

use napi::Env;
use napi::bindgen_prelude::Result;
use napi_derive::napi;

use super::call::{calls, create, on};
use crate::event_loop::{ListenerSource, Source};
use crate::net::errno::EBADF;

/// Makes a listener without a descriptor; its id.
///
/// # Errors
/// `GenericFailure` before `start` or while the environment is ending.
#[napi]
pub fn listener_create(env: Env, realm: u32, is_pipe: bool) -> Result<u32> {
    create(env, realm, is_pipe, ListenerSource::create)
}

calls! { Source::listener:
    /// Takes over the bound socket of a stream.
    listener_adopt(stream_id: u32) -> i32 = |event_loop, listener| {
        let source = event_loop.source(stream_id);
        let stream = source.as_deref().and_then(Source::stream);
        stream.map_or(EBADF, |stream| listener.adopt(event_loop, stream))
    };

    /// listen(2).
    listener_listen(backlog: i32) -> i32 = |event_loop, listener| listener.listen(event_loop, backlog);

    /// chmod(2) of the path: 1 is reading for all, 2 writing for all, 4 what is allowed already.
    listener_chmod(mode: u32) -> i32 = |_, listener| listener.chmod(mode);
}
