//! The call that JavaScript makes for every message.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::Env;

use super::call::on;
use crate::event_loop::Source;
use crate::net::errno::{EBADF, EINVAL};
use crate::sys::bytes::Write;

/// `write(id, chunk, offset?)`: one send(2) of what follows `offset`; the bytes that the kernel
/// took, or an error; `EINVAL` if the chunk is no `Uint8Array`.
pub struct Send;

impl Write for Send {
    fn write(env: Env, id: u32, bytes: Option<&[u8]>) -> i32 {
        let Some(bytes) = bytes else { return EINVAL };
        let write = || on(Source::stream, env, id, |_, stream| stream.write(bytes));
        catch_unwind(AssertUnwindSafe(write)).unwrap_or(EBADF)
    }
}
