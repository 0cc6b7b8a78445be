//! The buffer that the kernel reads into: JavaScript's memory, shared by all sockets of a realm, and
//! as a rule by all realms of an environment.
//!
//! The bytes are JavaScript's only for the length of the read event; whoever keeps them copies
//! them. So no `Buffer` that was handed out is ever written again.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::slice;

use napi::bindgen_prelude::{Buffer, Result};
use napi::{Error, Status};

/// A `Buffer` that lib/native.js made and shows to nobody, so that nobody can detach it.
pub struct Slab {
    bytes: *mut u8,
    len: usize,
    in_use: Cell<bool>,
    /// Keeps the memory alive.
    _buffer: Buffer,
}

impl Slab {
    /// Takes `buffer` for reading into.
    ///
    /// # Errors
    /// `InvalidArg` if it is empty.
    pub fn new(mut buffer: Buffer) -> Result<Self> {
        let bytes: &mut [u8] = buffer.as_mut();
        if bytes.is_empty() {
            return Err(Error::new(Status::InvalidArg, "the slab must not be empty"));
        }
        Ok(Self {
            bytes: bytes.as_mut_ptr(),
            len: bytes.len(),
            in_use: Cell::new(false),
            _buffer: buffer,
        })
    }

    /// How many bytes it holds.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "`new` refuses an empty one")]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether any of `len` bytes at `bytes` is its own.
    pub(in crate::event_loop) fn overlaps(&self, bytes: *const u8, len: usize) -> bool {
        let (own, other) = (self.bytes.addr(), bytes.addr());
        own < other.saturating_add(len) && other < own + self.len
    }

    /// Lets `read` write into the first `limit` bytes of the buffer, or all of it. A call from inside
    /// of `read` is `WouldBlock`.
    ///
    /// # Errors
    /// Those of `read`.
    #[allow(unsafe_code)]
    pub fn fill<T>(
        &self,
        limit: usize,
        read: impl FnOnce(&mut [u8]) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.in_use.replace(true) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let _in_use = ResetOnDrop(&self.in_use);
        // SAFETY: the memory lives as long as `_buffer` holds it, and is not detached, as nobody
        // but lib/native.js has it. JavaScript does not run during `read`, `in_use` admits one
        // slice at a time, and no read of another realm on the same buffer begins inside of one.
        read(unsafe { slice::from_raw_parts_mut(self.bytes, self.len.min(limit)) })
    }
}

/// Also when `read` panics: the slab would otherwise be in use for ever.
struct ResetOnDrop<'a>(&'a Cell<bool>);

impl Drop for ResetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl fmt::Debug for Slab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slab")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}
