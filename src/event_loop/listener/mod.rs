//! A listening socket on the event loop.

mod accept;

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;

use napi::{Env, Result, bindgen_prelude::Object};
use socket2::Socket;

use super::source::Attachment;
use super::{EventLoop, Realm, Source, StreamSource};
use crate::net::errno::{EBADF, EINVAL, errno, status};
use crate::net::path::BoundPath;
use crate::net::socket::{self, BindFlags, Bound, ip_addr};
use crate::net::{Kind, Listener};
use crate::sys::fd::{self, RawFd};
use accept::spare_descriptor;

#[derive(Debug, Default)]
enum Io {
    /// No descriptor: not yet, or no more.
    #[default]
    None,
    /// Bound, or adopted.
    Bound(Socket),
    /// Listening.
    Listening(Listener),
}

/// A listening socket and its state.
#[derive(Debug)]
pub struct ListenerSource {
    pub(super) attachment: Attachment,
    kind: Kind,
    io: RefCell<Io>,
    /// An error of bind(2) that libuv would report when it comes to listen(2).
    delayed_error: Cell<i32>,
    /// The path that this listener made and removes again.
    path: RefCell<Option<BoundPath>>,
    /// A descriptor to give up when there are no more, so that a connection can be taken from the
    /// queue and refused instead of waking the loop for ever.
    spare: RefCell<Option<File>>,
}

impl ListenerSource {
    /// A listener without a descriptor.
    pub fn create(event_loop: &EventLoop, realm: &Rc<Realm>, kind: Kind) -> u32 {
        event_loop.sources.insert(|id| {
            Source::Listener(Rc::new(Self {
                attachment: Attachment::new(event_loop, id, realm),
                kind,
                io: RefCell::default(),
                delayed_error: Cell::new(0),
                path: RefCell::default(),
                spare: RefCell::new(spare_descriptor()),
            }))
        })
    }

    /// Has events told from now on, in the async context of this moment.
    ///
    /// # Errors
    /// If the environment is ending.
    pub fn attach(&self, env: Env, owner: &Object<'_>, resource_type: &str) -> Result<()> {
        self.attachment.attach(env, owner, resource_type)
    }

    /// bind(2) to an IP address. `EADDRINUSE` is kept for `listen` to report, as libuv does.
    pub fn bind(&self, addr: &SocketAddr, flags: BindFlags) -> i32 {
        self.set_bound(socket::bound_tcp(addr, flags))
    }

    /// bind(2) to a path, which [`ListenerSource::close`] removes.
    pub fn bind_path(&self, path: &str) -> i32 {
        self.set_bound(socket::bound_pipe(path))
    }

    fn set_bound(&self, bound: io::Result<Bound>) -> i32 {
        match bound {
            Ok(bound) => {
                self.delayed_error.set(bound.delayed_error);
                self.path.replace(bound.path);
                self.io.replace(Io::Bound(bound.socket));
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// Adopts a descriptor that is bound, or listening already.
    pub fn open(&self, event_loop: &EventLoop, fd: RawFd) -> i32 {
        let socket = match event_loop.sources.adopt(fd) {
            Ok(fd) => Socket::from(fd),
            Err(errno) => return errno,
        };
        self.set_bound(socket.set_nonblocking(true).map(|()| socket.into()))
    }

    /// Takes over the bound socket of a stream, which is then gone.
    pub fn adopt(&self, event_loop: &EventLoop, stream: &StreamSource) -> i32 {
        let bound = stream.take_unconnected(event_loop);
        bound.map_or(EINVAL, |bound| self.set_bound(Ok(bound)))
    }

    /// listen(2); connections become events.
    pub fn listen(&self, event_loop: &EventLoop, backlog: i32) -> i32 {
        match self.delayed_error.take() {
            0 => {}
            error => return error,
        }
        let Io::Bound(socket) = self.io.take() else {
            return EBADF;
        };
        let _entered = event_loop.runtime().enter();
        match Listener::listen(socket, self.kind, backlog) {
            Ok(listener) => {
                self.io.replace(Io::Listening(listener));
                self.update_alive(event_loop);
                self.attachment.schedule(event_loop);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// getsockname(2).
    ///
    /// # Errors
    /// As getsockname(2); `Unsupported` for a path, `NotConnected` without a descriptor.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match &*self.io.borrow() {
            Io::None => Err(io::ErrorKind::NotConnected.into()),
            Io::Bound(socket) => ip_addr(&socket.local_addr()?),
            Io::Listening(listener) => listener.local_addr(),
        }
    }

    /// The descriptor, or -1.
    pub fn raw_fd(&self) -> RawFd {
        let io = self.io.borrow();
        let fd = match &*io {
            Io::None => None,
            Io::Bound(socket) => fd::of(socket),
            Io::Listening(listener) => listener.fd(),
        };
        fd.map_or(-1, fd::number)
    }

    /// chmod(2) of the path: 1 is reading for all, 2 writing for all, 4 what is allowed already.
    pub fn chmod(&self, mode: u32) -> i32 {
        match &*self.path.borrow() {
            Some(path) => status(&path.set_mode(mode)),
            None => EBADF,
        }
    }

    /// Whether the listener keeps the process alive.
    pub fn set_referenced(&self, event_loop: &EventLoop, referenced: bool) {
        self.attachment.referenced.set(referenced);
        self.update_alive(event_loop);
    }

    /// Whether it is referenced.
    pub fn is_referenced(&self) -> bool {
        self.attachment.referenced.get()
    }

    fn update_alive(&self, event_loop: &EventLoop) {
        let is_listening = matches!(*self.io.borrow(), Io::Listening(_));
        self.attachment.keep_alive(event_loop, is_listening, false);
    }

    /// Closes the descriptor and removes the path; a close event follows.
    pub fn close(&self, event_loop: &Rc<EventLoop>) {
        if self.attachment.begin_close() {
            self.close_io();
            self.update_alive(event_loop);
            self.attachment.schedule_close(event_loop);
        }
    }

    fn close_io(&self) {
        self.io.replace(Io::None);
        self.spare.replace(None);
        self.path.replace(None);
    }

    /// Closes without an event, because the environment ends.
    pub(super) fn abandon(&self) {
        self.attachment.begin_close();
        self.close_io();
    }
}
