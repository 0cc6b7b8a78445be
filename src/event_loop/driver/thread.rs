//! The driver for where libuv cannot be used: a thread waits inside the tokio runtime and wakes
//! JavaScript through a `ThreadsafeFunction`.
//!
//! Each item of the `ThreadsafeFunction` is a callback scope of its own and delivers one event. While
//! JavaScript works through a batch, the thread is held at a [`Gate`]: without it, it would wake for
//! every packet and take the processor away from JavaScript.

use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use napi::bindgen_prelude::Object;
use napi::{Env, Error, Status, sys};
use tokio::runtime::Runtime;

use super::Driver;
use super::gate::Gate;
use crate::event_loop::ready::ReadyQueue;
use crate::event_loop::turn::Budget;
use crate::event_loop::{EventLoop, StartError, sources};
use crate::sys::cleanup_hook::CleanupHook;
use crate::sys::threadsafe_function::ThreadsafeFunction;

/// The thread and its way into JavaScript.
#[derive(Debug)]
pub(in crate::event_loop) struct ThreadDriver {
    env: sys::napi_env,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    /// Made after the function, so that it runs before Node's own clean-up of that.
    hook: Option<CleanupHook>,
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

impl ThreadDriver {
    /// Starts the thread, which owns the runtime from now on.
    pub(super) fn start(
        env: Env,
        resource: &Object<'_>,
        event_loop: &Rc<EventLoop>,
        runtime: Runtime,
    ) -> Result<Self, StartError> {
        let shared = Arc::new(Shared {
            queue: Arc::clone(&event_loop.queue),
            gate: Gate::default(),
            posted: AtomicBool::new(false),
            function: ThreadsafeFunction::create(env, resource, on_posted)?,
        });
        let driving = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("safe-socket".to_owned())
            .spawn(move || driving.drive(&runtime))?;
        let ending = Rc::clone(event_loop);
        let driver = Self {
            env: env.raw(),
            shared,
            thread: Some(thread),
            hook: CleanupHook::at_once(env, move |_| on_environment_end(&ending)),
        };
        if driver.hook.is_none() {
            return Err(Error::new(Status::Closing, "the environment is ending").into());
        }
        Ok(driver)
    }

    /// Makes sure that JavaScript will look at the queue.
    pub(super) fn post(&self) {
        self.shared.post();
    }

    pub(super) fn set_referenced(&self, referenced: bool) {
        let env = Env::from_raw(self.env);
        self.shared.function.set_referenced(env, referenced);
    }
}

/// Ends the thread, and waits for it. It was the last to have the function besides this.
impl Drop for ThreadDriver {
    fn drop(&mut self) {
        self.shared.queue.close();
        self.shared.gate.open_for_good();
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

/// One item of the `ThreadsafeFunction`, in a callback scope of its own: one event.
fn on_posted(env: Env) {
    sources::with_event_loop(env, |event_loop| {
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
    });
}

fn shared_of(event_loop: &EventLoop) -> Option<Arc<Shared>> {
    match &*event_loop.driver.borrow() {
        Some(Driver::Thread(driver)) => Some(Arc::clone(&driver.shared)),
        _ => None,
    }
}

/// The environment ends: close the sockets, end the thread.
fn on_environment_end(event_loop: &Rc<EventLoop>) {
    sources::unregister(event_loop);
    event_loop.stop();
    drop(event_loop.driver.take());
}
