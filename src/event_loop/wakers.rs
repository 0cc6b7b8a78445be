//! The wakers of sockets: one byte for each.
//!
//! A waker that is an allocation of its own, as `std::task::Wake` makes them, takes 48 bytes of every
//! idle connection. Here sockets whose ids follow each other share one block. A waker points at
//! the byte of its socket, and counts as an owner of the block around it.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::ready::ReadyQueue;

/// Sockets of a block: what is left of its alignment.
const PER_BLOCK: u32 = 112;

/// The alignment of a block, which is no larger: from the address of any byte of it follows its own.
const BLOCK_BYTES: usize = 128;

/// The wakers of an event loop, by the ids of the sockets that they wake.
#[derive(Debug)]
pub(super) struct Wakers {
    queue: Arc<ReadyQueue>,
    blocks: RefCell<Vec<Arc<Block>>>,
}

impl Wakers {
    /// Wakers that put ids on `queue`.
    pub(super) fn new(queue: &Arc<ReadyQueue>) -> Self {
        Self {
            queue: Arc::clone(queue),
            blocks: RefCell::default(),
        }
    }

    /// The waker of the socket with this id.
    pub(super) fn waker(&self, id: u32) -> Waker {
        let (block, index) = place(id);
        let mut blocks = self.blocks.borrow_mut();
        while blocks.len() <= block {
            let first = u32::try_from(blocks.len()).expect("as many as ids") * PER_BLOCK;
            blocks.push(Arc::new(Block::new(&self.queue, first)));
        }
        blocks[block].waker(index)
    }

    /// Says that the id was taken off the queue: the next wake queues it again.
    pub(super) fn taken(&self, id: u32) {
        let (block, index) = place(id);
        if let Some(block) = self.blocks.borrow().get(block) {
            block.queued[index].store(false, Ordering::Release);
        }
    }
}

/// In which block the id is, and where.
fn place(id: u32) -> (usize, usize) {
    ((id / PER_BLOCK) as usize, (id % PER_BLOCK) as usize)
}

#[derive(Debug)]
#[repr(C, align(128))]
struct Block {
    /// Whether the id is on the queue. Comes first: the address of a byte is that of its block and its index.
    queued: [AtomicBool; PER_BLOCK as usize],
    queue: Arc<ReadyQueue>,
    first: u32,
}

const _: () = assert!(size_of::<Block>() == BLOCK_BYTES && align_of::<Block>() == BLOCK_BYTES);

const VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, release);

impl Block {
    fn new(queue: &Arc<ReadyQueue>, first: u32) -> Self {
        Self {
            queued: [const { AtomicBool::new(false) }; PER_BLOCK as usize],
            queue: Arc::clone(queue),
            first,
        }
    }

    #[allow(unsafe_code)]
    fn waker(self: &Arc<Self>, index: usize) -> Waker {
        assert!(index < self.queued.len());
        let block = Arc::into_raw(Arc::clone(self));
        // SAFETY: `index` is within the block, whose first bytes `queued` is.
        let byte = unsafe { block.byte_add(index) };
        // SAFETY: the functions of the table keep the contract of `RawWaker`: they may be called on any thread,
        // as a block has atomic and immutable parts only, and what they are given owns a block.
        unsafe { Waker::from_raw(RawWaker::new(byte.cast(), &VTABLE)) }
    }

    fn wake(&self, index: usize) {
        if !self.queued[index].swap(true, Ordering::AcqRel) {
            self.queue
                .push(self.first + u32::try_from(index).expect("less than a block"));
        }
    }
}

/// The block around a byte, and the index of the byte.
fn block_of(byte: *const ()) -> (*const Block, usize) {
    let index = byte.addr() % BLOCK_BYTES;
    (byte.wrapping_byte_sub(index).cast(), index)
}

#[allow(unsafe_code)]
unsafe fn clone(byte: *const ()) -> RawWaker {
    let (block, _) = block_of(byte);
    // SAFETY: the waker that is cloned owns the block, which `Arc::into_raw` gave.
    unsafe { Arc::increment_strong_count(block) };
    RawWaker::new(byte, &VTABLE)
}

#[allow(unsafe_code)]
unsafe fn wake_by_ref(byte: *const ()) {
    let (block, index) = block_of(byte);
    // SAFETY: the waker owns the block.
    unsafe { &*block }.wake(index);
}

#[allow(unsafe_code)]
unsafe fn release(byte: *const ()) {
    let (block, _) = block_of(byte);
    // SAFETY: the waker owned the block, and is gone.
    unsafe { Arc::decrement_strong_count(block) };
}

#[allow(unsafe_code)]
unsafe fn wake(byte: *const ()) {
    // SAFETY: the waker owns the block until it is released.
    unsafe { wake_by_ref(byte) };
    // SAFETY: a waker that is woken by value is gone afterwards.
    unsafe { release(byte) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wakers() -> (Arc<ReadyQueue>, Wakers) {
        let queue = Arc::new(ReadyQueue::default());
        let wakers = Wakers::new(&queue);
        (queue, wakers)
    }

    #[test]
    fn a_socket_woken_twice_is_queued_once_until_it_is_taken() {
        let (queue, wakers) = wakers();
        let waker = wakers.waker(7);
        let same = waker.clone();
        waker.wake_by_ref();
        same.wake();
        assert_eq!((queue.pop(), queue.pop()), (Some(7), None));
        waker.wake_by_ref();
        assert_eq!(queue.pop(), None, "still marked as queued");
        wakers.taken(7);
        waker.wake();
        assert_eq!(queue.pop(), Some(7));
    }

    #[test]
    fn every_socket_of_every_block_has_its_own_waker() {
        let (queue, wakers) = wakers();
        let ids = [0, 1, PER_BLOCK - 1, PER_BLOCK, 5 * PER_BLOCK + 3];
        let of_all: Vec<Waker> = ids.iter().rev().map(|&id| wakers.waker(id)).collect();
        for waker in of_all.iter().rev() {
            waker.wake_by_ref();
        }
        assert_eq!(std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>(), ids);
    }

    #[test]
    fn a_waker_outlives_its_event_loop_and_its_thread() {
        let (queue, wakers) = wakers();
        let waker = wakers.waker(PER_BLOCK);
        let same = wakers.waker(PER_BLOCK);
        assert!(waker.will_wake(&same) && !waker.will_wake(&wakers.waker(0)));
        drop(wakers);
        let other_thread = std::thread::spawn(move || {
            waker.wake_by_ref();
            drop(same);
            waker.wake();
        });
        other_thread.join().unwrap();
        assert_eq!(queue.pop(), Some(PER_BLOCK));
        assert_eq!(Arc::strong_count(&queue), 1, "the blocks are gone");
    }

    #[test]
    fn a_block_is_owned_by_the_list_and_by_each_waker() {
        let (_, wakers) = wakers();
        let waker = wakers.waker(0);
        let clone = waker.clone();
        let owners = || Arc::strong_count(&wakers.blocks.borrow()[0]);
        assert_eq!(owners(), 3);
        clone.wake();
        drop(waker);
        assert_eq!(owners(), 1);
    }
}
