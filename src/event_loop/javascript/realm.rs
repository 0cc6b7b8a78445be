//! What the sockets of one loaded copy of lib/ share: its listeners, and the buffer, which is that of
//! the other copies too.
//!
//! One per environment, as a rule; several where a test runner evaluates lib/ again and again on
//! the same addon. A copy that JavaScript has forgotten takes its realm with it.

use std::rc::{Rc, Weak};

use napi::Env;
use napi::bindgen_prelude::{Result, Unknown};

use super::events::{Event, Listeners};
use super::{MessagePool, ReadBuffer};
use crate::event_loop::EventLoop;
use crate::sys::node_api::{AsyncContext, Emitted, EnvironmentEnding, Scope, in_scope};

/// The JavaScript side that a socket belongs to.
#[derive(Debug)]
pub struct Realm {
    /// Who hears of events.
    pub listeners: Listeners,
    /// Where the kernel reads to.
    pub read_buffer: ReadBuffer,
    /// Where short messages go from there.
    pub pool: MessagePool,
    /// A partial read together with a hang-up is the end of the stream, as for libuv before 1.52:
    /// a reset that came with the last data is no error there. Later ones read again and find it.
    pub hang_up_is_end: bool,
}

impl Realm {
    /// Takes a fresh piece of Node's Buffer pool for short messages: see [`MessagePool::refill`].
    ///
    /// # Errors
    /// `InvalidArg` if it is none.
    pub fn refill_pool(&self, env: Env, piece: &Unknown<'_>) -> Result<()> {
        self.pool.refill(env, piece, &self.read_buffer)
    }

    /// Tells JavaScript of an event: see [`Listeners::emit`]. The bytes of a short read are in the pool then, if it has room.
    pub(in crate::event_loop) fn emit(&self, context: &AsyncContext, id: u32, event: Event) -> Emitted {
        let emitted = in_scope(self.listeners.env(), |scope| {
            let event = self.pooled(scope, event);
            self.listeners.emit(scope, context, id, event)
        });
        emitted.unwrap_or(Err(EnvironmentEnding))
    }

    fn pooled(&self, scope: &Scope, event: Event) -> Event {
        let Event::Read(n) = event else { return event };
        let Ok(len @ 1..) = usize::try_from(n) else {
            return event;
        };
        let place = self.read_buffer.fill(len, |bytes| self.pool.put(scope, bytes));
        place.flatten().map_or(event, Event::Short)
    }
}

/// Keeps a realm in the list of its event loop. JavaScript holds it where it holds the number: once
/// the garbage collector has it, nobody can make a socket of the realm, whose listeners would
/// otherwise stay, with all that they refer to, until the environment ends. The sockets that there are
/// have the listeners themselves.
#[derive(Debug)]
pub struct RealmLease {
    event_loop: Weak<EventLoop>,
    number: usize,
}

impl RealmLease {
    /// Adds `realm` to those of `event_loop`, for as long as the lease lives.
    #[must_use]
    pub fn new(event_loop: &Rc<EventLoop>, realm: Realm) -> Self {
        Self {
            event_loop: Rc::downgrade(event_loop),
            number: event_loop.realms.borrow_mut().insert(Rc::new(realm)),
        }
    }

    /// The number by which new sockets name the realm. Another one may have it afterwards.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }
}

impl Drop for RealmLease {
    fn drop(&mut self) {
        if let Some(event_loop) = self.event_loop.upgrade() {
            // None once the environment has ended.
            let realm = event_loop.realms.borrow_mut().try_remove(self.number);
            drop(realm);
            event_loop.retire();
        }
    }
}
