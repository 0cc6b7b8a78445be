//! The part of libuv's C interface that the loop driver uses, looked up in the running process.
//!
//! Node exports libuv's symbols and promises, with libuv, a stable ABI within a major version
//! (<https://nodejs.org/api/n-api.html#libuv>). Handles are allocated with the size that the
//! running libuv names, so that no C header is needed.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::Cell;
use std::ffi::{c_int, c_uint, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::OnceLock;

use libloading::os::unix::Library;
use napi::Env;

use super::panic::guarded;

/// `uv_loop_t *`.
type RawLoop = *mut c_void;
/// `uv_handle_t *`.
type RawHandle = *mut c_void;
/// `uv_poll_cb`.
type PollCallback = unsafe extern "C" fn(RawHandle, c_int, c_int);
/// `uv_idle_cb` and `uv_close_cb`.
type Callback = unsafe extern "C" fn(RawHandle);

const SUPPORTED_MAJOR: c_uint = 1;
/// `UV_READABLE`.
const READABLE: c_int = 1;
/// `UV_IDLE` and `UV_POLL` of `uv_handle_type`; append-only within a major version.
const IDLE: c_int = 6;
const POLL: c_int = 8;

/// libuv's functions.
#[derive(Debug)]
struct Uv {
    handle_size: unsafe extern "C" fn(c_int) -> usize,
    poll_init: unsafe extern "C" fn(RawLoop, RawHandle, c_int) -> c_int,
    poll_start: unsafe extern "C" fn(RawHandle, c_int, PollCallback) -> c_int,
    idle_init: unsafe extern "C" fn(RawLoop, RawHandle) -> c_int,
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
    fn get() -> Option<&'static Self> {
        static UV: OnceLock<Option<Uv>> = OnceLock::new();
        UV.get_or_init(Self::load).as_ref()
    }

    fn load() -> Option<Self> {
        let process = Library::this();
        // SAFETY: the type is that of uv.h, for all of libuv 1.
        let version: unsafe extern "C" fn() -> c_uint = *unsafe { process.get(b"uv_version\0") }.ok()?;
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

/// The event loop of an environment. As its handles, it stays on the environment's thread.
#[derive(Debug, Clone, Copy)]
pub struct Loop {
    uv: &'static Uv,
    raw: RawLoop,
}

impl Loop {
    /// `None` where the process has no libuv that is known.
    pub fn of(env: Env) -> Option<Self> {
        let uv = Uv::get()?;
        let raw: RawLoop = env.get_uv_event_loop().ok()?.cast();
        (!raw.is_null()).then_some(Self { uv, raw })
    }

    /// Calls `finished` in the closing phase of this iteration, by the close callback of a handle of its own; `None` if
    /// there is no handle to be had.
    pub fn in_closing_phase(self, finished: impl FnOnce() + 'static) -> Option<()> {
        Handle::new_idle(self, None)?.close(finished);
        Some(())
    }
}

/// Watches a descriptor: `uv_poll_t`.
#[derive(Debug)]
pub enum Poll {}

/// Is called once per loop iteration: `uv_idle_t`.
#[derive(Debug)]
pub enum Idle {}

/// A libuv handle with memory of its own, which [`Handle::close`] gives back.
///
/// Dropping it without `close` leaks the memory on purpose: libuv still knows the address.
#[derive(Debug)]
pub struct Handle<K> {
    uv: &'static Uv,
    raw: NonNull<c_void>,
    data: NonNull<Data>,
    kind: PhantomData<K>,
}

/// What the handle's data pointer leads to: leaked by `alloc`, taken back by `free`.
struct Data {
    layout: Layout,
    callback: Option<Rc<dyn Fn()>>,
    finished: Cell<Option<Box<dyn FnOnce()>>>,
}

impl Handle<Poll> {
    /// A poll handle on `fd`, not yet started; `None` if libuv refuses.
    pub fn poll(uv_loop: Loop, fd: c_int, on_readable: impl Fn() + 'static) -> Option<Self> {
        let handle = Self::alloc(uv_loop.uv, POLL, Some(Rc::new(on_readable)))?;
        // SAFETY: the memory has the size that libuv named for a poll handle; `uv_loop` is the
        // loop of the current environment and this is its thread.
        let status = unsafe { (handle.uv.poll_init)(uv_loop.raw, handle.raw.as_ptr(), fd) };
        if status == 0 {
            return Some(handle.with_data());
        }
        free(handle.raw, handle.data);
        None
    }

    /// Calls back whenever the descriptor is readable; `false` if libuv refuses.
    pub fn start(&self) -> bool {
        // SAFETY: an initialised poll handle, on its loop's thread.
        unsafe { (self.uv.poll_start)(self.raw.as_ptr(), READABLE, on_poll) == 0 }
    }
}

impl Handle<Idle> {
    /// An idle handle, not yet started.
    pub fn idle(uv_loop: Loop, on_idle: impl Fn() + 'static) -> Option<Self> {
        Self::new_idle(uv_loop, Some(Rc::new(on_idle)))
    }

    fn new_idle(uv_loop: Loop, callback: Option<Rc<dyn Fn()>>) -> Option<Self> {
        let handle = Self::alloc(uv_loop.uv, IDLE, callback)?;
        // SAFETY: as for `poll`. `uv_idle_init` always succeeds.
        unsafe { (handle.uv.idle_init)(uv_loop.raw, handle.raw.as_ptr()) };
        Some(handle.with_data())
    }

    /// Calls back once per loop iteration, which then does not block.
    pub fn start(&self) {
        // SAFETY: an initialised idle handle, on its loop's thread.
        unsafe { (self.uv.idle_start)(self.raw.as_ptr(), on_idle) };
    }

    /// Lets the loop block again.
    pub fn stop(&self) {
        // SAFETY: an initialised idle handle, on its loop's thread.
        unsafe { (self.uv.idle_stop)(self.raw.as_ptr()) };
    }
}

impl<K> Handle<K> {
    fn alloc(uv: &'static Uv, kind: c_int, callback: Option<Rc<dyn Fn()>>) -> Option<Self> {
        // SAFETY: only maps the enumerator to a number.
        let size = unsafe { (uv.handle_size)(kind) };
        if size == 0 || size == usize::MAX {
            return None;
        }
        let layout = Layout::from_size_align(size, align_of::<u128>()).ok()?;
        // SAFETY: the size is above zero.
        let raw = NonNull::new(unsafe { alloc_zeroed(layout) })?.cast();
        let data = Box::new(Data {
            layout,
            callback,
            finished: Cell::default(),
        });
        Some(Self {
            uv,
            raw,
            data: NonNull::from(Box::leak(data)),
            kind: PhantomData,
        })
    }

    fn with_data(self) -> Self {
        // SAFETY: an initialised handle, on its loop's thread.
        unsafe { (self.uv.set_data)(self.raw.as_ptr(), self.data.as_ptr().cast()) };
        self
    }

    /// Whether the handle keeps the loop alive while it is active.
    pub fn set_referenced(&self, referenced: bool) {
        let set = if referenced {
            self.uv.reference
        } else {
            self.uv.unreference
        };
        // SAFETY: an initialised handle, on its loop's thread.
        unsafe { set(self.raw.as_ptr()) };
    }

    /// Closes the handle, which calls back no more; `finished` is called in the closing phase of the loop, after which
    /// the memory is given back.
    pub fn close(self, finished: impl FnOnce() + 'static) {
        // SAFETY: `free` takes the data back only after this, in the closing phase.
        let data = unsafe { self.data.as_ref() };
        data.finished.set(Some(Box::new(finished)));
        // SAFETY: an initialised handle, on its loop's thread; closed only here, as this consumes the handle.
        unsafe { (self.uv.close)(self.raw.as_ptr(), on_closed) };
    }
}

/// Gives the memory of a handle back that libuv does not know, or no more.
fn free(raw: NonNull<c_void>, data: NonNull<Data>) -> Data {
    // SAFETY: leaked by `alloc`, and taken back once, with the handle that led here.
    let data = unsafe { Box::from_raw(data.as_ptr()) };
    // SAFETY: allocated by `alloc` with this layout; libuv does not know the handle any more.
    unsafe { dealloc(raw.as_ptr().cast(), data.layout) };
    *data
}

/// The data of a handle.
///
/// # Safety
/// `raw` must be what libuv passed to a callback.
unsafe fn data_of(raw: RawHandle) -> Option<NonNull<Data>> {
    // SAFETY: the caller passes an initialised handle, whose data `with_data` has set.
    NonNull::new(unsafe { (Uv::get()?.get_data)(raw) }.cast())
}

unsafe extern "C" fn on_poll(raw: RawHandle, _status: c_int, _events: c_int) {
    // SAFETY: libuv passes the handle that the callback was given with.
    unsafe { on_idle(raw) };
}

unsafe extern "C" fn on_idle(raw: RawHandle) {
    // SAFETY: libuv passes the handle that the callback was given with.
    let Some(data) = (unsafe { data_of(raw) }) else {
        return;
    };
    // SAFETY: the data lives until the handle is closed. The callback may close it, and so is kept by an owner of its own.
    if let Some(callback) = unsafe { data.as_ref() }.callback.clone() {
        guarded(|| callback());
    }
}

unsafe extern "C" fn on_closed(raw: RawHandle) {
    // SAFETY: `raw` is the handle that libuv calls back about.
    let data = unsafe { data_of(raw) };
    let Some((raw, data)) = NonNull::new(raw).zip(data) else {
        return;
    };
    if let Some(finished) = free(raw, data).finished.take() {
        guarded(finished);
    }
}
