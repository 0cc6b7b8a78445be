//! The sockets of an environment by their ids, and the environments by their threads.

use std::cell::RefCell;
use std::rc::Rc;

use napi::{Env, sys};
use slab::Slab;

use super::source::Attachment;
use super::turn::Budget;
use super::{EventLoop, ListenerSource, StreamSource};
use crate::net::adopt::{FdKind, describe};
use crate::net::errno::{EBADF, EEXIST};
use crate::sys::fd::{OwnedFd, RawFd, own};

/// Something that lives on the event loop.
#[derive(Debug, Clone)]
pub enum Source {
    /// A stream, connected or to be connected.
    Stream(Rc<StreamSource>),
    /// A listening socket, or one to be.
    Listener(Rc<ListenerSource>),
}

impl Source {
    pub(super) fn run(&self, event_loop: &Rc<EventLoop>, budget: &mut Budget) {
        match self {
            Self::Stream(stream) => stream.run(event_loop, budget),
            Self::Listener(listener) => listener.run(event_loop, budget),
        }
    }

    pub(super) fn attachment(&self) -> &Attachment {
        match self {
            Self::Stream(stream) => &stream.attachment,
            Self::Listener(listener) => &listener.attachment,
        }
    }

    fn raw_fd(&self) -> RawFd {
        match self {
            Self::Stream(stream) => stream.raw_fd(),
            Self::Listener(listener) => listener.raw_fd(),
        }
    }

    pub(super) fn abandon(&self) {
        match self {
            Self::Stream(stream) => stream.abandon(),
            Self::Listener(listener) => listener.abandon(),
        }
    }
}

/// Sources by id. Ids are used again, as descriptors are.
#[derive(Debug, Default)]
pub(super) struct Sources {
    slab: RefCell<Slab<Source>>,
}

impl Sources {
    /// Adds the source that `make` builds, which is told its id.
    ///
    /// # Panics
    /// With 2^32 sources, for which no system has descriptors.
    pub(super) fn insert(&self, make: impl FnOnce(u32) -> Source) -> u32 {
        let mut slab = self.slab.borrow_mut();
        let entry = slab.vacant_entry();
        let id = u32::try_from(entry.key()).expect("fewer than 2^32 sources");
        entry.insert(make(id));
        id
    }

    pub(super) fn get(&self, id: u32) -> Option<Source> {
        self.slab.borrow().get(id as usize).cloned()
    }

    /// Takes ownership of `fd`: `EBADF` if it is not open, `EEXIST` if a source owns it, whose it stays.
    pub(super) fn adopt(&self, fd: RawFd) -> Result<OwnedFd, i32> {
        if describe(fd) == FdKind::Invalid {
            return Err(EBADF);
        }
        let slab = self.slab.borrow();
        if slab.iter().any(|(_, source)| source.raw_fd() == fd) {
            return Err(EEXIST);
        }
        own(fd).ok_or(EBADF)
    }

    pub(super) fn remove(&self, id: u32) -> Option<Source> {
        self.slab.borrow_mut().try_remove(id as usize)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slab.borrow().is_empty()
    }

    pub(super) fn take_all(&self) -> Vec<Source> {
        self.slab.take().into_iter().map(|(_, source)| source).collect()
    }
}

thread_local! {
    /// The event loops of this thread's environments. One, as a rule: a second one where the
    /// addon was loaded twice.
    static EVENT_LOOPS: RefCell<Vec<(sys::napi_env, Rc<EventLoop>)>> = const { RefCell::new(Vec::new()) };
}

/// The event loop of `env`, for the length of a native call; `None` before it was started and
/// after the environment's cleanup.
pub fn with_event_loop<T>(env: Env, call: impl FnOnce(&Rc<EventLoop>) -> T) -> Option<T> {
    let event_loop = EVENT_LOOPS.with_borrow(|loops| {
        loops
            .iter()
            .find(|(owner, _)| *owner == env.raw())
            .map(|(_, event_loop)| Rc::clone(event_loop))
    })?;
    Some(call(&event_loop))
}

/// Makes `event_loop` the one of `env`.
pub fn register(env: Env, event_loop: Rc<EventLoop>) {
    EVENT_LOOPS.with_borrow_mut(|loops| loops.push((env.raw(), event_loop)));
}

/// Forgets `event_loop`, which has ended.
pub(super) fn unregister(event_loop: &Rc<EventLoop>) {
    EVENT_LOOPS.with_borrow_mut(|loops| loops.retain(|(_, known)| !Rc::ptr_eq(known, event_loop)));
}
