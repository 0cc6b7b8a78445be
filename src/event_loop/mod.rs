//! How tokio and the JavaScript thread share one event loop, and the sockets that live on it.
//!
//! All socket work happens on the JavaScript thread. Each JavaScript environment (the main thread,
//! each worker) owns one [`EventLoop`]: a tokio current-thread runtime that only watches
//! descriptors, a [`ready`] queue of the sockets it woke, and the sockets themselves. Nothing is
//! shared between environments. The one question is who waits for the descriptors:
//!
//! ```text
//!  LibuvDriver                               ThreadDriver
//!  libuv waits for tokio's epoll             a thread waits inside the runtime
//!    │ readable                                │ wakers filled the queue
//!    ▼                                         ▼
//!  one turn of tokio's driver                one ThreadsafeFunction item per event,
//!    │ wakers fill the queue                   │ then the thread's gate is closed
//!    ▼                                         ▼
//!  the sockets on the queue act: recv, accept, … and call JavaScript
//! ```
//!
//! Rules that every module here keeps:
//!
//! * JavaScript is called only from a callback of the event loop, never from a native call that
//!   JavaScript made, never inside `block_on`, and with no borrow held.
//! * After a turn the queue is empty, or another turn is scheduled: the readiness behind its
//!   entries was consumed, and nobody will announce it again.
//! * A panic goes no further than the callback of C code, or the source, that it is in.

#![forbid(unsafe_code)]

mod driver;
mod heap;
mod listener;
mod ready;
mod realm;
mod source;
mod sources;
mod stream;
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "of libuv's driver"))]
mod turn;

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::Object;
use thiserror::Error;
use tokio::runtime::{Builder, Handle};

pub use driver::DriverKind;
pub use listener::ListenerSource;
pub use realm::{Listeners, Realm, RealmLease};
pub use sources::{Source, with_event_loop};
pub use stream::StreamSource;

use driver::Driver;
use ready::ReadyQueue;
use sources::Sources;

/// The sockets of one JavaScript environment and what drives them.
#[derive(Debug)]
pub struct EventLoop {
    /// To be entered by whoever registers a socket with it.
    runtime: Handle,
    queue: Arc<ReadyQueue>,
    sources: Sources,
    realms: RefCell<::slab::Slab<Rc<Realm>>>,
    driver: RefCell<Option<Driver>>,
    /// Sources that keep the process alive.
    keeping_alive: Cell<usize>,
    /// A turn is under way; it must not be entered again from inside.
    in_turn: Cell<bool>,
    /// The environment is ending: no more calls into JavaScript.
    stopped: Cell<bool>,
}

impl EventLoop {
    /// Starts the event loop of `env` with the preferred driver, or with the thread driver where
    /// the preferred one cannot run.
    ///
    /// # Errors
    /// Where neither can be started: for want of descriptors, or of threads.
    pub fn start(env: Env, preferred: DriverKind, resource: &Object<'_>) -> Result<Rc<Self>, StartError> {
        let runtime = Builder::new_current_thread().enable_io().build()?;
        let event_loop = Rc::new(Self::idle(runtime.handle()));
        let driver = Driver::start(env, resource, &event_loop, runtime, preferred)?;
        event_loop.driver.replace(Some(driver));
        sources::register(env, Rc::clone(&event_loop));
        Ok(event_loop)
    }

    /// One that nobody drives yet.
    fn idle(runtime: &Handle) -> Self {
        Self {
            runtime: runtime.clone(),
            queue: Arc::default(),
            sources: Sources::default(),
            realms: RefCell::default(),
            driver: RefCell::new(None),
            keeping_alive: Cell::new(0),
            in_turn: Cell::new(false),
            stopped: Cell::new(false),
        }
    }

    /// The realm of this number.
    pub fn realm(&self, number: u32) -> Option<Rc<Realm>> {
        self.realms.borrow().get(number as usize).cloned()
    }

    /// Which driver runs.
    pub fn driver_kind(&self) -> DriverKind {
        self.driver.borrow().as_ref().map_or(DriverKind::Thread, Driver::kind)
    }

    /// The stream or listener with this id.
    pub fn source(&self, id: u32) -> Option<Rc<Source>> {
        self.sources.slab.borrow().get(id as usize).cloned()
    }

    /// Makes sure that a turn comes, which will look at the queue.
    fn schedule_turn(&self) {
        if self.in_turn.get() {
            return;
        }
        if let Some(driver) = &*self.driver.borrow() {
            driver.schedule_turn();
        }
    }

    /// Delivers the close event of `id` when libuv's close callbacks come; `false` where they do not.
    fn deliver_close(self: &Rc<Self>, id: u32) -> bool {
        match &*self.driver.borrow() {
            Some(driver) => driver.deliver_close(self, id),
            None => false,
        }
    }

    /// Counts a source in or out of those that keep the process alive.
    fn count_alive(&self, now_alive: bool) {
        let before = self.keeping_alive.get();
        let after = if now_alive {
            before + 1
        } else {
            before.saturating_sub(1)
        };
        self.keeping_alive.set(after);
        if (before == 0) != (after == 0)
            && let Some(driver) = &*self.driver.borrow()
        {
            driver.set_referenced(after > 0);
        }
    }

    /// Delivers a close event, after which the id is free.
    fn finish_close(&self, id: u32) {
        match self.sources.remove(id) {
            Some(source) if !self.stopped.get() => source.attachment().emit_close(self),
            _ => {}
        }
    }

    /// Ends with its last realm, if no socket is left: a copy of lib/ that is loaded later starts another.
    fn retire(self: &Rc<Self>) {
        let is_needed = !self.realms.borrow().is_empty() || !self.sources.is_empty();
        if is_needed || self.in_turn.get() {
            return;
        }
        // None once the environment has ended.
        if let Some(driver) = self.driver.take() {
            self.stopped.set(true);
            sources::unregister(self);
            driver.end();
        }
    }

    /// Closes everything, without events. The environment's cleanup hook calls this.
    fn stop(&self) {
        self.stopped.set(true);
        for source in self.sources.take_all() {
            source.abandon();
        }
        self.realms.take();
    }
}

/// Why an event loop could not be started.
#[derive(Debug, Error)]
pub enum StartError {
    /// The system has no descriptor, or no thread, to give.
    #[error(transparent)]
    System(#[from] io::Error),
    /// The environment is ending.
    #[error(transparent)]
    Environment(#[from] napi::Error),
}
