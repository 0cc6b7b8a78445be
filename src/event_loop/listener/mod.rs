//! A listening socket on the event loop.

mod accept;

use std::cell::RefCell;
use std::fs::File;
use std::rc::Rc;

use socket2::Socket;

use super::source::{Attachment, Io};
use super::{EventLoop, Realm, Source, StreamSource};
use crate::net::errno::{EBADF, EINVAL, errno, status};
use crate::net::{Kind, Listener};
use crate::sys::fd::OwnedFd;
use accept::spare_descriptor;

/// A listening socket and its state.
#[derive(Debug)]
pub struct ListenerSource {
    pub(super) attachment: Attachment,
    /// A descriptor to give up when there are no more, so that a connection can be taken from the
    /// queue and refused instead of waking the loop for ever.
    spare: RefCell<Option<File>>,
}

impl ListenerSource {
    /// A listener without a descriptor.
    pub fn create(event_loop: &EventLoop, realm: &Rc<Realm>, kind: Kind) -> u32 {
        event_loop.sources.insert(|id| {
            Source::Listener(Box::new(Self {
                attachment: Attachment::new(event_loop, id, realm, kind, Io::None),
                spare: RefCell::new(spare_descriptor()),
            }))
        })
    }

    /// Adopts a descriptor that is bound, or listening already.
    pub(super) fn open(&self, fd: OwnedFd) -> i32 {
        let socket = Socket::from(fd);
        self.attachment.set_bound(|| {
            socket.set_nonblocking(true)?;
            Ok(socket.into())
        })
    }

    /// Takes over the bound socket of a stream, which is then gone.
    pub fn adopt(&self, event_loop: &EventLoop, stream: &StreamSource) -> i32 {
        let bound = stream.take_unconnected(event_loop);
        bound.map_or(EINVAL, |bound| self.attachment.set_bound(|| Ok(bound)))
    }

    /// listen(2); connections become events.
    pub fn listen(&self, event_loop: &EventLoop, backlog: i32) -> i32 {
        match self.attachment.delayed_error.take() {
            0 => {}
            error => return error,
        }
        let Io::Unconnected(socket) = self.attachment.io.take() else {
            return EBADF;
        };
        let _entered = event_loop.runtime.enter();
        match Listener::listen(socket, self.attachment.kind, backlog) {
            Ok(listener) => {
                self.attachment.io.replace(Io::Listening(listener));
                self.update_alive(event_loop);
                self.attachment.schedule(event_loop);
                0
            }
            Err(error) => errno(&error),
        }
    }

    /// chmod(2) of the path: 1 is reading for all, 2 writing for all, 4 what is allowed already.
    pub fn chmod(&self, mode: u32) -> i32 {
        let Some(path) = self.attachment.path.take() else {
            return EBADF;
        };
        let changed = path.set_mode(mode);
        self.attachment.path.set(Some(path));
        status(&changed)
    }

    pub(super) fn update_alive(&self, event_loop: &EventLoop) {
        let is_listening = matches!(*self.attachment.io.borrow(), Io::Listening(_));
        self.attachment.keep_alive(event_loop, is_listening, false);
    }

    /// As [`Source::close`].
    pub(super) fn close(&self, event_loop: &Rc<EventLoop>) -> i32 {
        if !self.attachment.begin_close() {
            return EBADF;
        }
        self.spare.replace(None);
        self.attachment.close(event_loop);
        0
    }
}
