//! The part of libuv's C interface that the loop driver uses, looked up in the running process.
//!
//! Node exports libuv's symbols and promises, with libuv, a stable ABI within a major version
//! (<https://nodejs.org/api/n-api.html#libuv>). Handles are allocated with the size that the
//! running libuv names, so that no C header is needed.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::{c_int, c_uint, c_void};
use std::ptr::NonNull;
use std::sync::OnceLock;

use libloading::os::unix::Library;

/// `uv_loop_t *`.
pub type Loop = *mut c_void;
type RawHandle = *mut c_void;
/// `uv_poll_cb`.
pub type PollCallback = unsafe extern "C" fn(RawHandle, c_int, c_int);
/// `uv_idle_cb` and `uv_close_cb`.
pub type Callback = unsafe extern "C" fn(RawHandle);

const SUPPORTED_MAJOR: c_uint = 1;
/// `UV_READABLE`.
const READABLE: c_int = 1;
/// `UV_IDLE` and `UV_POLL` of `uv_handle_type`; append-only within a major version.
const IDLE: c_int = 6;
const POLL: c_int = 8;

/// libuv's functions.
#[derive(Debug)]
pub struct Uv {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    poll_init: unsafe extern "C" fn(Loop, RawHandle, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(RawHandle, c_int, PollCallback) -> c_int,
    idle_init: unsafe extern "C" fn(Loop, RawHandle) -> c_int,
    idle_start: unsafe extern "C" fn(RawHandle, Callback) -> c_int,
    idle_stop: unsafe extern "C" fn(RawHandle) -> c_int,
    close: unsafe extern "C" fn(RawHandle, Callback),
    reference: unsafe extern "C" fn(RawHandle),
    unreference: unsafe extern "C" fn(RawHandle),
    set_data: unsafe extern "C" fn(RawHandle, *mut c_void),
    get_data: unsafe extern "C" fn(RawHandle) -> *mut c_void,
}

impl Uv {
    /// The running process's libuv; `None` if it exports none, or one of another major version.
    pub fn get() -> Option<&'static Self> {
        static UV: OnceLock<Option<Uv>> = OnceLock::new();
        UV.get_or_init(Self::load).as_ref()
    }

    #[allow(unsafe_code)]
    fn load() -> Option<Self> {
        let process = Library::this();
        // SAFETY: the type is that of uv.h, for all of libuv 1.
        let version: unsafe extern "C" fn() -> c_uint =
            *unsafe { process.get(b"uv_version\0") }.ok()?;
        // SAFETY: takes nothing and only reads a constant.
        if unsafe { version() } >> 16 != SUPPORTED_MAJOR {
            return None;
        }
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the field that this fills has the type of uv.h, for all of libuv 1,
                // whose major version was checked above. The process is never unloaded.
                *unsafe { process.get(concat!($name, "\0").as_bytes()) }.ok()?
            };
        }
        Some(Self {
            handle_size: symbol!("uv_handle_size"),
            poll_init: symbol!("uv_poll_init"),
            poll_start: symbol!("uv_poll_start"),
            idle_init: symbol!("uv_idle_init"),
            idle_start: symbol!("uv_idle_start"),
            idle_stop: symbol!("uv_idle_stop"),
            close: symbol!("uv_close"),
            reference: symbol!("uv_ref"),
            unreference: symbol!("uv_unref"),
            set_data: symbol!("uv_handle_set_data"),
            get_data: symbol!("uv_handle_get_data"),
        })
    }
}

/// A libuv handle with memory of its own, which [`UvHandle::close`] gives back.
///
/// Dropping it without `close` leaks the memory on purpose: libuv still knows the address.
#[derive(Debug)]
pub struct UvHandle {
    uv: &'static Uv,
    raw: NonNull<c_void>,
    layout: Layout,
}

impl UvHandle {
    /// A poll handle on `fd`, not yet started; `None` if libuv refuses.
    #[allow(unsafe_code)]
    pub fn poll(uv: &'static Uv, uv_loop: Loop, fd: c_int) -> Option<Self> {
        let handle = Self::alloc(uv, POLL)?;
        // SAFETY: the memory has the size that libuv named for a poll handle; `uv_loop` is the
        // loop of the current environment and this is its thread.
        let status = unsafe { (uv.poll_init)(uv_loop, handle.raw.as_ptr(), fd) };
        if status == 0 {
            return Some(handle);
        }
        handle.free();
        None
    }

    /// An idle handle, not yet started.
    #[allow(unsafe_code)]
    pub fn idle(uv: &'static Uv, uv_loop: Loop) -> Option<Self> {
        let handle = Self::alloc(uv, IDLE)?;
        // SAFETY: as for `poll`. `uv_idle_init` always succeeds.
        unsafe { (uv.idle_init)(uv_loop, handle.raw.as_ptr()) };
        Some(handle)
    }

    #[allow(unsafe_code)]
    fn alloc(uv: &'static Uv, kind: c_int) -> Option<Self> {
        // SAFETY: only maps the enumerator to a number.
        let size = unsafe { (uv.handle_size)(kind) };
        if size == 0 || size == usize::MAX {
            return None;
        }
        let layout = Layout::from_size_align(size, align_of::<u128>()).ok()?;
        // SAFETY: the size is above zero.
        let raw = unsafe { alloc_zeroed(layout) };
        Some(Self {
            uv,
            raw: NonNull::new(raw.cast())?,
            layout,
        })
    }

    #[allow(unsafe_code)]
    fn free(self) {
        // SAFETY: allocated by `alloc` with this layout; libuv does not know the handle any more.
        unsafe { dealloc(self.raw.as_ptr().cast(), self.layout) };
    }

    /// Calls `callback` whenever the descriptor is readable.
    #[allow(unsafe_code)]
    pub fn start_polling(&self, callback: PollCallback) -> bool {
        // SAFETY: an initialised poll handle, on its loop's thread.
        unsafe { (self.uv.poll_start)(self.raw.as_ptr(), READABLE, callback) == 0 }
    }

    /// Calls `callback` once per loop iteration, which then does not block.
    #[allow(unsafe_code)]
    pub fn start_idling(&self, callback: Callback) {
        // SAFETY: an initialised idle handle, on its loop's thread.
        unsafe { (self.uv.idle_start)(self.raw.as_ptr(), callback) };
    }

    /// Lets the loop block again.
    #[allow(unsafe_code)]
    pub fn stop_idling(&self) {
        // SAFETY: an initialised idle handle, on its loop's thread.
        unsafe { (self.uv.idle_stop)(self.raw.as_ptr()) };
    }

    /// Whether the handle keeps the loop alive while it is active.
    #[allow(unsafe_code)]
    pub fn set_referenced(&self, referenced: bool) {
        let set = if referenced {
            self.uv.reference
        } else {
            self.uv.unreference
        };
        // SAFETY: an initialised handle, on its loop's thread.
        unsafe { set(self.raw.as_ptr()) };
    }

    /// The pointer that callbacks get back through [`data_of`].
    #[allow(unsafe_code)]
    pub fn set_data(&self, data: *mut c_void) {
        // SAFETY: an initialised handle, on its loop's thread.
        unsafe { (self.uv.set_data)(self.raw.as_ptr(), data) };
    }

    /// Closes the handle; `finished` is called in the closing phase of the loop, after which the
    /// memory is given back.
    #[allow(unsafe_code)]
    pub fn close(self, finished: impl FnOnce() + 'static) {
        let (uv, raw) = (self.uv, self.raw);
        let closing = Box::new(Closing {
            handle: self,
            finished: Box::new(finished),
        });
        // SAFETY: an initialised handle, on its loop's thread; `on_closed` takes the box back.
        unsafe { (uv.set_data)(raw.as_ptr(), Box::into_raw(closing).cast()) };
        // SAFETY: closed only here, as this consumes the handle.
        unsafe { (uv.close)(raw.as_ptr(), on_closed) };
    }
}

struct Closing {
    handle: UvHandle,
    finished: Box<dyn FnOnce()>,
}

#[allow(unsafe_code)]
unsafe extern "C" fn on_closed(raw: RawHandle) {
    // SAFETY: `raw` is the handle that libuv calls back about.
    let data = unsafe { data_of(raw) };
    // SAFETY: `close` set the data to a leaked `Closing`; libuv calls this once.
    let closing = unsafe { Box::from_raw(data.cast::<Closing>()) };
    closing.handle.free();
    crate::event_loop::guarded(closing.finished);
}

/// The data pointer of the handle that a callback is about.
///
/// # Safety
/// `raw` must be what libuv passed to a callback.
#[allow(unsafe_code)]
pub unsafe fn data_of(raw: RawHandle) -> *mut c_void {
    match Uv::get() {
        // SAFETY: the caller passes an initialised handle.
        Some(uv) => unsafe { (uv.get_data)(raw) },
        None => std::ptr::null_mut(),
    }
}
