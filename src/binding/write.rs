//! The call that JavaScript makes for every message.
#![forbid(unsafe_code)]

use napi::Env;

use super::call::on;
use crate::event_loop::EventLoop;
use crate::net::errno::{EBADF, EINVAL};
use crate::sys::bytes::Write;
use crate::sys::panic::guarded;

/// `write(id, chunk, offset?)`: one send(2) of what follows `offset`; the bytes that the kernel
/// took, or an error; `EINVAL` if the chunk is no `Uint8Array`.
pub struct Send;

impl Write for Send {
    fn write(env: Env, id: u32, bytes: Option<&[u8]>) -> i32 {
        let Some(bytes) = bytes else { return EINVAL };
        guarded(|| on(EventLoop::stream, env, id, |_, stream| stream.write(bytes))).unwrap_or(EBADF)
    }
}
