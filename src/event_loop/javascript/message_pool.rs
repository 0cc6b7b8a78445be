//! A piece of Node's Buffer pool, into which short messages go.
//!
//! A message in the slab has to be copied before JavaScript may keep it. For a long one that is work for JavaScript: it
//! makes a Buffer of the size and copies. For a short one the call that copies costs more than the copy, so
//! it is done here, on the way: what JavaScript gets is a place in memory that it gave before.
//!
//! No byte of it is written twice. A piece that lacks the room for a message is given up at once: whenever JavaScript
//! brings another, and remembers which, no place in the last one can follow.

use std::cell::{Cell, RefCell};
use std::ptr;

use napi::{Error, Result, Status, sys};

use super::Slab;
use crate::sys::node_api::Persistent;

/// The longest message that is put here; as lib/chunk.js has it.
const SHORT_BYTES: usize = 1_024;

/// A place is the offset in the piece, and in so many lower bits the length.
const LENGTH_BITS: u32 = 11;

/// Messages begin at multiples of this, as Node's own.
const ALIGNMENT: usize = 8;

/// Where short messages go, for as long as there is room.
#[derive(Debug, Default)]
pub struct Pool {
    piece: RefCell<Option<Piece>>,
    used: Cell<usize>,
}

#[derive(Debug)]
struct Piece {
    /// The `ArrayBuffer`.
    memory: Persistent,
    start: usize,
    len: usize,
}

impl Pool {
    /// Takes a fresh piece, a `Uint8Array` of which nothing was handed out, in place of the last.
    ///
    /// # Errors
    /// `InvalidArg` if it is something else, or reaches into the slab.
    #[allow(unsafe_code)]
    pub(in crate::event_loop) fn refill(
        &self,
        env: sys::napi_env,
        view: sys::napi_value,
        slab: &Slab,
    ) -> Result<()> {
        let (mut kind, mut len, mut start) = (-1, 0, 0);
        let (mut data, mut memory) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: called from JavaScript, with a live handle of that call; the places for results are valid.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                env,
                view,
                &raw mut kind,
                &raw mut len,
                &raw mut data,
                &raw mut memory,
                &raw mut start,
            )
        };
        let is_fit = status == sys::Status::napi_ok
            && kind == sys::TypedarrayType::uint8_array
            && !slab.overlaps(data.cast(), len);
        if !is_fit {
            return Err(Error::new(
                Status::InvalidArg,
                "the piece of the pool must be a Uint8Array of memory of its own",
            ));
        }
        let memory = Persistent::new(env, memory)?;
        self.piece.replace(Some(Piece { memory, start, len }));
        self.used.set(0);
        Ok(())
    }

    /// Copies a short message into the piece; the place where it is now, or `None`: it is too long, or there is no room.
    ///
    /// A handle scope must be open.
    pub(in crate::event_loop) fn put(&self, message: &[u8]) -> Option<u32> {
        if message.len() > SHORT_BYTES {
            return None;
        }
        let offset = self.used.get();
        let is_written = self.piece.borrow().as_ref()?.write(offset, message);
        if !is_written {
            self.piece.take();
            return None;
        }
        self.used
            .set(offset + message.len().next_multiple_of(ALIGNMENT));
        u32::try_from((offset << LENGTH_BITS) | message.len()).ok()
    }
}

impl Piece {
    /// Copies `bytes` to `offset`; `false` where there is no room, or no memory any more: a program may detach it.
    #[allow(unsafe_code)]
    fn write(&self, offset: usize, bytes: &[u8]) -> bool {
        let Ok(memory) = self.memory.value() else {
            return false;
        };
        let (mut data, mut len) = (ptr::null_mut(), 0);
        // SAFETY: a live handle of the open scope, of whatever type; the places for results are valid.
        let status = unsafe {
            sys::napi_get_arraybuffer_info(self.memory.env, memory, &raw mut data, &raw mut len)
        };
        let (start, end) = (self.start + offset, offset + bytes.len());
        let has_room = end <= self.len && self.start + end <= len;
        if status != sys::Status::napi_ok || data.is_null() || !has_room {
            return false;
        }
        // SAFETY: Node-API has just given the address and the length of the memory, within which the target lies, and no
        // JavaScript runs meanwhile. The source is the slab, which `refill` has kept apart.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast::<u8>().add(start), bytes.len());
        }
        true
    }
}
