//! Starting the event loop of an environment.

use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::{Buffer, Object, Result};
use napi_derive::napi;

use crate::event_loop::{DriverKind, EventLoop, Listeners, Realm, Slab, with_event_loop};

/// What [`start`] started.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Started {
    /// The number that names this copy of lib/ in `streamCreate` and `listenerCreate`.
    pub realm: u32,
    /// `'loop'` or `'thread'`.
    pub driver: &'static str,
}

/// Starts the event loop of this environment, or joins the one that runs: `slab` is where the
/// kernel reads to, `listeners` has a function for each event.
///
/// # Errors
/// `InvalidArg` for an empty slab or a missing listener, `GenericFailure` when there are no
/// descriptors left.
#[napi]
pub fn start(env: Env, use_thread: bool, slab: Buffer, listeners: Object<'_>) -> Result<Started> {
    let realm = Realm {
        listeners: Rc::new(Listeners::new(&env, &listeners)?),
        slab: Rc::new(Slab::new(slab)?),
    };
    let preferred = if use_thread {
        DriverKind::Thread
    } else {
        DriverKind::Loop
    };
    let event_loop = match with_event_loop(&env, Rc::clone) {
        Some(running) => running,
        None => EventLoop::start(&env, preferred)?,
    };
    let number = event_loop.add_realm(realm);
    Ok(Started {
        realm: u32::try_from(number).unwrap_or(u32::MAX),
        driver: event_loop.driver_kind().name(),
    })
}

/// What a descriptor refers to: `'TCP'`, `'PIPE'`, `'UDP'`, `'TTY'`, `'FILE'`, `'UNKNOWN'`, or
/// `'INVALID'` if it is not open.
#[napi]
#[must_use]
pub fn describe_fd(fd: i32) -> &'static str {
    #[cfg(unix)]
    return crate::event_loop::descriptor::describe(fd).name();
    #[cfg(not(unix))]
    {
        let _ = fd;
        crate::net::descriptor::FdKind::Unknown.name()
    }
}
