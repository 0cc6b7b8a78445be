//! What the readiness of a stream means, and what JavaScript hears of it.

use std::io;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::requests::{
    ARMED, AWAITING_WRITABLE, CONNECTING, FAST, FINISHING_WRITE, HUNG_UP, READING, SHUT_DOWN, SHUTTING_DOWN,
};
use super::{Io, StreamSource};
use crate::event_loop::heap::keep_freed_memory;
use crate::event_loop::javascript::Event;
use crate::event_loop::turn::Budget;
use crate::event_loop::{DriverKind, EventLoop};
use crate::net::Stream;
use crate::net::errno::{EBADF, errno, status};

/// What a read takes at most, but on a fast stream; as much as one of libuv.
const READ_BYTES: usize = 64 * 1024;

/// Reads in a row after which a write that waits for the kernel has its turn; libuv's number.
const READS_BEFORE_A_WRITE: u8 = 32;

impl StreamSource {
    /// Does what has become possible: one event after the other, until nothing is, or the budget
    /// is spent.
    pub(in crate::event_loop) fn run(&self, event_loop: &Rc<EventLoop>, budget: &mut Budget) {
        if self.attachment.is_closing() {
            self.attachment.close_in_turn(event_loop);
            return budget.spend(0);
        }
        self.requests.remove(ARMED);
        while let Some((event, bytes)) = self.next_event(event_loop) {
            self.update_alive(event_loop);
            self.attachment.emit(event_loop, event);
            budget.spend(bytes);
            // As libuv, which looks when the callback and its ticks are over: whoever stopped and
            // started again in between still hears of the end.
            if !self.requests.has(READING) {
                self.requests.remove(HUNG_UP);
            }
            if self.attachment.is_closing() || event_loop.stopped.get() {
                return;
            }
            if budget.source_is_spent() {
                // Perhaps nothing is left to do; finding out costs no system call.
                return self.attachment.requeue();
            }
        }
    }

    /// The next thing to tell, in libuv's order: a connection attempt, a write that is over, a
    /// shutdown, what can be read, what can be written. A waiting write goes first after a good many reads in a row, and after a
    /// read that seemed to be the last.
    fn next_event(&self, event_loop: &EventLoop) -> Option<(Event, usize)> {
        let io = self.io.borrow();
        let mut cx = Context::from_waker(self.attachment.waker());
        if self.requests.has(CONNECTING) {
            let outcome = match (self.delayed_error.take(), &*io) {
                (0, Io::Open(stream)) => match stream.poll_connect(&mut cx) {
                    Poll::Ready(connected) => status(&connected),
                    Poll::Pending => return None,
                },
                (0, _) => EBADF,
                (delayed, _) => delayed,
            };
            self.requests.remove(CONNECTING);
            return Some((Event::Connect(outcome), 0));
        }
        let Io::Open(stream) = &*io else { return None };
        if self.requests.remove(FINISHING_WRITE) {
            return Some((Event::Writable, 0));
        }
        if self.requests.remove(SHUTTING_DOWN) {
            self.requests.set(SHUT_DOWN, stream.shutdown().is_ok());
            return Some((Event::Shutdown, 0));
        }
        let has_read_enough = self.reads_in_a_row.get() >= READS_BEFORE_A_WRITE;
        if !has_read_enough && let Some(read) = self.next_read(stream, &mut cx) {
            self.reads_in_a_row.set(self.reads_in_a_row.get() + 1);
            return Some(read);
        }
        self.reads_in_a_row.set(0);
        if self.requests.has(AWAITING_WRITABLE)
            && stream.poll_write_ready(&mut cx).is_ready()
            && (has_read_enough || event_loop.driver_kind() == DriverKind::Loop || !self.has_unread_end(stream))
        {
            self.requests.remove(AWAITING_WRITABLE);
            return Some((Event::Writable, 0));
        }
        if has_read_enough {
            return self.next_read(stream, &mut cx);
        }
        None
    }

    /// Whether reading is about to find the end or a reset, although nobody has said so yet: the
    /// thread saw room for a write and is held at its gate since. A write that came first would take
    /// the error away; the wake for the reader is on its way.
    fn has_unread_end(&self, stream: &Stream) -> bool {
        self.requests.has(READING) && stream.is_over()
    }

    /// How much the next read may take. A stream that fills its reads gets the whole buffer: fewer
    /// and larger calls halve what a fast stream costs. One that JavaScript stops now and then
    /// does not, so that no more is read beyond its high-water mark than libuv would read.
    fn next_read_len(&self) -> usize {
        let buffer = &self.attachment.realm.read_buffer;
        let most = if self.requests.has(FAST) {
            buffer.len()
        } else {
            buffer.len().min(READ_BYTES)
        };
        most.min(self.read_limit.get() as usize)
    }

    fn next_read(&self, stream: &Stream, cx: &mut Context<'_>) -> Option<(Event, usize)> {
        while self.requests.has(READING) {
            if self.requests.remove(HUNG_UP) {
                self.requests.remove(READING);
                return Some((Event::Read(0), 0));
            }
            if self.requests.has(ARMED) {
                return None;
            }
            let limit = self.next_read_len();
            let buffer = &self.attachment.realm.read_buffer;
            let received = buffer.fill(limit, |buf| stream.try_recv(buf));
            match received.unwrap_or_else(|| Err(io::ErrorKind::WouldBlock.into())) {
                Ok(0) => {
                    self.requests.remove(READING);
                    return Some((Event::Read(0), 0));
                }
                Ok(n) => {
                    let is_fast = n >= READ_BYTES;
                    self.requests.set(FAST, is_fast);
                    if is_fast {
                        keep_freed_memory();
                    }
                    if n < limit {
                        self.look_after_partial_read(stream, cx);
                    }
                    return Some((Event::Read(i32::try_from(n).unwrap_or(i32::MAX)), n));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Neither when the runtime is shutting down is there anything to wait for.
                    if !matches!(stream.poll_read_ready(cx), Poll::Ready(Ok(()))) {
                        return None;
                    }
                }
                Err(error) => {
                    self.requests.remove(READING);
                    return Some((Event::Read(errno(&error)), 0));
                }
            }
        }
        None
    }

    /// Mostly the queue of the kernel is empty, and this look is the one that arms the waker. Where a
    /// hang-up is the end (see [`Realm`](crate::event_loop::Realm)), notes it; where it is not, the
    /// write that waits learns of it before the next read does.
    fn look_after_partial_read(&self, stream: &Stream, cx: &mut Context<'_>) {
        if stream.poll_read_ready(cx).is_pending() {
            self.requests.insert(ARMED);
        } else if !self.attachment.realm.hang_up_is_end {
            self.reads_in_a_row.set(READS_BEFORE_A_WRITE);
        } else if stream.is_hung_up() {
            self.requests.insert(HUNG_UP);
        }
    }

    /// Asks tokio for the readiness that is waited for, so that the waker is known; if it is there
    /// already, a turn is scheduled.
    pub(super) fn act_soon_if_ready(&self, event_loop: &EventLoop) {
        let is_ready = {
            let io = self.io.borrow();
            let Io::Open(stream) = &*io else { return };
            let mut cx = Context::from_waker(self.attachment.waker());
            let wants_write = self.requests.has(CONNECTING | AWAITING_WRITABLE);
            (wants_write && stream.poll_write_ready(&mut cx).is_ready())
                || (self.requests.has(READING) && stream.poll_read_ready(&mut cx).is_ready())
        };
        if is_ready {
            self.attachment.schedule(event_loop);
        }
    }
}
