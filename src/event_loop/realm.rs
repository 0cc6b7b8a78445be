//! What the sockets of one loaded copy of lib/ share: its listeners, and the buffer, which is that of
//! the other copies too.
//!
//! One per environment, as a rule; several where a test runner evaluates lib/ again and again on
//! the same addon. A copy that JavaScript has forgotten takes its realm with it.

use std::rc::{Rc, Weak};

use super::dispatch::{AsyncContext, Emitted, Event, Listeners};
use super::handles::in_scope;
use super::{EventLoop, Slab};

/// The JavaScript side that a socket belongs to.
#[derive(Debug)]
pub struct Realm {
    /// Who hears of events.
    pub listeners: Listeners,
    /// Where the kernel reads to.
    pub slab: Slab,
    /// A partial read together with a hang-up is the end of the stream, as for libuv before 1.52:
    /// a reset that came with the last data is no error there. Later ones read again and find it.
    pub hang_up_is_end: bool,
}

impl Realm {
    /// Tells JavaScript of an event: see [`Listeners::emit`].
    pub(super) fn emit(&self, context: &AsyncContext, id: u32, event: Event) -> Emitted {
        in_scope(self.listeners.env(), || {
            self.listeners.emit(context, id, event)
        })
        .unwrap_or(Emitted::EnvironmentEnding)
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
