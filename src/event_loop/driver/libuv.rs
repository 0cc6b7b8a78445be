//! The driver that needs no thread: libuv watches the epoll descriptor of tokio.
//!
//! When the descriptor is readable, the JavaScript thread lets tokio's driver take one
//! non-blocking turn, whose wakers fill the ready queue, and then lets those sockets act. Work that
//! is left over, or that JavaScript asks for, is picked up by an idle handle in the next loop
//! iteration, without a system call. Close events are the close callbacks of small handles of their
//! own, and so come in libuv's closing phase and order.

use std::rc::Rc;

use napi::Env;
use tokio::runtime::Runtime;
use tokio::task::yield_now;

use super::{Driver, epoll_of};
use crate::event_loop::turn::Budget;
use crate::event_loop::{EventLoop, sources};
use crate::sys::cleanup_hook::{CleanupHook, Ending};
use crate::sys::uv::{Handle, Idle, Loop, Poll};

/// libuv's side of the event loop.
#[derive(Debug)]
pub(in crate::event_loop) struct LibuvDriver {
    uv_loop: Loop,
    poll: Handle<Poll>,
    idle: Handle<Idle>,
    runtime: Runtime,
    hook: CleanupHook,
}

impl LibuvDriver {
    /// Starts watching. Gives the runtime back where libuv, or the descriptor of tokio's epoll, is
    /// not to be had.
    pub(super) fn start(env: Env, event_loop: &Rc<EventLoop>, runtime: Runtime) -> Result<Self, Runtime> {
        let Some((uv_loop, poll, idle)) = Self::handles(env, event_loop, &runtime) else {
            return Err(runtime);
        };
        idle.set_referenced(false);
        poll.set_referenced(false);
        let ending = Rc::clone(event_loop);
        let hook = poll
            .start()
            .then(|| CleanupHook::waiting(env, move |end| on_environment_end(ending, end)))
            .flatten();
        let Some(hook) = hook else {
            poll.close(|| ());
            idle.close(|| ());
            return Err(runtime);
        };
        Ok(Self {
            uv_loop,
            poll,
            idle,
            runtime,
            hook,
        })
    }

    fn handles(env: Env, event_loop: &Rc<EventLoop>, runtime: &Runtime) -> Option<(Loop, Handle<Poll>, Handle<Idle>)> {
        let uv_loop = Loop::of(env)?;
        let fd = epoll_of::find(runtime)?;
        let (readable, idle) = (Rc::clone(event_loop), Rc::clone(event_loop));
        let poll = Handle::poll(uv_loop, fd, move || on_readable(&readable))?;
        let Some(idle) = Handle::idle(uv_loop, move || turn(&idle)) else {
            poll.close(|| ());
            return None;
        };
        Some((uv_loop, poll, idle))
    }

    /// Ends while the environment goes on.
    pub(super) fn end(self) {
        self.close(|| ());
    }

    /// Closes the handles. Only when that is done may the runtime go, whose epoll descriptor libuv was watching.
    fn close(self, finished: impl FnOnce() + 'static) {
        let Self {
            poll,
            idle,
            runtime,
            hook,
            ..
        } = self;
        idle.close(|| ());
        poll.close(move || {
            drop(runtime);
            finished();
        });
        drop(hook);
    }

    /// Takes another turn in the next loop iteration, whether or not a descriptor is ready.
    pub(super) fn turn_again(&self) {
        self.idle.start();
    }

    pub(super) fn set_referenced(&self, referenced: bool) {
        self.poll.set_referenced(referenced);
    }

    /// Delivers the close event of `id` in the closing phase of this loop iteration; `false` if
    /// there is no handle to be had.
    pub(super) fn deliver_close(&self, event_loop: Rc<EventLoop>, id: u32) -> bool {
        let delivered = self.uv_loop.in_closing_phase(move || event_loop.finish_close(id));
        delivered.is_some()
    }
}

fn on_readable(event_loop: &Rc<EventLoop>) {
    if event_loop.in_turn.get() {
        return;
    }
    if let Some(Driver::Libuv(driver)) = &*event_loop.driver.borrow() {
        driver.runtime.block_on(yield_now());
    }
    turn(event_loop);
}

fn turn(event_loop: &Rc<EventLoop>) {
    let is_work_left = event_loop.run_ready(Budget::turn());
    if let Some(Driver::Libuv(driver)) = &*event_loop.driver.borrow() {
        if is_work_left {
            driver.turn_again();
        } else {
            driver.idle.stop();
        }
    }
}

/// The environment ends: stop polling, close the sockets, and hold the environment until libuv has
/// closed the handles.
fn on_environment_end(event_loop: Rc<EventLoop>, ending: Ending) {
    sources::unregister(&event_loop);
    event_loop.stop();
    let Some(Driver::Libuv(driver)) = event_loop.driver.take() else {
        return;
    };
    driver.close(move || {
        drop(event_loop);
        drop(ending);
    });
}
