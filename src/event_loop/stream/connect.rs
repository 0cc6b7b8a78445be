//! How a stream comes to its connection: bound, connected, or adopted.

use std::io;
use std::net::SocketAddr;

use socket2::{SockAddr, Socket};

use super::StreamSource;
use super::requests::CONNECTING;
use crate::event_loop::EventLoop;
use crate::event_loop::source::Io;
use crate::net::Stream;
use crate::net::adopt::is_unconnected;
use crate::net::errno::{EISCONN, errno};
use crate::net::path::pipe_addr;
use crate::net::socket::{self, Bound};
use crate::sys::fd::OwnedFd;

impl StreamSource {
    /// Starts to connect to an IP address; the outcome is a connect event. A refusal that the
    /// kernel reports at once is one too, every other failure is returned: libuv's distinction.
    pub fn connect(&self, event_loop: &EventLoop, addr: &SocketAddr) -> i32 {
        if self.attachment.delayed_error.get() != 0 {
            return self.connect_later(event_loop);
        }
        let started = self.begin_connection(|| socket::tcp(addr), &SockAddr::from(*addr));
        match started {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                self.attachment.delayed_error.set(errno(&error));
                self.connect_later(event_loop)
            }
            Err(error) => errno(&error),
            Ok(()) => self.await_connection(event_loop),
        }
    }

    /// Starts to connect to a path; every failure but a bad path is a connect event.
    pub fn connect_path(&self, event_loop: &EventLoop, path: &str) -> i32 {
        let addr = match pipe_addr(path) {
            Ok(addr) => addr,
            Err(error) => return errno(&error),
        };
        let started = self.begin_connection(socket::pipe, &addr);
        match started {
            Ok(()) => self.await_connection(event_loop),
            Err(error) => {
                self.attachment.delayed_error.set(errno(&error));
                self.connect_later(event_loop)
            }
        }
    }

    /// connect(2) on the descriptor there is, or else on the one that `make` makes.
    fn begin_connection(&self, make: impl FnOnce() -> io::Result<Socket>, addr: &SockAddr) -> io::Result<()> {
        let mut io = self.attachment.io.borrow_mut();
        if matches!(*io, Io::None) {
            *io = Io::Unconnected(make()?);
        }
        match io.socket() {
            Some(socket) => socket::connect(&socket, addr),
            None => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn await_connection(&self, event_loop: &EventLoop) -> i32 {
        let socket = match self.attachment.io.take() {
            Io::Unconnected(socket) => socket,
            other => {
                self.attachment.io.replace(other);
                return EISCONN;
            }
        };
        let _entered = event_loop.runtime.enter();
        match Stream::from_socket(socket, self.attachment.kind) {
            Ok(stream) => {
                self.attachment.io.replace(Io::Open(stream));
                self.requests.insert(CONNECTING);
                self.update_alive(event_loop);
                self.act_soon_if_ready(event_loop);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// Reports `delayed_error` in the next turn.
    fn connect_later(&self, event_loop: &EventLoop) -> i32 {
        self.request(event_loop, CONNECTING);
        0
    }

    /// Adopts a descriptor. One that is not connected yet can still be.
    pub(in crate::event_loop) fn open(&self, event_loop: &EventLoop, fd: OwnedFd) -> i32 {
        let _entered = event_loop.runtime.enter();
        let opened = if is_unconnected(&fd) {
            let socket = Socket::from(fd);
            socket.set_nonblocking(true).map(|()| Io::Unconnected(socket))
        } else {
            Stream::from_fd(fd, self.attachment.kind).map(Io::Open)
        };
        match opened {
            Ok(io) => {
                self.attachment.io.replace(io);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// Takes the bound socket out, for a listener to adopt; the stream is then gone.
    pub(in crate::event_loop) fn take_unconnected(&self, event_loop: &EventLoop) -> Option<Bound> {
        let mut io = self.attachment.io.borrow_mut();
        if !matches!(*io, Io::Unconnected(_)) {
            return None;
        }
        let Io::Unconnected(socket) = std::mem::take(&mut *io) else {
            return None;
        };
        self.attachment.begin_close();
        event_loop.sources.remove(self.attachment.id);
        Some(Bound {
            socket,
            delayed_error: self.attachment.delayed_error.get(),
            path: self.attachment.path.take(),
        })
    }
}
