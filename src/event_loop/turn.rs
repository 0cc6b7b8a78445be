//! A turn of the event loop: which sources act, how much they do before the rest of Node gets its turn, and how JavaScript
//! hears of it.
//!
//! Every event is a callback scope of its own, in the async context of the place where its socket
//! was made: `process.nextTick` and promise jobs run between two events, `AsyncLocalStorage` keeps
//! its store, and an exception goes to `'uncaughtException'` while the other sockets go on.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::source::Attachment;
use super::{EventLoop, Realm, Source};
use crate::sys::node_api::emit;

/// Events that one turn delivers at most.
///
/// tokio hands over at most 1,024 readiness events per driver turn; a turn that may deliver as
/// many callbacks never leaves ready sockets behind in the common case of one event each.
pub const EVENTS_PER_TURN: u32 = 1_024;

/// Bytes that one turn reads at most: 4 MiB, some milliseconds of JavaScript at full speed.
pub const BYTES_PER_TURN: usize = 4 << 20;

/// Events that one socket gets in a row before the next ready socket has its turn, as many as
/// libuv reads from one stream per poll event.
pub const EVENTS_PER_SOURCE: u32 = 32;

/// What is left of a turn.
#[derive(Debug, Clone)]
pub struct Budget {
    events: u32,
    bytes: usize,
    source: u32,
    per_source: u32,
}

impl Budget {
    /// A full turn, for a driver that may deliver many events in a row.
    pub const TURN: Self = Self {
        events: EVENTS_PER_TURN,
        bytes: BYTES_PER_TURN,
        source: EVENTS_PER_SOURCE,
        per_source: EVENTS_PER_SOURCE,
    };

    /// A turn of a single event, for a driver that must leave its callback scope between two.
    pub const SINGLE_EVENT: Self = Self {
        events: 1,
        bytes: BYTES_PER_TURN,
        source: 1,
        per_source: 1,
    };

    /// Counts one delivered event that carried `bytes`.
    pub fn spend(&mut self, bytes: usize) {
        self.events = self.events.saturating_sub(1);
        self.source = self.source.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Whether the current socket must give way, because its share or the turn is over.
    pub fn source_is_spent(&self) -> bool {
        self.source == 0 || self.events == 0 || self.bytes == 0
    }
}

/// What JavaScript hears of a socket; each has a function in [`Listeners`](super::Listeners).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Bytes are in the read buffer (above zero), the end of the stream (zero), or an error (below).
    Read(i32),
    /// The kernel takes bytes again.
    Writable,
    /// A connection attempt is over: zero or an error.
    Connect(i32),
    /// The writing half is shut down, or could not be.
    Shutdown,
    /// The socket is closed; nothing follows.
    Close,
    /// A connection was accepted: its id.
    Connection(u32),
}

/// Ends the turn that is under way, even where it panics: without that no socket would ever have a turn again.
struct EndTurn<'a>(&'a Cell<bool>);

impl Drop for EndTurn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl EventLoop {
    /// Lets the sockets on the queue act until it is empty or the budget is spent. Only as many
    /// as were on it at the start: what they put back waits for the next turn. Nobody acts inside another turn.
    ///
    /// Returns whether something is left.
    pub(super) fn run_ready(self: &Rc<Self>, mut budget: Budget) -> bool {
        if self.in_turn.replace(true) {
            return true;
        }
        let _turn = EndTurn(&self.in_turn);
        let waiting = self.queue.lock().ids.len();
        for _ in 0..waiting {
            if budget.events == 0 || budget.bytes == 0 || self.stopped.get() {
                break;
            }
            let Some(id) = self.queue.lock().ids.pop_front() else {
                break;
            };
            budget.source = budget.per_source;
            let Some(source) = self.sources.slab.borrow().get(id as usize).cloned() else {
                continue;
            };
            // A panic costs this source its share, and not the others theirs, nor the driver what follows a turn.
            let _ = catch_unwind(AssertUnwindSafe(|| match &*source {
                Source::Stream(stream) => stream.run(self, &mut budget),
                Source::Listener(listener) => listener.run(self, &mut budget),
            }));
        }
        !self.stopped.get() && !self.queue.lock().ids.is_empty()
    }

    /// Tells JavaScript of an event. The bytes of a short read are in the pool then, if it has room. After the
    /// environment has ended nothing more is tried.
    ///
    /// No borrow may be held: it may call anything.
    pub(super) fn emit(&self, source: &Attachment, event: Event) {
        let Some(context) = source.context.get() else {
            return;
        };
        let Realm {
            listeners,
            read_buffer,
            pool,
            ..
        } = &*source.realm;
        let emitted = emit(context, &listeners.object, source.id, |scope| match event {
            Event::Read(n) => {
                let len = usize::try_from(n).unwrap_or(0);
                match read_buffer.fill(len, |bytes| pool.put(scope, bytes)).flatten() {
                    Some(place) => (&listeners.onshort, Some(place.into())),
                    None => (&listeners.onread, Some(n.into())),
                }
            }
            Event::Writable => (&listeners.onwritable, None),
            Event::Connect(status) => (&listeners.onconnect, Some(status.into())),
            Event::Shutdown => (&listeners.onshutdown, None),
            Event::Close => (&listeners.onclose, None),
            Event::Connection(id) => (&listeners.onconnection, Some(id.into())),
        });
        if emitted.is_err() {
            self.stopped.set(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_turn_is_over_after_a_panic() {
        let in_turn = Cell::new(true);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let _turn = EndTurn(&in_turn);
            panic!("as a bug of this crate would");
        }));
        assert!(outcome.is_err());
        assert!(!in_turn.get());
    }

    #[test]
    fn a_turn_admits_no_other_inside() {
        let event_loop = Rc::new(EventLoop::idle(
            tokio::runtime::Builder::new_current_thread().build().unwrap().handle(),
        ));
        event_loop.queue.lock().ids.push_back(0);
        event_loop.in_turn.set(true);
        assert!(event_loop.run_ready(Budget::TURN), "the outer one has work left");
        assert!(event_loop.in_turn.get(), "the outer one goes on");
        event_loop.in_turn.set(false);
        assert!(!event_loop.run_ready(Budget::TURN));
        assert!(!event_loop.in_turn.get());
    }

    #[test]
    fn a_single_event_spends_the_whole_turn() {
        let mut budget = Budget::SINGLE_EVENT;
        assert!(!budget.source_is_spent());
        budget.spend(1);
        assert!(budget.source_is_spent() && budget.events == 0);
    }

    #[test]
    fn one_source_gives_way_before_the_turn_is_over() {
        let mut budget = Budget::TURN;
        for _ in 0..EVENTS_PER_SOURCE {
            budget.spend(1);
        }
        assert!(budget.source_is_spent() && budget.events > 0);
        budget.source = budget.per_source;
        assert!(!budget.source_is_spent());
    }

    proptest! {
        #[test]
        fn no_sequence_of_events_outlasts_either_bound(sizes in prop::collection::vec(0usize..200_000, 0..3_000)) {
            let mut budget = Budget::TURN;
            let (mut events, mut bytes) = (0u32, 0usize);
            for size in sizes {
                if budget.events == 0 || budget.bytes == 0 {
                    break;
                }
                budget.source = budget.per_source;
                budget.spend(size);
                events += 1;
                bytes += size;
            }
            prop_assert!(events <= EVENTS_PER_TURN);
            prop_assert!(bytes < BYTES_PER_TURN + 200_000);
        }
    }
}
