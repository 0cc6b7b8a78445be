//! What holds the thread of the driver while JavaScript works through what it was handed.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Holds the thread while JavaScript works through what it was handed.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: Mutex<GateState>,
    opened: Condvar,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum GateState {
    #[default]
    Open,
    Closed,
    /// Open, and not to be closed again: the thread may be on its way to close it.
    OpenForGood,
}

impl Gate {
    fn lock(&self) -> MutexGuard<'_, GateState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn close(&self) {
        let mut state = self.lock();
        if *state == GateState::Open {
            *state = GateState::Closed;
        }
    }

    pub(super) fn open(&self) {
        let mut state = self.lock();
        if *state == GateState::Closed {
            *state = GateState::Open;
            self.opened.notify_one();
        }
    }

    pub(super) fn open_for_good(&self) {
        *self.lock() = GateState::OpenForGood;
        self.opened.notify_one();
    }

    pub(super) fn wait(&self) {
        let is_closed = |state: &mut GateState| *state == GateState::Closed;
        drop(self.opened.wait_while(self.lock(), is_closed));
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn an_open_gate_holds_nobody_and_a_closed_one_until_it_is_opened() {
        let gate = Gate::default();
        gate.wait();
        gate.close();
        thread::scope(|scope| {
            scope.spawn(|| gate.wait());
            gate.open();
        });
    }

    #[test]
    fn a_gate_that_is_open_for_good_cannot_be_closed() {
        let gate = Gate::default();
        gate.open_for_good();
        gate.close();
        gate.wait();
    }
}
