//! The driver for where libuv cannot be used: a thread waits inside the tokio runtime and wakes
//! JavaScript through a `ThreadsafeFunction`.
//!
//! Each item of the `ThreadsafeFunction` is a callback scope of its own and delivers one event. While
//! JavaScript works through a batch, the thread is held at a [`Gate`]: without it, it would wake for
//! every packet and take the processor away from JavaScript.

use std::ffi::c_void;
use std::future::poll_fn;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use napi::{Error, Status, sys};
use tokio::runtime::Runtime;

use super::Driver;
use super::gate::Gate;
use crate::event_loop::budget::Budget;
use crate::event_loop::ready::ReadyQueue;
use crate::event_loop::{EventLoop, StartError, guarded, sources};
use crate::sys::threadsafe_function::ThreadsafeFunction;

/// The thread and its way into JavaScript.
#[derive(Debug)]
pub(in crate::event_loop) struct ThreadDriver {
    env: sys::napi_env,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    context: *mut Context,
}

/// What the thread and JavaScript share.
#[derive(Debug)]
struct Shared {
    queue: Arc<ReadyQueue>,
    gate: Gate,
    /// An item is on its way to JavaScript, which will look at the queue.
    posted: AtomicBool,
    function: ThreadsafeFunction,
}

impl Shared {
    /// Makes sure that JavaScript will look at the queue.
    fn post(&self) {
        if !self.posted.swap(true, Ordering::AcqRel) {
            self.function.call();
        }
    }

    fn drive(&self, runtime: &Runtime) {
        while runtime.block_on(poll_fn(|cx| self.queue.poll_filled(cx))) {
            self.gate.close();
            self.post();
            self.gate.wait();
        }
    }
}

/// What the hook gets as its data: leaked by `add_cleanup_hook`, taken back by `end` or `on_environment_end`.
#[derive(Debug)]
struct Context {
    event_loop: Rc<EventLoop>,
}

impl ThreadDriver {
    /// Starts the thread, which owns the runtime from now on.
    pub(super) fn start(
        env: sys::napi_env,
        resource: sys::napi_value,
        event_loop: &Rc<EventLoop>,
        runtime: Runtime,
    ) -> Result<Self, StartError> {
        let function = ThreadsafeFunction::create(env, resource, Some(on_posted))?;
        let shared = Arc::new(Shared {
            queue: Arc::clone(&event_loop.queue),
            gate: Gate::default(),
            posted: AtomicBool::new(false),
            function,
        });
        let driving = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("safe-socket".to_owned())
            .spawn(move || driving.drive(&runtime));
        let thread = match thread {
            Ok(thread) => thread,
            Err(error) => {
                shared.function.release();
                return Err(error.into());
            }
        };
        let mut driver = Self {
            env,
            shared,
            thread: Some(thread),
            context: ptr::null_mut(),
        };
        if let Some(context) = add_cleanup_hook(env, event_loop) {
            driver.context = context;
            Ok(driver)
        } else {
            driver.stop();
            Err(Error::new(Status::Closing, "the environment is ending").into())
        }
    }

    /// Ends while the environment goes on.
    pub(super) fn end(self) {
        remove_cleanup_hook(self.env, self.context);
        self.stop();
    }

    /// Makes sure that JavaScript will look at the queue.
    pub(super) fn post(&self) {
        self.shared.post();
    }

    pub(super) fn set_referenced(&self, referenced: bool) {
        self.shared.function.set_referenced(self.env, referenced);
    }

    /// Ends the thread, and waits for it.
    fn stop(mut self) {
        self.shared.queue.close();
        self.shared.gate.open_for_good();
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; there is nobody left to tell.
            let _ = thread.join();
        }
        self.shared.function.release();
    }
}

/// Added after the function was created, so that the hook runs before Node's own clean-up of the
/// function.
#[allow(unsafe_code)]
fn add_cleanup_hook(env: sys::napi_env, event_loop: &Rc<EventLoop>) -> Option<*mut Context> {
    let context = Box::into_raw(Box::new(Context {
        event_loop: Rc::clone(event_loop),
    }));
    // SAFETY: `context` stays valid until the hook takes it back, or is removed.
    let status =
        unsafe { sys::napi_add_env_cleanup_hook(env, Some(on_environment_end), context.cast()) };
    if status == sys::Status::napi_ok {
        return Some(context);
    }
    drop_context(context);
    None
}

#[allow(unsafe_code)]
fn remove_cleanup_hook(env: sys::napi_env, context: *mut Context) {
    // SAFETY: added with these arguments, and not run yet: it takes the driver.
    unsafe {
        sys::napi_remove_env_cleanup_hook(env, Some(on_environment_end), context.cast());
    }
    drop_context(context);
}

#[allow(unsafe_code)]
fn drop_context(context: *mut Context) {
    // SAFETY: leaked by `add_cleanup_hook`; taken back once, when the hook cannot run any more.
    drop(unsafe { Box::from_raw(context) });
}

/// One item of the `ThreadsafeFunction`, in a callback scope of its own: one event.
#[allow(unsafe_code)]
unsafe extern "C" fn on_posted(
    env: sys::napi_env,
    _function: sys::napi_value,
    _context: *mut c_void,
    _data: *mut c_void,
) {
    // Null while the environment is being torn down.
    if env.is_null() {
        return;
    }
    guarded(|| {
        sources::with_event_loop(&napi::Env::from_raw(env), |event_loop| {
            let is_work_left = event_loop.run_ready(Budget::single_event());
            let Some(shared) = shared_of(event_loop) else {
                return;
            };
            if is_work_left {
                shared.function.call();
                return;
            }
            shared.posted.store(false, Ordering::Release);
            // A wake may have come between the look at the queue and the line above.
            if event_loop.queue.len() > 0 {
                shared.post();
            } else {
                shared.gate.open();
            }
        })
    });
}

fn shared_of(event_loop: &EventLoop) -> Option<Arc<Shared>> {
    match &*event_loop.driver.borrow() {
        Some(Driver::Thread(driver)) => Some(Arc::clone(&driver.shared)),
        _ => None,
    }
}

/// The environment ends: close the sockets, end the thread.
#[allow(unsafe_code)]
unsafe extern "C" fn on_environment_end(context: *mut c_void) {
    // SAFETY: `add_cleanup_hook` leaked the `Context`; it is called once.
    let context = unsafe { Box::from_raw(context.cast::<Context>()) };
    guarded(move || {
        sources::unregister(&context.event_loop);
        context.event_loop.stop();
        if let Some(Driver::Thread(driver)) = context.event_loop.driver.take() {
            driver.stop();
        }
    });
}
