//! Descriptors that JavaScript names by their numbers. Where there are none, nothing has one and no number is one's: the
//! types have no values.

#[cfg(not(unix))]
pub use without::{BorrowedFd, OwnedFd, RawFd, borrow, number, of, own};

#[cfg(unix)]
pub use std::os::fd::{BorrowedFd, OwnedFd, RawFd};

#[cfg(unix)]
use std::os::fd::{AsFd, AsRawFd, FromRawFd};

/// Calls with the descriptor of this number, which need not be open; `None` for a negative one.
#[cfg(unix)]
pub fn borrow<T>(fd: RawFd, call: impl FnOnce(BorrowedFd<'_>) -> T) -> Option<T> {
    if fd < 0 {
        return None;
    }
    // SAFETY: borrowed for the length of this call, on the thread that alone could close it, for system calls that answer
    // `EBADF` if it is not open. lib/node/handle.js has read it from an open handle right before, the search for
    // tokio's epoll from `/proc/self/fd`, or a program has named it.
    Some(call(unsafe { BorrowedFd::borrow_raw(fd) }))
}

/// Takes ownership of a descriptor that is open, and that nothing here owns; `None` for a number that is none's.
#[cfg(unix)]
pub fn own(fd: RawFd) -> Option<OwnedFd> {
    if fd < 0 {
        return None;
    }
    // SAFETY: the caller has looked that it is open and that no socket of ours owns it, and `new Socket({ fd })` and
    // `listen({ fd })` hand it over: Node's documentation makes the socket its owner from then on.
    Some(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The descriptor of a socket.
#[allow(clippy::unnecessary_wraps, reason = "elsewhere it has none")]
#[cfg(unix)]
pub fn of(socket: &impl AsFd) -> Option<BorrowedFd<'_>> {
    Some(socket.as_fd())
}

/// The number of a descriptor.
#[cfg(unix)]
pub fn number(fd: BorrowedFd<'_>) -> RawFd {
    fd.as_raw_fd()
}

#[cfg(not(unix))]
mod without {
    use std::convert::Infallible;
    use std::marker::PhantomData;

    pub type RawFd = i32;

    #[derive(Debug)]
    pub struct OwnedFd(Infallible);

    #[derive(Debug, Clone, Copy)]
    pub struct BorrowedFd<'fd>(Infallible, PhantomData<&'fd ()>);

    impl OwnedFd {
        pub fn never<T>(&self) -> T {
            match self.0 {}
        }
    }

    impl From<OwnedFd> for socket2::Socket {
        fn from(fd: OwnedFd) -> Self {
            fd.never()
        }
    }

    impl BorrowedFd<'_> {
        pub fn never<T>(self) -> T {
            match self.0 {}
        }
    }

    pub fn borrow<T>(_fd: RawFd, _call: impl FnOnce(BorrowedFd<'_>) -> T) -> Option<T> {
        None
    }

    pub fn own(_fd: RawFd) -> Option<OwnedFd> {
        None
    }

    pub fn of<T>(_socket: &T) -> Option<BorrowedFd<'_>> {
        None
    }

    pub fn number(fd: BorrowedFd<'_>) -> RawFd {
        fd.never()
    }
}
