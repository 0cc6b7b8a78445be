//! A stream on the event loop.
//!
//! Kept alive as a libuv handle would: while it is referenced and reading, or while a request is
//! pending (a connection attempt, the wait for the kernel to take bytes, a shutdown), or closing.

mod connect;
mod events;
mod options;
mod requests;

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::rc::Rc;

use socket2::SockRef;

use super::source::{Attachment, Io};
use super::{EventLoop, Realm, Source};
use crate::net::errno::{EBADF, ENOTCONN, errno};
use crate::net::options::set_reset_on_close;
use crate::net::{Kind, Stream};
use requests::{AWAITING_WRITABLE, FAST, FINISHING_WRITE, PENDING, READING, Request, Requests, SHUTTING_DOWN};

/// A stream socket and its state.
#[derive(Debug)]
pub struct StreamSource {
    pub(super) attachment: Attachment,
    requests: Requests,
    /// The most bytes that one read event may carry.
    read_limit: Cell<u32>,
    reads_in_a_row: Cell<u8>,
}

impl StreamSource {
    /// A stream without a descriptor.
    pub fn create(event_loop: &EventLoop, realm: &Rc<Realm>, kind: Kind) -> u32 {
        Self::insert(event_loop, realm, kind, Io::None)
    }

    /// A stream that a listener has accepted.
    pub(super) fn accepted(event_loop: &EventLoop, listener: &Attachment, stream: Stream) -> u32 {
        let realm = &listener.realm;
        let kind = stream.kind();
        let id = Self::insert(event_loop, realm, kind, Io::Open(stream));
        let context = realm.listeners.context_of_nobody(listener.id, id, kind);
        if let (Some(context), Some(source)) = (context, event_loop.source(id)) {
            source.attachment().set_context(context);
        }
        id
    }

    fn insert(event_loop: &EventLoop, realm: &Rc<Realm>, kind: Kind, io: Io) -> u32 {
        event_loop.sources.insert(|id| {
            Source::Stream(Self {
                attachment: Attachment::new(event_loop, id, realm, kind, io),
                requests: Requests::default(),
                read_limit: Cell::new(u32::MAX),
                reads_in_a_row: Cell::new(0),
            })
        })
    }

    /// Starts to read, at the latest when the stream is connected. `ENOTCONN` for what cannot be read, as of libuv.
    pub fn read_start(&self, event_loop: &EventLoop) -> i32 {
        match &*self.attachment.io.borrow() {
            Io::None => return ENOTCONN,
            Io::Open(stream) if !stream.is_readable() => return ENOTCONN,
            _ => {}
        }
        if self.requests.insert(READING) {
            self.update_alive(event_loop);
            self.act_soon_if_ready(event_loop);
        }
        0
    }

    /// Stops reading, which always succeeds. What arrives waits in the kernel.
    pub fn read_stop(&self, event_loop: &EventLoop) -> i32 {
        if self.requests.remove(READING) {
            self.requests.remove(FAST);
            self.update_alive(event_loop);
        }
        0
    }

    /// Bounds what one read event carries; 0 lifts the bound.
    pub fn limit_read(&self, bytes: u32) {
        self.read_limit.set(if bytes == 0 { u32::MAX } else { bytes });
    }

    /// One send(2); the number of bytes that the kernel took, or an error.
    pub fn write(&self, chunk: &[u8]) -> i32 {
        self.with_open(|stream| stream.send(chunk))
    }

    /// One sendmsg(2); the number of bytes that the kernel took, or an error.
    pub fn write_vectored(&self, chunks: &[IoSlice<'_>]) -> i32 {
        self.with_open(|stream| stream.send_vectored(chunks))
    }

    fn with_open(&self, call: impl FnOnce(&Stream) -> io::Result<usize>) -> i32 {
        match &*self.attachment.io.borrow() {
            Io::Open(stream) => match call(stream) {
                Ok(taken) => i32::try_from(taken).unwrap_or(i32::MAX),
                Err(error) => errno(&error),
            },
            _ => EBADF,
        }
    }

    /// Waits until the kernel takes bytes, or would refuse them for good; then a writable event.
    pub fn await_writable(&self, event_loop: &EventLoop) {
        if !self.requests.insert(AWAITING_WRITABLE) {
            return;
        }
        self.update_alive(event_loop);
        if let Io::Open(stream) = &*self.attachment.io.borrow() {
            // An error here is one that the next send reports better.
            let _ = stream.confirm_unwritable();
        }
        self.act_soon_if_ready(event_loop);
    }

    /// A writable event in the next turn, before anything is read: as libuv tells the outcome of a write
    /// that it could finish right away.
    pub fn finish_write(&self, event_loop: &EventLoop) {
        self.request(event_loop, FINISHING_WRITE);
    }

    /// Has something done, or told, in the next turn.
    fn request(&self, event_loop: &EventLoop, request: Request) {
        self.requests.insert(request);
        self.update_alive(event_loop);
        self.attachment.schedule(event_loop);
    }

    /// Shuts the writing half down in the next turn; then a shutdown event.
    pub fn shutdown(&self, event_loop: &EventLoop) -> i32 {
        if !matches!(*self.attachment.io.borrow(), Io::Open(_)) {
            return ENOTCONN;
        }
        self.request(event_loop, SHUTTING_DOWN);
        0
    }

    /// As [`Source::close`].
    pub(super) fn close(&self, event_loop: &Rc<EventLoop>) -> i32 {
        if !self.attachment.begin_close() {
            return EBADF;
        }
        let unacknowledged = self.bytes_unacknowledged();
        self.requests.remove(READING | PENDING);
        self.attachment.close(event_loop);
        unacknowledged
    }

    /// Closes with a reset instead of a FIN; the answer is that of [`Source::close`], and negative
    /// only if it was not closed.
    pub fn reset(&self, event_loop: &Rc<EventLoop>) -> i32 {
        match self.set_option(set_reset_on_close) {
            0 => self.close(event_loop).max(0),
            failed => failed,
        }
    }

    pub(super) fn update_alive(&self, event_loop: &EventLoop) {
        let (is_reading, is_pending) = (self.requests.has(READING), self.requests.has(PENDING));
        self.attachment.keep_alive(event_loop, is_reading, is_pending);
    }
}

impl Io {
    /// The socket, for its options; `None` without a descriptor, and for a pipe.
    fn socket(&self) -> Option<SockRef<'_>> {
        match self {
            Self::Unconnected(socket) => Some(SockRef::from(socket)),
            Self::Open(stream) => stream.socket(),
            Self::None | Self::Listening(_) => None,
        }
    }
}
