//! The driver that needs no thread: libuv watches the epoll descriptor of tokio.
//!
//! When the descriptor is readable, the JavaScript thread lets tokio's driver take one
//! non-blocking turn, whose wakers fill the ready queue, and then lets those sockets act. Work that
//! is left over, or that JavaScript asks for, is picked up by an idle handle in the next loop
//! iteration, without a system call. Close events are the close callbacks of small handles of their
//! own, and so come in libuv's closing phase and order.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::rc::Rc;

use napi::sys;
use tokio::runtime::Runtime;
use tokio::task::yield_now;

use super::{Driver, epoll_of};
use crate::event_loop::budget::Budget;
use crate::event_loop::{EventLoop, guarded, sources};
use crate::sys::uv::{Loop, Uv, UvHandle, data_of};

/// libuv's side of the event loop.
#[derive(Debug)]
pub(in crate::event_loop) struct LoopDriver {
    uv: &'static Uv,
    uv_loop: Loop,
    poll: UvHandle,
    idle: UvHandle,
    runtime: Runtime,
    context: *mut Context,
    hook: sys::napi_async_cleanup_hook_handle,
}

/// What the callbacks get as their data: leaked by `start`, taken back by `end` or `on_environment_end`.
#[derive(Debug)]
struct Context {
    event_loop: Rc<EventLoop>,
}

impl LoopDriver {
    /// Starts watching. Gives the runtime back where libuv, or the descriptor of tokio's epoll, is
    /// not to be had.
    pub(super) fn start(
        env: sys::napi_env,
        event_loop: &Rc<EventLoop>,
        runtime: Runtime,
    ) -> Result<Self, Runtime> {
        let Some((uv, uv_loop, poll, idle)) = Self::handles(env, &runtime) else {
            return Err(runtime);
        };
        let context = Box::into_raw(Box::new(Context {
            event_loop: Rc::clone(event_loop),
        }));
        poll.set_data(context.cast());
        idle.set_data(context.cast());
        idle.set_referenced(false);
        poll.set_referenced(false);
        let hook = poll
            .start_polling(on_readable)
            .then(|| add_cleanup_hook(env, context))
            .flatten();
        let Some(hook) = hook else {
            drop_context(context);
            poll.close(|| ());
            idle.close(|| ());
            return Err(runtime);
        };
        Ok(Self {
            uv,
            uv_loop,
            poll,
            idle,
            runtime,
            context,
            hook,
        })
    }

    /// Ends while the environment goes on.
    pub(super) fn end(self) {
        let (context, hook) = (self.context, self.hook);
        self.close(|| ());
        remove_cleanup_hook(hook);
        drop_context(context);
    }

    /// Closes the handles. Only when that is done may the runtime go, whose epoll descriptor libuv was watching.
    fn close(self, finished: impl FnOnce() + 'static) {
        let Self {
            poll,
            idle,
            runtime,
            ..
        } = self;
        idle.close(|| ());
        poll.close(move || {
            drop(runtime);
            finished();
        });
    }

    #[allow(unsafe_code)]
    fn handles(
        env: sys::napi_env,
        runtime: &Runtime,
    ) -> Option<(&'static Uv, Loop, UvHandle, UvHandle)> {
        let uv = Uv::get()?;
        let mut uv_loop = ptr::null_mut();
        // SAFETY: called on the environment's thread, with a valid place for the result.
        let status = unsafe { sys::napi_get_uv_event_loop(env, &raw mut uv_loop) };
        if status != sys::Status::napi_ok || uv_loop.is_null() {
            return None;
        }
        let uv_loop = uv_loop.cast();
        let fd = epoll_of::find(runtime)?;
        let poll = UvHandle::poll(uv, uv_loop, fd)?;
        let Some(idle) = UvHandle::idle(uv, uv_loop) else {
            poll.close(|| ());
            return None;
        };
        Some((uv, uv_loop, poll, idle))
    }

    /// Takes another turn in the next loop iteration, whether or not a descriptor is ready.
    pub(super) fn turn_again(&self) {
        self.idle.start_idling(on_idle);
    }

    pub(super) fn set_referenced(&self, referenced: bool) {
        self.poll.set_referenced(referenced);
    }

    /// Delivers the close event of `id` in the closing phase of this loop iteration; `false` if
    /// there is no handle to be had.
    pub(super) fn deliver_close(&self, event_loop: Rc<EventLoop>, id: u32) -> bool {
        let Some(handle) = UvHandle::idle(self.uv, self.uv_loop) else {
            return false;
        };
        handle.close(move || event_loop.finish_close(id));
        true
    }
}

#[allow(unsafe_code)]
fn add_cleanup_hook(
    env: sys::napi_env,
    context: *mut Context,
) -> Option<sys::napi_async_cleanup_hook_handle> {
    let mut hook = ptr::null_mut();
    // SAFETY: `context` stays valid until the hook itself takes it back, or is removed. Asynchronous,
    // because the environment must wait until libuv has closed the handles.
    let status = unsafe {
        sys::napi_add_async_cleanup_hook(
            env,
            Some(on_environment_end),
            context.cast(),
            &raw mut hook,
        )
    };
    (status == sys::Status::napi_ok).then_some(hook)
}

#[allow(unsafe_code)]
fn remove_cleanup_hook(hook: sys::napi_async_cleanup_hook_handle) {
    // SAFETY: the handle that the environment gave for the hook, removed once: by `LoopDriver::end`
    // if the hook has not run, for it takes the driver, and else when its work is done.
    unsafe { sys::napi_remove_async_cleanup_hook(hook) };
}

#[allow(unsafe_code)]
fn drop_context(context: *mut Context) {
    // SAFETY: leaked by `start`; taken back once, by whoever ends the driver.
    drop(unsafe { Box::from_raw(context) });
}

/// The event loop of a callback's handle.
///
/// # Safety
/// `handle` must be the poll or idle handle of a driver, in a callback of libuv.
#[allow(unsafe_code)]
unsafe fn event_loop_of(handle: *mut c_void) -> Rc<EventLoop> {
    // SAFETY: as promised by the caller.
    let context = unsafe { data_of(handle) };
    // SAFETY: `start` set it to a `Context`, which lives until the handles are closed.
    Rc::clone(unsafe { &(*context.cast::<Context>()).event_loop })
}

#[allow(unsafe_code)]
unsafe extern "C" fn on_readable(handle: *mut c_void, _status: c_int, _events: c_int) {
    // SAFETY: libuv passes the poll handle that the callback was given with.
    let event_loop = unsafe { event_loop_of(handle) };
    guarded(|| {
        if event_loop.in_turn.get() {
            return;
        }
        if let Some(Driver::Loop(driver)) = &*event_loop.driver.borrow() {
            driver.runtime.block_on(yield_now());
        }
        turn(&event_loop);
    });
}

#[allow(unsafe_code)]
unsafe extern "C" fn on_idle(handle: *mut c_void) {
    // SAFETY: libuv passes the idle handle that the callback was given with.
    let event_loop = unsafe { event_loop_of(handle) };
    guarded(|| turn(&event_loop));
}

fn turn(event_loop: &Rc<EventLoop>) {
    let is_work_left = event_loop.run_ready(Budget::turn());
    if let Some(Driver::Loop(driver)) = &*event_loop.driver.borrow() {
        if is_work_left {
            driver.turn_again();
        } else {
            driver.idle.stop_idling();
        }
    }
}

/// The environment ends: stop polling, close the sockets, and hold the environment until libuv has
/// closed the handles.
#[allow(unsafe_code)]
unsafe extern "C" fn on_environment_end(
    hook: sys::napi_async_cleanup_hook_handle,
    context: *mut c_void,
) {
    // SAFETY: `start` registered the hook with a leaked `Context`; it is called once.
    let context = unsafe { Box::from_raw(context.cast::<Context>()) };
    guarded(move || {
        let Context { event_loop } = *context;
        sources::unregister(&event_loop);
        event_loop.stop();
        let Some(Driver::Loop(driver)) = event_loop.driver.take() else {
            return;
        };
        driver.close(move || {
            drop(event_loop);
            remove_cleanup_hook(hook);
        });
    });
}
