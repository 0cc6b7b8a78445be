//! The queue between tokio's wakers and the turns of the event loop.
//!
//! Each socket has one [`SocketWaker`] for reading and writing alike. A wake puts the socket's id on the queue, once however
//! often it is woken; the next turn takes it off and asks the socket itself what has become possible. No task is spawned and
//! nothing is allocated per event.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// The ids of sockets that may have something to do, in the order in which they were woken.
///
/// Only a socket's own waker puts its id on it, and at most once: it is no longer than the list of sockets, with those
/// that were closed in this turn.
#[derive(Debug, Default)]
pub struct ReadyQueue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    ids: VecDeque<u32>,
    /// Whoever waits for the queue to fill from another thread.
    waiting: Option<Waker>,
    /// Nobody is to wait any more.
    closed: bool,
}

impl ReadyQueue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // The critical sections cannot panic half way, so a poisoned queue is still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits after the change, when the lock is free again.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let waiting = {
            let mut state = self.lock();
            change(&mut state);
            state.waiting.take()
        };
        if let Some(waker) = waiting {
            waker.wake();
        }
    }

    /// Adds `id` at the end and wakes whoever waits in [`ReadyQueue::poll_filled`].
    pub fn push(&self, id: u32) {
        self.change(|state| state.ids.push_back(id));
    }

    /// Takes the first id.
    pub fn pop(&self) -> Option<u32> {
        self.lock().ids.pop_front()
    }

    /// How many ids are waiting.
    pub fn len(&self) -> usize {
        self.lock().ids.len()
    }

    /// Waits, without taking anything, until the queue has an entry (`true`) or is closed (`false`).
    pub fn poll_filled(&self, cx: &mut Context<'_>) -> Poll<bool> {
        let mut state = self.lock();
        if state.closed {
            return Poll::Ready(false);
        }
        if !state.ids.is_empty() {
            return Poll::Ready(true);
        }
        state.waiting = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Lets nobody wait in [`ReadyQueue::poll_filled`] from now on. The queue itself knows it, under its own
    /// lock: whoever is about to wait can then not miss it.
    pub fn close(&self) {
        self.change(|state| state.closed = true);
    }
}

/// What wakes a socket, on any thread.
#[derive(Debug)]
pub struct SocketWaker {
    id: u32,
    /// The id is on the queue.
    queued: AtomicBool,
    queue: Arc<ReadyQueue>,
}

impl SocketWaker {
    /// Puts `id` on `queue`.
    pub fn new(id: u32, queue: &Arc<ReadyQueue>) -> Arc<Self> {
        Arc::new(Self {
            id,
            queued: AtomicBool::new(false),
            queue: Arc::clone(queue),
        })
    }

    /// Says that the id was taken off the queue: the next wake queues it again.
    pub fn taken(&self) {
        self.queued.store(false, Ordering::Release);
    }
}

impl Wake for SocketWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.queued.swap(true, Ordering::AcqRel) {
            self.queue.push(self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_woken_twice_is_queued_once_until_it_is_taken() {
        let queue = Arc::default();
        let socket = SocketWaker::new(7, &queue);
        let waker = Waker::from(Arc::clone(&socket));
        let same = waker.clone();
        waker.wake_by_ref();
        same.wake();
        assert_eq!((queue.pop(), queue.pop()), (Some(7), None));
        waker.wake_by_ref();
        assert_eq!(queue.pop(), None, "still marked as queued");
        socket.taken();
        waker.wake();
        assert_eq!(queue.pop(), Some(7));
    }

    #[test]
    fn a_waker_works_on_another_thread_after_its_socket_is_gone() {
        let queue = Arc::default();
        let waker = Waker::from(SocketWaker::new(5, &queue));
        std::thread::spawn(move || waker.wake()).join().unwrap();
        assert_eq!(queue.pop(), Some(5));
        assert_eq!(Arc::strong_count(&queue), 1, "the waker is gone");
    }

    #[test]
    fn whoever_waits_is_woken_by_the_first_entry() {
        let queue = ReadyQueue::default();
        let woken = Arc::new(Flag::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        assert!(queue.poll_filled(&mut cx).is_pending());
        queue.push(1);
        assert!(woken.0.load(Ordering::Relaxed));
        assert_eq!(queue.poll_filled(&mut cx), Poll::Ready(true));
    }

    #[test]
    fn whoever_waits_is_woken_when_the_queue_is_closed() {
        let queue = ReadyQueue::default();
        let woken = Arc::new(Flag::default());
        let waker = Waker::from(Arc::clone(&woken));
        assert!(queue.poll_filled(&mut Context::from_waker(&waker)).is_pending());
        queue.close();
        assert!(woken.0.load(Ordering::Relaxed));
    }

    #[test]
    fn nobody_begins_to_wait_for_a_closed_queue() {
        let queue = ReadyQueue::default();
        queue.push(1);
        queue.close();
        let mut cx = Context::from_waker(Waker::noop());
        assert_eq!(queue.poll_filled(&mut cx), Poll::Ready(false));
    }

    #[derive(Default)]
    struct Flag(AtomicBool);

    impl Wake for Flag {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
}
