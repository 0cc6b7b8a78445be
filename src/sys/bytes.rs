//! Memory of JavaScript: the chunk that a call sends, the buffer that the kernel reads into, and the piece that short messages
//! are copied to.

use std::cell::Cell;
use std::fmt;
use std::ptr;
use std::slice;

use napi::bindgen_prelude::{Buffer, FnArgs, Function, JsValue, Result, Uint8Array, Unknown};
use napi::{Env, sys};

use super::node_api::{Persistent, Scope};

/// `write(id, chunk, offset?)` as JavaScript has it.
pub type WriteFunction<'env> = Function<'env, FnArgs<(u32, Uint8Array, i64)>, i32>;

/// What a [`write_function`] does.
pub trait Write {
    /// Writes what follows the offset in the chunk; `None` if that is no `Uint8Array`. The answer is JavaScript's.
    ///
    /// JavaScript must not run meanwhile: it could detach the memory.
    fn write(env: Env, id: u32, bytes: Option<&[u8]>) -> i32;
}

/// Makes the function that JavaScript calls for every message.
///
/// napi-derive books the borrows of every call's arguments, which costs some 100 ns: for a short
/// message as much as everything else around send(2). This callback is written on Node-API itself.
///
/// # Errors
/// If the environment is ending.
pub fn write_function<W: Write>(env: &Env) -> Result<WriteFunction<'_>> {
    env.create_function("write", write::<W>)
}

unsafe extern "C" fn write<W: Write>(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let mut arguments = [ptr::null_mut(); 3];
    let mut count = arguments.len();
    let (mut id, mut offset) = (u32::MAX, 0_i64);
    // SAFETY: `env` and `info` are those of this call, and every place for a result is valid.
    unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &raw mut count,
            arguments.as_mut_ptr(),
            ptr::null_mut(),
            ptr::null_mut(),
        );
    }
    // SAFETY: an argument that is missing is `undefined`; one that is no number leaves the result as it was.
    unsafe { sys::napi_get_value_uint32(env, arguments[0], &raw mut id) };
    if count > 2 {
        // SAFETY: as above.
        unsafe { sys::napi_get_value_int64(env, arguments[2], &raw mut offset) };
    }
    let view = View::of(env, arguments[1], ptr::null_mut(), ptr::null_mut());
    // SAFETY: the bytes are used before JavaScript runs again, as `Write` promises.
    let chunk = view.map(|view| unsafe { view.bytes() });
    let start = usize::try_from(offset).unwrap_or(usize::MAX);
    let bytes = chunk.map(|chunk| chunk.get(start..).unwrap_or_default());
    let answer = W::write(Env::from_raw(env), id, bytes);
    let mut result = ptr::null_mut();
    // SAFETY: a handle scope is open during a call from JavaScript.
    unsafe { sys::napi_create_int32(env, answer, &raw mut result) };
    result
}

/// Where the bytes of a `Uint8Array` are.
struct View {
    data: *mut u8,
    len: usize,
}

impl View {
    /// `None` of anything else. A null pointer asks for neither the memory that it is of nor the start in that.
    fn of(env: sys::napi_env, value: sys::napi_value, memory: *mut sys::napi_value, start: *mut usize) -> Option<Self> {
        let (mut kind, mut data, mut len) = (-1, ptr::null_mut(), 0);
        // SAFETY: a live handle of a call from JavaScript, of whatever type; the places for results are valid, or null.
        let status = unsafe {
            sys::napi_get_typedarray_info(env, value, &raw mut kind, &raw mut len, &raw mut data, memory, start)
        };
        let is_bytes = status == sys::Status::napi_ok && kind == sys::TypedarrayType::uint8_array;
        is_bytes.then_some(Self { data: data.cast(), len })
    }

    /// # Safety
    /// JavaScript may not run while the slice is in use: it could detach the memory.
    unsafe fn bytes<'a>(self) -> &'a [u8] {
        if self.data.is_null() {
            return &[];
        }
        // SAFETY: Node-API gave the address and the length of the view. The kernel only reads the
        // bytes, and the caller lets no JavaScript run meanwhile.
        unsafe { slice::from_raw_parts(self.data, self.len) }
    }
}

/// The buffer that the kernel reads into: a `Buffer` that lib/native/addon.js made and shows to nobody, so that nobody can
/// detach it.
///
/// The bytes are JavaScript's only for the length of the read event; whoever keeps them copies
/// them. So no `Buffer` that was handed out is ever written again.
pub struct ReadBuffer {
    bytes: *mut u8,
    len: usize,
    in_use: Cell<bool>,
    /// Keeps the memory alive.
    _buffer: Buffer,
}

impl ReadBuffer {
    /// Takes `buffer` for reading into; `None` if it is empty.
    #[must_use]
    pub fn new(mut buffer: Buffer) -> Option<Self> {
        let bytes: &mut [u8] = buffer.as_mut();
        (!bytes.is_empty()).then_some(())?;
        Some(Self {
            bytes: bytes.as_mut_ptr(),
            len: bytes.len(),
            in_use: Cell::new(false),
            _buffer: buffer,
        })
    }

    /// How many bytes it holds.
    #[allow(clippy::len_without_is_empty, reason = "`new` refuses an empty one")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether any of the bytes of `view` is its own.
    fn overlaps(&self, view: &View) -> bool {
        let (own, other) = (self.bytes.addr(), view.data.addr());
        own < other.saturating_add(view.len) && other < own + self.len
    }

    /// Lets `fill` write into the first `limit` bytes of the buffer, or all of it. `None` for a call from inside of
    /// `fill`. JavaScript must not run meanwhile.
    pub fn fill<T>(&self, limit: usize, fill: impl FnOnce(&mut [u8]) -> T) -> Option<T> {
        if self.in_use.replace(true) {
            return None;
        }
        let _in_use = ResetOnDrop(&self.in_use);
        // SAFETY: the memory lives as long as `_buffer` holds it, and is not detached, as nobody
        // but lib/native/addon.js has it. JavaScript does not run during `fill`, `in_use` admits one
        // slice at a time, and no read of another realm on the same buffer begins inside of one.
        let bytes = unsafe { slice::from_raw_parts_mut(self.bytes, self.len.min(limit)) };
        Some(fill(bytes))
    }
}

/// Also when `fill` panics: the buffer would otherwise be in use for ever.
struct ResetOnDrop<'a>(&'a Cell<bool>);

impl Drop for ResetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl fmt::Debug for ReadBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadBuffer")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

/// A `Uint8Array` that bytes are copied to.
#[derive(Debug)]
pub struct Piece {
    /// The `ArrayBuffer`.
    memory: Persistent,
    start: usize,
    len: usize,
}

impl Piece {
    /// `None` if the value is no `Uint8Array`, or reaches into the buffer that messages come from.
    ///
    /// # Errors
    /// If the environment is ending.
    pub fn new(env: Env, value: &Unknown<'_>, source: &ReadBuffer) -> Result<Option<Self>> {
        let (mut memory, mut start) = (ptr::null_mut(), 0);
        let view = View::of(env.raw(), value.raw(), &raw mut memory, &raw mut start);
        let Some(view) = view.filter(|view| !source.overlaps(view)) else {
            return Ok(None);
        };
        // SAFETY: a live handle of this call, as `value` is.
        let memory = unsafe { Unknown::from_raw_unchecked(env.raw(), memory) };
        let memory = Persistent::new(env, &memory)?;
        let len = view.len;
        Ok(Some(Self { memory, start, len }))
    }

    /// Copies `bytes`, which are in the buffer that it was made apart from, to `offset`; `false` where there is no room,
    /// or no memory any more: a program may detach it.
    pub fn write(&self, scope: &Scope, offset: usize, bytes: &[u8]) -> bool {
        let Ok(memory) = self.memory.raw(scope) else {
            return false;
        };
        let (mut data, mut len) = (ptr::null_mut(), 0);
        let env = self.memory.env().raw();
        // SAFETY: a live handle of the open scope, of whatever type; the places for results are valid.
        let status = unsafe { sys::napi_get_arraybuffer_info(env, memory, &raw mut data, &raw mut len) };
        let (start, end) = (self.start + offset, offset + bytes.len());
        let has_room = end <= self.len && self.start + end <= len;
        if status != sys::Status::napi_ok || data.is_null() || !has_room {
            return false;
        }
        // SAFETY: Node-API has just given the address and the length of the memory, within which the target lies, and no
        // JavaScript runs meanwhile. The source is the read buffer, which `new` has kept apart.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast::<u8>().add(start), bytes.len());
        }
        true
    }
}
