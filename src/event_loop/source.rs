//! What every source has besides its socket: an id, by which JavaScript knows whose it is, a waker, an
//! async context, and its part in keeping the process alive.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use napi::Env;
use napi::bindgen_prelude::{Object, Result};

use super::javascript::Event;
use super::ready::SocketWaker;
use super::{EventLoop, Realm};
use crate::sys::node_api::AsyncContext;

/// The common part of streams and listeners.
#[derive(Debug)]
pub(super) struct Attachment {
    pub(super) id: u32,
    pub(super) realm: Rc<Realm>,
    socket_waker: Arc<SocketWaker>,
    waker: Waker,
    /// None before somebody wants the events.
    context: OnceCell<AsyncContext>,
    pub(super) referenced: Cell<bool>,
    counted_alive: Cell<bool>,
    closing: Cell<bool>,
    /// The close event comes by the ready queue, not by libuv.
    close_is_queued: Cell<bool>,
}

impl Attachment {
    pub(super) fn new(event_loop: &EventLoop, id: u32, realm: &Rc<Realm>) -> Self {
        let socket_waker = SocketWaker::new(id, &event_loop.queue);
        Self {
            id,
            realm: Rc::clone(realm),
            waker: Waker::from(Arc::clone(&socket_waker)),
            socket_waker,
            context: OnceCell::new(),
            referenced: Cell::new(true),
            counted_alive: Cell::new(false),
            closing: Cell::new(false),
            close_is_queued: Cell::new(false),
        }
    }

    /// The waker that puts the source on the ready queue.
    pub(super) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// The source was taken off the ready queue.
    pub(super) fn taken(&self) {
        self.socket_waker.taken();
    }

    /// Puts the source on the ready queue, unless it is on it.
    pub(super) fn requeue(&self) {
        self.waker.wake_by_ref();
    }

    /// Has a turn come soon for the source, from inside a native call or another turn.
    pub(super) fn schedule(&self, event_loop: &EventLoop) {
        self.requeue();
        event_loop.schedule_turn();
    }

    /// Has events told from now on, in the async context of this moment; one that is there already stays.
    pub(super) fn attach(&self, env: Env, owner: &Object<'_>, resource_type: &str) -> Result<()> {
        if self.context.get().is_none() {
            self.set_context(AsyncContext::new(env, owner, resource_type)?);
        }
        Ok(())
    }

    /// Has events told from now on, in this context; one that is there already stays.
    pub(super) fn set_context(&self, context: AsyncContext) {
        let _ = self.context.set(context);
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.get()
    }

    /// Marks the source as closing; `false` if it already was.
    pub(super) fn begin_close(&self) -> bool {
        !self.closing.replace(true)
    }

    /// Schedules the close event.
    pub(super) fn schedule_close(&self, event_loop: &Rc<EventLoop>) {
        if !event_loop.deliver_close(self.id) {
            self.close_is_queued.set(true);
            self.schedule(event_loop);
        }
    }

    /// A closing source has its turn. It may have been woken before it was closed: only if its close
    /// event comes by the queue is this the event; else libuv's callback still has to find it, and
    /// its id must not go to another source before that.
    pub(super) fn close_in_turn(&self, event_loop: &EventLoop) {
        if self.close_is_queued.get() {
            event_loop.finish_close(self.id);
        }
    }

    /// Keeps the process alive while it is referenced and active, while something is pending, and until it is closed.
    pub(super) fn keep_alive(&self, event_loop: &EventLoop, is_active: bool, is_pending: bool) {
        let alive = (self.referenced.get() && is_active) || is_pending || self.closing.get();
        self.count_alive(event_loop, alive);
    }

    fn count_alive(&self, event_loop: &EventLoop, alive: bool) {
        if self.counted_alive.replace(alive) != alive {
            event_loop.count_alive(alive);
        }
    }

    /// Tells JavaScript of an event. No borrow may be held: it may call anything.
    pub(super) fn emit(&self, event_loop: &EventLoop, event: Event) {
        let Some(context) = self.context.get() else {
            return;
        };
        if self.realm.emit(context, self.id, event).is_err() {
            event_loop.environment_is_ending();
        }
    }

    /// Tells of the close, after which nothing keeps the process alive.
    pub(super) fn emit_close(&self, event_loop: &EventLoop) {
        self.count_alive(event_loop, false);
        self.emit(event_loop, Event::Close);
    }
}
