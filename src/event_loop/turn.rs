//! What a mistake of this crate may not break: a turn ends, and no panic unwinds into C.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

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

/// Runs a callback that C code called. A panic must not unwind into C: it is a bug of this crate,
/// the hook has printed it, and the process goes on with the other sockets.
pub(crate) fn guarded<T>(callback: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(callback)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
