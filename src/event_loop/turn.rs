//! A turn of the event loop: it is not entered twice, it ends even where it panics, and it does only so much before the rest
//! of Node gets its turn.

use std::cell::Cell;

/// A turn under way. It is over even where it panics: without that no socket would ever have a turn again.
pub(super) struct Turn<'a>(&'a Cell<bool>);

impl<'a> Turn<'a> {
    /// `None` inside another turn.
    pub(super) fn begin(in_turn: &'a Cell<bool>) -> Option<Self> {
        (!in_turn.replace(true)).then(|| Self(in_turn))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

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
    #[must_use]
    pub fn turn() -> Self {
        Self {
            events: EVENTS_PER_TURN,
            bytes: BYTES_PER_TURN,
            source: EVENTS_PER_SOURCE,
            per_source: EVENTS_PER_SOURCE,
        }
    }

    /// A turn of a single event, for a driver that must leave its callback scope between two.
    #[must_use]
    pub fn single_event() -> Self {
        Self {
            events: 1,
            bytes: BYTES_PER_TURN,
            source: 1,
            per_source: 1,
        }
    }

    /// Begins the share of the next ready socket.
    pub fn next_source(&mut self) {
        self.source = self.per_source;
    }

    /// Counts one delivered event that carried `bytes`.
    pub fn spend(&mut self, bytes: usize) {
        self.events = self.events.saturating_sub(1);
        self.source = self.source.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Whether the whole turn is over.
    #[must_use]
    pub fn turn_is_spent(&self) -> bool {
        self.events == 0 || self.bytes == 0
    }

    /// Whether the current socket must give way, because its share or the turn is over.
    #[must_use]
    pub fn source_is_spent(&self) -> bool {
        self.source == 0 || self.turn_is_spent()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::panic::guarded;
    use proptest::prelude::*;

    #[test]
    fn a_turn_admits_no_other_inside_and_is_over_after_a_panic() {
        let in_turn = Cell::new(false);
        let outcome = guarded(|| {
            let _turn = Turn::begin(&in_turn);
            assert!(Turn::begin(&in_turn).is_none());
            assert!(in_turn.get(), "the outer turn goes on");
            panic!("as a bug of this crate would");
        });
        assert!(outcome.is_none());
        assert!(Turn::begin(&in_turn).is_some());
    }

    #[test]
    fn a_single_event_spends_the_whole_turn() {
        let mut budget = Budget::single_event();
        assert!(!budget.source_is_spent());
        budget.spend(1);
        assert!(budget.source_is_spent() && budget.turn_is_spent());
    }

    #[test]
    fn one_source_gives_way_before_the_turn_is_over() {
        let mut budget = Budget::turn();
        for _ in 0..EVENTS_PER_SOURCE {
            budget.spend(1);
        }
        assert!(budget.source_is_spent() && !budget.turn_is_spent());
        budget.next_source();
        assert!(!budget.source_is_spent());
    }

    proptest! {
        #[test]
        fn no_sequence_of_events_outlasts_either_bound(sizes in prop::collection::vec(0usize..200_000, 0..3_000)) {
            let mut budget = Budget::turn();
            let (mut events, mut bytes) = (0u32, 0usize);
            for size in sizes {
                if budget.turn_is_spent() {
                    break;
                }
                budget.next_source();
                budget.spend(size);
                events += 1;
                bytes += size;
            }
            prop_assert!(events <= EVENTS_PER_TURN);
            prop_assert!(bytes < BYTES_PER_TURN + 200_000);
        }
    }
}
