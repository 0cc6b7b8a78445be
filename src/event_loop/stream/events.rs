//! What the readiness of a stream means, and what JavaScript hears of it.

use std::io;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use super::StreamSource;
use super::requests::{
    ARMED, AWAITING_WRITABLE, CONNECTING, FAST, FINISHING_WRITE, HUNG_UP, READING, SHUT_DOWN, SHUTTING_DOWN,
};
use crate::event_loop::heap::keep_freed_memory;
use crate::event_loop::source::Io;
use crate::event_loop::turn::{Budget, Event};
use crate::event_loop::{DriverKind, EventLoop, Realm};
use crate::net::Stream;
use crate::net::errno::{EBADF, status};

/// What a read takes at most, but on a fast stream; as much as one of libuv.
const READ_BYTES: usize = 64 * 1024;

/// Reads in a row after which a write that waits for the kernel has its turn; libuv's number.
const READS_BEFORE_A_WRITE: u8 = 32;

impl StreamSource {
    /// Does what has become possible: one event after the other, until nothing is, or the budget
    /// is spent.
    pub(in crate::event_loop) fn run(&self, event_loop: &Rc<EventLoop>, budget: &mut Budget) {
        self.attachment.socket_waker.queued.store(false, Ordering::Release);
        if self.attachment.closing.get() {
            self.attachment.close_in_turn(event_loop);
            return budget.spend(0);
        }
        self.requests.remove(ARMED);
        while let Some((event, bytes)) = self.next_event(event_loop) {
            // Bytes end no request.
            if bytes == 0 {
                self.update_alive(event_loop);
            }
            event_loop.emit(&self.attachment, event);
            budget.spend(bytes);
            // As libuv, which looks when the callback and its ticks are over: whoever stopped and
            // started again in between still hears of the end.
            if !self.requests.has(READING) {
                self.requests.remove(HUNG_UP);
            }
            if self.attachment.closing.get() || event_loop.stopped.get() {
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
        let io = self.attachment.io.borrow();
        let mut cx = Context::from_waker(&self.attachment.waker);
        if self.requests.has(CONNECTING) {
            let outcome = match (self.attachment.delayed_error.take(), &*io) {
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

    /// Reads, if JavaScript wants it and something is there. Mostly the read is partial and leaves the queue of the
    /// kernel empty: the look after it is the one that arms the waker.
    fn next_read(&self, stream: &Stream, cx: &mut Context<'_>) -> Option<(Event, usize)> {
        let Realm {
            read_buffer,
            hang_up_is_end,
            ..
        } = &*self.attachment.realm;
        while self.requests.has(READING) {
            if self.requests.remove(HUNG_UP) {
                self.requests.remove(READING);
                return Some((Event::Read(0), 0));
            }
            if self.requests.has(ARMED) {
                return None;
            }
            // A stream that fills its reads gets the whole buffer: fewer and larger calls halve what a fast stream costs.
            // One that JavaScript stops now and then does not, so that no more is read beyond its high-water mark than
            // libuv would read.
            let most = if self.requests.has(FAST) {
                usize::MAX
            } else {
                READ_BYTES
            };
            let limit = most.min(read_buffer.len).min(self.read_limit.get() as usize);
            let received = read_buffer.fill(limit, |buf| stream.try_recv(buf));
            match received.unwrap_or_else(|| Err(io::ErrorKind::WouldBlock.into())) {
                Ok(n) if n > 0 => {
                    self.requests.remove(FAST);
                    if n >= READ_BYTES {
                        self.requests.insert(FAST);
                        keep_freed_memory();
                    }
                    if n == limit {
                        // More may be there.
                    } else if stream.poll_read_ready(cx).is_pending() {
                        self.requests.insert(ARMED);
                    } else if !hang_up_is_end {
                        // The write that waits learns of the hang-up before the next read does.
                        self.reads_in_a_row.set(READS_BEFORE_A_WRITE);
                    } else if stream.is_hung_up() {
                        self.requests.insert(HUNG_UP);
                    }
                    return Some((Event::Read(i32::try_from(n).unwrap_or(i32::MAX)), n));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Neither when the runtime is shutting down is there anything to wait for.
                    if !matches!(stream.poll_read_ready(cx), Poll::Ready(Ok(()))) {
                        return None;
                    }
                }
                ended => {
                    self.requests.remove(READING);
                    return Some((Event::Read(status(&ended.map(drop))), 0));
                }
            }
        }
        None
    }

    /// Asks tokio for the readiness that is waited for, so that the waker is known; if it is there
    /// already, a turn is scheduled.
    pub(super) fn act_soon_if_ready(&self, event_loop: &EventLoop) {
        let is_ready = {
            let io = self.attachment.io.borrow();
            let Io::Open(stream) = &*io else { return };
            let mut cx = Context::from_waker(&self.attachment.waker);
            let wants_write = self.requests.has(CONNECTING | AWAITING_WRITABLE);
            (wants_write && stream.poll_write_ready(&mut cx).is_ready())
                || (self.requests.has(READING) && stream.poll_read_ready(&mut cx).is_ready())
        };
        if is_ready {
            self.attachment.schedule(event_loop);
        }
    }
}
