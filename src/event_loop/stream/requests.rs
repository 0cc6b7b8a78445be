//! What JavaScript asks of a stream, and what is known of it meanwhile: one bit each, in two bytes of every connection.

use std::cell::Cell;

/// What holds of a stream.
#[derive(Debug, Default)]
pub(super) struct Requests(Cell<u16>);

/// One or more of the things that may hold.
pub(super) type Request = u16;

/// JavaScript wants what arrives.
pub(super) const READING: Request = 1;
/// The outcome of a connection attempt is to be told.
pub(super) const CONNECTING: Request = 1 << 1;
/// JavaScript waits until the kernel takes bytes.
pub(super) const AWAITING_WRITABLE: Request = 1 << 2;
/// A write is over, which JavaScript knows and is told in the next turn.
pub(super) const FINISHING_WRITE: Request = 1 << 3;
/// The writing half is to be shut down.
pub(super) const SHUTTING_DOWN: Request = 1 << 4;
/// The FIN was sent: it is in the send queue until it is acknowledged.
pub(super) const SHUT_DOWN: Request = 1 << 5;
/// The last read took all that it could: the next one may take more.
pub(super) const FAST: Request = 1 << 6;
/// tokio knows the waker and has nothing to read: no need to ask again in this run.
pub(super) const ARMED: Request = 1 << 7;
/// The last read was partial and the connection is over: the end comes next.
pub(super) const HUNG_UP: Request = 1 << 8;

/// What keeps the process alive until it is done.
pub(super) const PENDING: Request = CONNECTING | AWAITING_WRITABLE | FINISHING_WRITE | SHUTTING_DOWN;

impl Requests {
    /// Whether any of them holds.
    pub(super) fn has(&self, any: Request) -> bool {
        self.0.get() & any != 0
    }

    /// Has them hold; `false` if all did already.
    pub(super) fn insert(&self, all: Request) -> bool {
        let before = self.0.replace(self.0.get() | all);
        before & all != all
    }

    /// Has none of them hold; `false` if none did.
    pub(super) fn remove(&self, all: Request) -> bool {
        let before = self.0.replace(self.0.get() & !all);
        before & all != 0
    }

    /// Has them hold, or not.
    pub(super) fn set(&self, all: Request, hold: bool) {
        if hold {
            self.insert(all);
        } else {
            self.remove(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_from_its_insertion_until_its_removal_and_leaves_the_others_alone() {
        let each = (0..9).map(|bit| 1 << bit);
        for request in each.clone() {
            let requests = Requests::default();
            assert!(requests.insert(request) && !requests.insert(request));
            for other in each.clone() {
                assert_eq!(requests.has(other), other == request);
            }
            assert!(requests.remove(request) && !requests.remove(request));
            assert!(!requests.has(request));
        }
    }

    #[test]
    fn several_are_asked_for_and_removed_at_once() {
        let requests = Requests::default();
        requests.insert(READING | SHUTTING_DOWN);
        assert!(requests.has(PENDING));
        assert!(requests.insert(READING | HUNG_UP), "one of them is new");
        assert!(requests.remove(PENDING));
        assert!(!requests.has(PENDING) && requests.has(READING));
        requests.set(READING, false);
        requests.set(SHUT_DOWN, true);
        assert!(!requests.has(READING | SHUTTING_DOWN) && requests.has(SHUT_DOWN));
    }
}
