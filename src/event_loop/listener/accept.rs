//! How a listener accepts, and what it does where accept(2) fails.

use std::fs::File;
use std::io;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

use super::ListenerSource;
use crate::event_loop::source::Io;
use crate::event_loop::turn::{Budget, Event};
use crate::event_loop::{EventLoop, StreamSource};
use crate::net::errno::{EMFILE, ENFILE, errno};
use crate::net::{Listener, Stream};

impl ListenerSource {
    /// Accepts until the queue is empty or the budget is spent.
    pub(in crate::event_loop) fn run(&self, event_loop: &Rc<EventLoop>, budget: &mut Budget) {
        self.attachment.socket_waker.queued.store(false, Ordering::Release);
        if self.attachment.closing.get() {
            self.attachment.close_in_turn(event_loop);
            return budget.spend(0);
        }
        while let Some(stream) = self.next_connection(event_loop) {
            let id = StreamSource::accepted(event_loop, &self.attachment, stream);
            event_loop.emit(&self.attachment, Event::Connection(id));
            budget.spend(0);
            if self.attachment.closing.get() || event_loop.stopped.get() {
                return;
            }
            if budget.source_is_spent() {
                return self.attachment.requeue();
            }
        }
    }

    fn next_connection(&self, event_loop: &EventLoop) -> Option<Stream> {
        let io = self.attachment.io.borrow();
        let Io::Listening(listener) = &*io else {
            return None;
        };
        let _entered = event_loop.runtime.enter();
        let mut cx = Context::from_waker(&self.attachment.waker);
        loop {
            match listener.poll_accept(&mut cx) {
                Poll::Ready(Ok(stream)) => return Some(stream),
                Poll::Ready(Err(error)) if is_out_of_descriptors(&error) => {
                    if !self.shed(listener, &mut cx) {
                        self.attachment.requeue();
                        return None;
                    }
                }
                // The connection was gone before it was accepted (accept(2), "Error handling"):
                // not the server's business.
                Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                // Nothing will wake the listener, as its queue may not be empty: it asks again in
                // the next turn.
                Poll::Ready(Err(_)) => {
                    self.attachment.requeue();
                    return None;
                }
                Poll::Pending => return None,
            }
        }
    }

    /// Refuses one waiting connection with the spare descriptor, as libuv does: without it, the
    /// queue would stay full and the loop would spin. Returns whether one was refused.
    fn shed(&self, listener: &Listener, cx: &mut Context<'_>) -> bool {
        let spare = self.spare.take().or_else(spare_descriptor);
        if spare.is_none() {
            return false;
        }
        drop(spare);
        let refused = matches!(listener.poll_accept(cx), Poll::Ready(Ok(_)));
        self.spare.replace(spare_descriptor());
        refused
    }
}

/// A descriptor to give up when there are no more; `None` where there is no such file.
pub(super) fn spare_descriptor() -> Option<File> {
    File::open("/dev/null").ok()
}

fn is_out_of_descriptors(error: &io::Error) -> bool {
    matches!(errno(error), EMFILE | ENFILE)
}
