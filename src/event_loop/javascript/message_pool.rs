//! A piece of Node's Buffer pool, into which short messages go.
//!
//! A message in the read buffer has to be copied before JavaScript may keep it. For a long one that is work for JavaScript: it
//! makes a Buffer of the size and copies. For a short one the call that copies costs more than the copy, so
//! it is done here, on the way: what JavaScript gets is a place in memory that it gave before.
//!
//! No byte of it is written twice. A piece that lacks the room for a message is given up at once: whenever JavaScript
//! brings another, and remembers which, no place in the last one can follow.

use std::cell::{Cell, RefCell};

use napi::bindgen_prelude::{Result, Unknown};
use napi::{Env, Error, Status};

use crate::sys::bytes::{Piece, ReadBuffer};
use crate::sys::node_api::Scope;

/// The longest message that is put here; lib/native/pool.js is told.
pub const SHORT_BYTES: usize = 1_024;

/// A place is the offset in the piece, and in so many lower bits the length; lib/native/pool.js is told.
pub const LENGTH_BITS: u32 = 11;

/// Messages begin at multiples of this, as Node's own.
const ALIGNMENT: usize = 8;

/// Where short messages go, for as long as there is room.
#[derive(Debug, Default)]
pub struct MessagePool {
    piece: RefCell<Option<Piece>>,
    used: Cell<usize>,
}

impl MessagePool {
    /// Takes a fresh piece, a `Uint8Array` of which nothing was handed out, in place of the last.
    ///
    /// # Errors
    /// `InvalidArg` if it is something else, or reaches into the read buffer.
    pub(super) fn refill(&self, env: Env, view: &Unknown<'_>, read_buffer: &ReadBuffer) -> Result<()> {
        let Some(piece) = Piece::new(env, view, read_buffer)? else {
            return Err(Error::new(
                Status::InvalidArg,
                "the piece of the pool must be a Uint8Array of memory of its own",
            ));
        };
        self.piece.replace(Some(piece));
        self.used.set(0);
        Ok(())
    }

    /// Copies a short message into the piece; the place where it is now, or `None`: it is too long, or there is no room.
    pub(super) fn put(&self, scope: &Scope, message: &[u8]) -> Option<u32> {
        if message.len() > SHORT_BYTES {
            return None;
        }
        let offset = self.used.get();
        let is_written = self.piece.borrow().as_ref()?.write(scope, offset, message);
        if !is_written {
            self.piece.take();
            return None;
        }
        self.used.set(offset + message.len().next_multiple_of(ALIGNMENT));
        u32::try_from((offset << LENGTH_BITS) | message.len()).ok()
    }
}
