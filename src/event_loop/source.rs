//! What every source has: an id, by which JavaScript knows whose it is, a socket, a waker, an async context, and its part in
//! keeping the process alive.

use std::cell::{Cell, OnceCell, RefCell};
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use napi::Env;
use napi::bindgen_prelude::{Object, Result};
use socket2::Socket;

use super::ready::SocketWaker;
use super::turn::Event;
use super::{EventLoop, Realm};
use crate::net::errno::{EINVAL, errno};
use crate::net::path::PathSlot;
use crate::net::socket::{self, BindFlags, Bound, ip_addr};
use crate::net::{Kind, Listener, Stream};
use crate::sys::fd::{self, RawFd};
use crate::sys::node_api::AsyncContext;

#[derive(Debug, Default)]
pub(super) enum Io {
    /// No descriptor: not yet, or no more.
    #[default]
    None,
    /// Created, perhaps bound.
    Unconnected(Socket),
    /// Connected, or on the way.
    Open(Stream),
    /// Listening.
    Listening(Listener),
}

/// The common part of streams and listeners.
#[derive(Debug)]
pub struct Attachment {
    pub(super) id: u32,
    pub(super) realm: Rc<Realm>,
    pub(super) kind: Kind,
    pub(super) io: RefCell<Io>,
    /// An error of bind(2) or connect(2) that libuv would report later.
    pub(super) delayed_error: Cell<i32>,
    /// The path that it made and removes again.
    pub(super) path: PathSlot,
    pub(super) socket_waker: Arc<SocketWaker>,
    /// The same as tokio takes it.
    pub(super) waker: Waker,
    /// None before somebody wants the events.
    pub(super) context: OnceCell<AsyncContext>,
    pub(super) referenced: Cell<bool>,
    counted_alive: Cell<bool>,
    pub(super) closing: Cell<bool>,
    /// The close event comes by the ready queue, not by libuv.
    close_is_queued: Cell<bool>,
}

impl Attachment {
    pub(super) fn new(event_loop: &EventLoop, id: u32, realm: &Rc<Realm>, kind: Kind, io: Io) -> Self {
        let socket_waker = SocketWaker::new(id, &event_loop.queue);
        Self {
            id,
            realm: Rc::clone(realm),
            kind,
            io: RefCell::new(io),
            delayed_error: Cell::new(0),
            path: PathSlot::default(),
            waker: Waker::from(Arc::clone(&socket_waker)),
            socket_waker,
            context: OnceCell::new(),
            referenced: Cell::new(true),
            counted_alive: Cell::new(false),
            closing: Cell::new(false),
            close_is_queued: Cell::new(false),
        }
    }

    /// Puts the source on the ready queue, unless it is on it.
    pub(super) fn requeue(&self) {
        self.waker.wake_by_ref();
    }

    /// Has a turn come soon for the source, from inside a native call or another turn.
    pub(super) fn schedule(&self, event_loop: &EventLoop) {
        self.requeue();
        event_loop.schedule_turn();
    }

    /// Has events told from now on, in the async context of this moment; one that is there already stays, as that of an
    /// accepted stream.
    ///
    /// # Errors
    /// If the environment is ending.
    pub fn attach(&self, env: Env, owner: &Object<'_>, resource_type: &str) -> Result<()> {
        if self.context.get().is_none() {
            self.set_context(AsyncContext::new(env, owner, resource_type)?);
        }
        Ok(())
    }

    /// Has events told from now on, in this context; one that is there already stays.
    pub(super) fn set_context(&self, context: AsyncContext) {
        let _ = self.context.set(context);
    }

    /// bind(2) to an IP address. `EADDRINUSE` is kept for `connect` or `listen` to report, as libuv does.
    pub fn bind(&self, addr: &SocketAddr, flags: BindFlags) -> i32 {
        self.set_bound(|| socket::bound_tcp(addr, flags))
    }

    /// bind(2) to a path, which goes with the source.
    pub fn bind_path(&self, path: &str) -> i32 {
        self.set_bound(|| socket::bound_pipe(path))
    }

    pub(super) fn set_bound(&self, bind: impl FnOnce() -> io::Result<Bound>) -> i32 {
        let mut io = self.io.borrow_mut();
        if !matches!(*io, Io::None) {
            return EINVAL;
        }
        match bind() {
            Ok(bound) => {
                *io = Io::Unconnected(bound.socket);
                self.delayed_error.set(bound.delayed_error);
                self.path.set(bound.path);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// getsockname(2).
    ///
    /// # Errors
    /// As getsockname(2); `Unsupported` for what has no IP address, `NotConnected` without a
    /// descriptor.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match &*self.io.borrow() {
            Io::None => Err(io::ErrorKind::NotConnected.into()),
            Io::Unconnected(socket) => ip_addr(&socket.local_addr()?),
            Io::Open(stream) => stream.local_addr(),
            Io::Listening(listener) => listener.local_addr(),
        }
    }

    /// The descriptor, or -1.
    pub fn raw_fd(&self) -> RawFd {
        let io = self.io.borrow();
        let fd = match &*io {
            Io::None => None,
            Io::Unconnected(socket) => fd::of(socket),
            Io::Open(stream) => stream.fd(),
            Io::Listening(listener) => listener.fd(),
        };
        fd.map_or(-1, fd::number)
    }

    /// Whether the source keeps the process alive while it is active.
    pub fn is_referenced(&self) -> bool {
        self.referenced.get()
    }

    /// Marks the source as closing; `false` if it already was.
    pub(super) fn begin_close(&self) -> bool {
        !self.closing.replace(true)
    }

    /// Closes the descriptor, and removes the path.
    pub(super) fn close_io(&self) {
        self.io.replace(Io::None);
        self.path.set(None);
    }

    /// Closes the descriptor now; a close event follows, until which the process is kept alive.
    pub(super) fn close(&self, event_loop: &Rc<EventLoop>) {
        self.close_io();
        self.keep_alive(event_loop, false, false);
        if !event_loop.deliver_close(self.id) {
            self.close_is_queued.set(true);
            self.schedule(event_loop);
        }
    }

    /// A closing source has its turn. It may have been woken before it was closed: only if its close
    /// event comes by the queue is this the event; else libuv's callback still has to find it, and
    /// its id must not go to another source before that.
    pub(super) fn close_in_turn(&self, event_loop: &EventLoop) {
        if self.close_is_queued.get() {
            event_loop.finish_close(self.id);
        }
    }

    /// Keeps the process alive while it is referenced and active, while something is pending, and until it is closed.
    pub(super) fn keep_alive(&self, event_loop: &EventLoop, is_active: bool, is_pending: bool) {
        let alive = (self.referenced.get() && is_active) || is_pending || self.closing.get();
        self.count_alive(event_loop, alive);
    }

    fn count_alive(&self, event_loop: &EventLoop, alive: bool) {
        if self.counted_alive.replace(alive) != alive {
            event_loop.count_alive(alive);
        }
    }

    /// Tells of the close, after which nothing keeps the process alive.
    pub(super) fn emit_close(&self, event_loop: &EventLoop) {
        self.count_alive(event_loop, false);
        event_loop.emit(self, Event::Close);
    }
}
