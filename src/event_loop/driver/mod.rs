//! Who waits for the descriptors: libuv or a thread.

#[cfg(target_os = "linux")]
mod epoll_of;
mod gate;
#[cfg(target_os = "linux")]
mod libuv;
mod thread;

use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::Object;
use tokio::runtime::Runtime;

use super::{EventLoop, StartError};
#[cfg(target_os = "linux")]
use libuv::LibuvDriver;
use thread::ThreadDriver;

/// The kind of driver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverKind {
    /// libuv, on the JavaScript thread itself.
    Loop,
    /// A thread of the addon.
    Thread,
}

impl DriverKind {
    /// The name that JavaScript uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Thread => "thread",
        }
    }
}

/// Whoever drives an event loop.
#[derive(Debug)]
pub(super) enum Driver {
    #[cfg(target_os = "linux")]
    Libuv(LibuvDriver),
    Thread(ThreadDriver),
}

impl Driver {
    /// Starts the preferred driver, or the thread where that cannot run. It owns the runtime from
    /// now on.
    #[cfg_attr(not(target_os = "linux"), allow(unused_variables))]
    pub(super) fn start(
        env: Env,
        resource: &Object<'_>,
        event_loop: &Rc<EventLoop>,
        runtime: Runtime,
        preferred: DriverKind,
    ) -> Result<Self, StartError> {
        #[cfg(target_os = "linux")]
        let runtime = match preferred {
            DriverKind::Loop => match LibuvDriver::start(env, event_loop, runtime) {
                Ok(driver) => return Ok(Self::Libuv(driver)),
                Err(runtime) => runtime,
            },
            DriverKind::Thread => runtime,
        };
        ThreadDriver::start(env, resource, event_loop, runtime).map(Self::Thread)
    }

    pub(super) fn kind(&self) -> DriverKind {
        match self {
            #[cfg(target_os = "linux")]
            Self::Libuv(_) => DriverKind::Loop,
            Self::Thread(_) => DriverKind::Thread,
        }
    }

    /// Takes a turn soon, because the queue was filled from JavaScript's thread.
    pub(super) fn schedule_turn(&self) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Libuv(driver) => driver.turn_again(),
            Self::Thread(driver) => driver.post(),
        }
    }

    /// Ends, and gives everything back, while the environment goes on.
    pub(super) fn end(self) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Libuv(driver) => driver.end(),
            Self::Thread(driver) => drop(driver),
        }
    }

    /// Whether the driver keeps the process alive.
    pub(super) fn set_referenced(&self, referenced: bool) {
        match self {
            #[cfg(target_os = "linux")]
            Self::Libuv(driver) => driver.set_referenced(referenced),
            Self::Thread(driver) => driver.set_referenced(referenced),
        }
    }

    /// Delivers the close event of `id` when libuv's close callbacks come; `false` where they do not.
    #[cfg_attr(not(target_os = "linux"), allow(unused_variables))]
    pub(super) fn deliver_close(&self, event_loop: &Rc<EventLoop>, id: u32) -> bool {
        match self {
            #[cfg(target_os = "linux")]
            Self::Libuv(driver) => driver.deliver_close(Rc::clone(event_loop), id),
            Self::Thread(_) => false,
        }
    }
}
