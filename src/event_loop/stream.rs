//! A stream on the event loop: what its readiness means, and what JavaScript hears of it.
//!
//! Kept alive as a libuv handle would: while it is referenced and reading, or while a request is
//! pending (a connection attempt, the wait for the kernel to take bytes, a shutdown), or closing.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll};

use napi::{Env, Result, bindgen_prelude::Object};
use socket2::{SockAddr, SockRef, Socket};

use super::attachment::Attachment;
use super::dispatch::{AsyncContext, Event, Owner};
use super::{EventLoop, Realm, Slab, Source};
use crate::core::budget::Budget;
#[cfg(unix)]
use crate::net::descriptor::is_unconnected;
use crate::net::errno::{EBADF, EINVAL, EISCONN, ENOTCONN, errno, status};
use crate::net::options::{self, Keepalive};
use crate::net::socket::{self, BindFlags};
use crate::net::{Kind, Stream};

#[derive(Debug, Default)]
enum Io {
    /// No descriptor: not yet, or no more.
    #[default]
    None,
    /// Created, perhaps bound.
    Unconnected(Socket),
    /// Connected, or on the way.
    Open(Stream),
}

/// A stream socket and its state.
#[derive(Debug)]
pub struct StreamSource {
    attachment: Attachment,
    slab: Rc<Slab>,
    kind: Kind,
    io: RefCell<Io>,
    /// An error of bind(2) or connect(2) that libuv would report later.
    delayed_error: Cell<i32>,
    reading: Cell<bool>,
    /// The most bytes that one read event may carry.
    read_limit: Cell<usize>,
    connecting: Cell<bool>,
    awaiting_writable: Cell<bool>,
    shutting_down: Cell<bool>,
    /// Made when the stream was accepted, for the owner to come.
    accepted_in: RefCell<Option<AsyncContext>>,
}

impl StreamSource {
    /// A stream without a descriptor.
    pub fn create(event_loop: &EventLoop, realm: &Realm, kind: Kind) -> usize {
        Self::insert(event_loop, realm, kind, Io::None, None)
    }

    /// A stream that was accepted.
    pub(super) fn accepted(event_loop: &EventLoop, realm: &Realm, stream: Stream) -> usize {
        let kind = match stream {
            Stream::Tcp(_) => Kind::Tcp,
            #[cfg(unix)]
            Stream::Unix(_) | Stream::Fifo(_) => Kind::Pipe,
        };
        let resource_type = match kind {
            Kind::Tcp => "TCPWRAP",
            Kind::Pipe => "PIPEWRAP",
        };
        let context = AsyncContext::of_nobody(&realm.listeners.env(), resource_type);
        Self::insert(event_loop, realm, kind, Io::Open(stream), context)
    }

    fn insert(
        event_loop: &EventLoop,
        realm: &Realm,
        kind: Kind,
        io: Io,
        accepted_in: Option<AsyncContext>,
    ) -> usize {
        event_loop.sources.insert(|id| {
            Source::Stream(Rc::new(Self {
                attachment: Attachment::new(event_loop, id, Rc::clone(&realm.listeners)),
                slab: Rc::clone(&realm.slab),
                kind,
                io: RefCell::new(io),
                delayed_error: Cell::new(0),
                reading: Cell::new(false),
                read_limit: Cell::new(usize::MAX),
                connecting: Cell::new(false),
                awaiting_writable: Cell::new(false),
                shutting_down: Cell::new(false),
                accepted_in: RefCell::new(accepted_in),
            }))
        })
    }

    /// TCP or Unix-domain.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Sets who gets the events; see [`Owner::new`]. The first owner of an accepted stream gets them
    /// in the context in which it was accepted.
    ///
    /// # Errors
    /// If the environment is ending.
    pub fn attach(&self, env: &Env, owner: &Object<'_>, resource_type: &str) -> Result<()> {
        let owner = match self.accepted_in.take() {
            Some(context) => Owner::with_context(env, owner, context)?,
            None => Owner::new(env, owner, resource_type)?,
        };
        self.attachment.set_owner(owner);
        Ok(())
    }

    /// bind(2) to an IP address. `EADDRINUSE` is kept for `connect` to report, as libuv does.
    pub fn bind(&self, addr: &SocketAddr, flags: BindFlags) -> i32 {
        let mut io = self.io.borrow_mut();
        if !matches!(*io, Io::None) {
            return EINVAL;
        }
        let bound = socket::tcp(addr).and_then(|socket| {
            match socket::bind_tcp(&socket, addr, flags) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    self.delayed_error.set(errno(&error));
                }
                result => result?,
            }
            Ok(socket)
        });
        match bound {
            Ok(socket) => {
                *io = Io::Unconnected(socket);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// bind(2) to a path.
    pub fn bind_path(&self, path: &str) -> i32 {
        let mut io = self.io.borrow_mut();
        if !matches!(*io, Io::None) {
            return EINVAL;
        }
        let bound = socket::pipe().and_then(|socket| {
            socket::bind_pipe(&socket, path)?;
            Ok(socket)
        });
        match bound {
            Ok(socket) => {
                *io = Io::Unconnected(socket);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// Starts to connect to an IP address; the outcome is a connect event. A refusal that the
    /// kernel reports at once is one too, every other failure is returned: libuv's distinction.
    pub fn connect(&self, event_loop: &EventLoop, addr: &SocketAddr) -> i32 {
        if self.delayed_error.get() != 0 {
            return self.connect_later(event_loop);
        }
        let started = self.begin_connection(|| socket::tcp(addr), &SockAddr::from(*addr));
        match started {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.delayed_error.set(errno(&error));
                self.connect_later(event_loop)
            }
            Err(error) => errno(&error),
            Ok(()) => self.await_connection(event_loop),
        }
    }

    /// Starts to connect to a path; every failure but a bad path is a connect event.
    pub fn connect_path(&self, event_loop: &EventLoop, path: &str) -> i32 {
        let addr = match socket::pipe_addr(path) {
            Ok(addr) => addr,
            Err(error) => return errno(&error),
        };
        let started = self.begin_connection(socket::pipe, &addr);
        match started {
            Ok(()) => self.await_connection(event_loop),
            Err(error) => {
                self.delayed_error.set(errno(&error));
                self.connect_later(event_loop)
            }
        }
    }

    /// connect(2) on the descriptor there is, or else on the one that `make` makes.
    fn begin_connection(
        &self,
        make: impl FnOnce() -> io::Result<Socket>,
        addr: &SockAddr,
    ) -> io::Result<()> {
        let mut io = self.io.borrow_mut();
        if matches!(*io, Io::None) {
            *io = Io::Unconnected(make()?);
        }
        match io.socket() {
            Some(socket) => socket::connect(&socket, addr),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn await_connection(&self, event_loop: &EventLoop) -> i32 {
        let socket = match self.io.take() {
            Io::Unconnected(socket) => socket,
            other => {
                self.io.replace(other);
                return EISCONN;
            }
        };
        let _entered = event_loop.runtime().enter();
        match Stream::from_socket(socket, self.kind) {
            Ok(stream) => {
                self.io.replace(Io::Open(stream));
                self.connecting.set(true);
                self.update_alive(event_loop);
                self.act_soon_if_ready(event_loop);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// Reports `delayed_error` in the next turn.
    fn connect_later(&self, event_loop: &EventLoop) -> i32 {
        self.connecting.set(true);
        self.update_alive(event_loop);
        event_loop.schedule(self.attachment.id);
        0
    }

    /// Asks tokio for the readiness that is waited for, so that the waker is known; if it is there
    /// already, a turn is scheduled.
    fn act_soon_if_ready(&self, event_loop: &EventLoop) {
        let is_ready = {
            let io = self.io.borrow();
            let Io::Open(stream) = &*io else { return };
            let mut cx = Context::from_waker(self.attachment.waker());
            let wants_write = self.connecting.get() || self.awaiting_writable.get();
            (wants_write && stream.poll_write_ready(&mut cx).is_ready())
                || (self.reading.get() && stream.poll_read_ready(&mut cx).is_ready())
        };
        if is_ready {
            event_loop.schedule(self.attachment.id);
        }
    }

    /// Adopts a descriptor. One that is not connected yet can still be.
    #[cfg(unix)]
    pub fn open(&self, event_loop: &EventLoop, fd: std::os::fd::OwnedFd) -> i32 {
        let _entered = event_loop.runtime().enter();
        let opened = if is_unconnected(&fd) {
            let socket = Socket::from(fd);
            socket
                .set_nonblocking(true)
                .map(|()| Io::Unconnected(socket))
        } else {
            Stream::from_fd(fd, self.kind).map(Io::Open)
        };
        match opened {
            Ok(io) => {
                self.io.replace(io);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// Takes the bound socket out, for a listener to adopt; the stream is then gone.
    pub(super) fn take_unconnected(&self, event_loop: &EventLoop) -> Option<(Socket, i32)> {
        let mut io = self.io.borrow_mut();
        if !matches!(*io, Io::Unconnected(_)) {
            return None;
        }
        let Io::Unconnected(socket) = std::mem::take(&mut *io) else {
            return None;
        };
        self.attachment.begin_close();
        self.attachment.detach();
        event_loop.sources.remove(self.attachment.id);
        Some((socket, self.delayed_error.get()))
    }

    /// Starts to read, at the latest when the stream is connected.
    pub fn read_start(&self, event_loop: &EventLoop) -> i32 {
        if matches!(*self.io.borrow(), Io::None) {
            return ENOTCONN;
        }
        if !self.reading.replace(true) {
            self.update_alive(event_loop);
            self.act_soon_if_ready(event_loop);
        }
        0
    }

    /// Stops reading. What arrives waits in the kernel.
    pub fn read_stop(&self, event_loop: &EventLoop) {
        if self.reading.replace(false) {
            self.update_alive(event_loop);
        }
    }

    /// Bounds what one read event carries; 0 lifts the bound.
    pub fn limit_read(&self, bytes: usize) {
        self.read_limit
            .set(if bytes == 0 { usize::MAX } else { bytes });
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
        match &*self.io.borrow() {
            Io::Open(stream) => match call(stream) {
                Ok(taken) => i32::try_from(taken).unwrap_or(i32::MAX),
                Err(error) => errno(&error),
            },
            _ => EBADF,
        }
    }

    /// Waits until the kernel takes bytes, or would refuse them for good; then a writable event.
    pub fn await_writable(&self, event_loop: &EventLoop) {
        if self.awaiting_writable.replace(true) {
            return;
        }
        self.update_alive(event_loop);
        if let Io::Open(stream) = &*self.io.borrow() {
            // An error here is one that the next send reports better.
            let _ = stream.confirm_unwritable();
        }
        self.act_soon_if_ready(event_loop);
    }

    /// Shuts the writing half down in the next turn; then a shutdown event.
    pub fn shutdown(&self, event_loop: &EventLoop) -> i32 {
        if !matches!(*self.io.borrow(), Io::Open(_)) {
            return ENOTCONN;
        }
        self.shutting_down.set(true);
        self.update_alive(event_loop);
        event_loop.schedule(self.attachment.id);
        0
    }

    /// Closes the descriptor now; a close event follows. Pending requests get no event.
    pub fn close(&self, event_loop: &Rc<EventLoop>) {
        if !self.attachment.begin_close() {
            return;
        }
        self.io.replace(Io::None);
        self.reading.set(false);
        self.connecting.set(false);
        self.awaiting_writable.set(false);
        self.shutting_down.set(false);
        self.update_alive(event_loop);
        self.attachment.schedule_close(event_loop);
    }

    /// Closes with a reset instead of a FIN.
    pub fn reset(&self, event_loop: &Rc<EventLoop>) -> i32 {
        let failed = self.with_socket(options::set_reset_on_close);
        if failed == 0 {
            self.close(event_loop);
        }
        failed
    }

    /// `TCP_NODELAY`.
    pub fn set_nodelay(&self, enable: bool) -> i32 {
        self.with_socket(|socket| socket.set_tcp_nodelay(enable))
    }

    /// `SO_KEEPALIVE` and its times.
    pub fn set_keepalive(&self, keepalive: Option<Keepalive>) -> i32 {
        self.with_socket(|socket| options::set_keepalive(socket, keepalive))
    }

    /// `IP_TOS` or `IPV6_TCLASS`.
    pub fn set_type_of_service(&self, tos: u8) -> i32 {
        self.with_socket(|socket| options::set_type_of_service(socket, tos))
    }

    /// The type of service, or an error.
    pub fn type_of_service(&self) -> i32 {
        let mut tos = 0;
        let failed = self.with_socket(|socket| {
            tos = options::type_of_service(socket)?;
            Ok(())
        });
        match failed {
            0 => i32::try_from(tos).unwrap_or(EINVAL),
            error => error,
        }
    }

    fn with_socket(&self, call: impl FnOnce(&SockRef<'_>) -> io::Result<()>) -> i32 {
        let io = self.io.borrow();
        io.socket().map_or(EBADF, |socket| status(&call(&socket)))
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
        }
    }

    /// getpeername(2).
    ///
    /// # Errors
    /// As getpeername(2); `Unsupported` for what has no IP address, `NotConnected` without a
    /// connection.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &*self.io.borrow() {
            Io::Open(stream) => stream.peer_addr(),
            _ => Err(io::ErrorKind::NotConnected.into()),
        }
    }

    /// The descriptor, or -1.
    #[cfg(unix)]
    pub fn raw_fd(&self) -> i32 {
        use std::os::fd::AsRawFd;
        match &*self.io.borrow() {
            Io::None => -1,
            Io::Unconnected(socket) => socket.as_raw_fd(),
            Io::Open(stream) => stream.raw_fd(),
        }
    }

    /// Whether the stream keeps the process alive while it reads.
    pub fn set_referenced(&self, event_loop: &EventLoop, referenced: bool) {
        self.attachment.set_referenced(referenced);
        self.update_alive(event_loop);
    }

    /// Whether it is referenced.
    pub fn is_referenced(&self) -> bool {
        self.attachment.is_referenced()
    }

    fn update_alive(&self, event_loop: &EventLoop) {
        let alive = (self.attachment.is_referenced() && self.reading.get())
            || self.connecting.get()
            || self.awaiting_writable.get()
            || self.shutting_down.get()
            || self.attachment.is_closing();
        self.attachment.keep_alive(event_loop, alive);
    }

    /// Does what has become possible: one event after the other, until nothing is, or the budget
    /// is spent.
    pub(super) fn run(&self, event_loop: &Rc<EventLoop>, budget: &mut Budget) {
        self.attachment.taken();
        if self.attachment.is_closing() {
            self.attachment.close_in_turn(event_loop);
            return budget.spend(0);
        }
        while let Some((event, bytes)) = self.next_event() {
            self.update_alive(event_loop);
            self.attachment.emit(event_loop, event);
            budget.spend(bytes);
            if self.attachment.is_closing() || event_loop.stopped.get() {
                return;
            }
            if budget.source_is_spent() {
                // Perhaps nothing is left to do; finding out costs no system call.
                return self.attachment.requeue();
            }
        }
    }

    fn next_event(&self) -> Option<(Event, usize)> {
        let io = self.io.borrow();
        let mut cx = Context::from_waker(self.attachment.waker());
        if self.connecting.get() {
            let outcome = match (self.delayed_error.take(), &*io) {
                (0, Io::Open(stream)) => match stream.poll_connect(&mut cx) {
                    Poll::Ready(connected) => status(&connected),
                    Poll::Pending => return None,
                },
                (0, _) => EBADF,
                (delayed, _) => delayed,
            };
            self.connecting.set(false);
            return Some((Event::Connect(outcome), 0));
        }
        let Io::Open(stream) = &*io else { return None };
        if self.awaiting_writable.get() && stream.poll_write_ready(&mut cx).is_ready() {
            self.awaiting_writable.set(false);
            return Some((Event::Writable, 0));
        }
        if self.shutting_down.replace(false) {
            return Some((Event::Shutdown(status(&stream.shutdown())), 0));
        }
        while self.reading.get() && stream.poll_read_ready(&mut cx).is_ready() {
            match self
                .slab
                .fill(self.read_limit.get(), |buf| stream.try_recv(buf))
            {
                Ok(0) => {
                    self.reading.set(false);
                    return Some((Event::Read(0), 0));
                }
                Ok(n) => return Some((Event::Read(i32::try_from(n).unwrap_or(i32::MAX)), n)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => {
                    self.reading.set(false);
                    return Some((Event::Read(errno(&error)), 0));
                }
            }
        }
        None
    }

    pub(super) fn emit_close(&self, event_loop: &EventLoop) {
        self.attachment.keep_alive(event_loop, false);
        self.attachment.emit(event_loop, Event::Close);
        self.accepted_in.take();
        self.attachment.detach();
    }

    /// Closes without an event, because the environment ends.
    pub(super) fn abandon(&self) {
        self.attachment.begin_close();
        self.io.replace(Io::None);
        self.accepted_in.take();
        self.attachment.detach();
    }
}

impl Io {
    /// The socket, for its options; `None` without a descriptor, and for a pipe.
    fn socket(&self) -> Option<SockRef<'_>> {
        match self {
            Self::None => None,
            Self::Unconnected(socket) => Some(SockRef::from(socket)),
            Self::Open(stream) => stream.socket(),
        }
    }
}

fn ip_addr(addr: &SockAddr) -> io::Result<SocketAddr> {
    addr.as_socket()
        .ok_or_else(|| io::ErrorKind::Unsupported.into())
}
