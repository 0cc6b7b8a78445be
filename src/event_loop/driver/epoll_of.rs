//! Which descriptor is the epoll instance of a tokio runtime?
//!
//! tokio does not say. A socket that was just registered with the runtime is looked for in
//! `/proc/self/fdinfo` (proc(5): an epoll descriptor lists what it watches in lines that begin
//! with `tfd:`). The find is proven before it is used: when the socket becomes readable, the
//! candidate must become readable too, and one turn of the driver must make it quiet again.

use std::fs;
use std::io::Write;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::task::{Context, Waker};

use tokio::net::UnixStream;
use tokio::runtime::Runtime;
use tokio::task::yield_now;

use crate::net::poll;
use crate::sys::fd::borrow;

/// The descriptor of the epoll instance behind `runtime`, proven to be it. Valid as long as the
/// runtime lives. `None` where `/proc` does not tell, or where the proof fails.
pub fn find(runtime: &Runtime) -> Option<RawFd> {
    let (watched, mut other) = StdUnixStream::pair().ok()?;
    watched.set_nonblocking(true).ok()?;
    let watched_fd = watched.as_raw_fd();
    let watched = {
        let _entered = runtime.enter();
        UnixStream::from_std(watched).ok()?
    };
    // The registration itself reports that the socket is writable; take that off first.
    runtime.block_on(yield_now());
    let candidate = epolls_watching(watched_fd).into_iter().find(|&fd| {
        let was_quiet = is_readable(fd) == Some(false);
        was_quiet
            && other.write_all(b"!").is_ok()
            && is_readable(fd) == Some(true)
            && one_turn_delivers(runtime, &watched)
            && is_readable(fd) == Some(false)
    });
    // Deregistered before anybody else looks at the descriptor.
    drop(watched);
    candidate
}

/// That one `yield_now` inside `block_on` is one non-blocking turn of the I/O driver is how tokio
/// works today and promised nowhere. If that ever changes, this is where it is noticed.
fn one_turn_delivers(runtime: &Runtime, watched: &UnixStream) -> bool {
    let mut cx = Context::from_waker(Waker::noop());
    watched.poll_read_ready(&mut cx).is_pending() && {
        runtime.block_on(yield_now());
        watched.poll_read_ready(&mut cx).is_ready()
    }
}

fn epolls_watching(watched: RawFd) -> Vec<RawFd> {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| fs::read_link(entry.path()).is_ok_and(|target| target.as_os_str() == "anon_inode:[eventpoll]"))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|fd| fs::read_to_string(format!("/proc/self/fdinfo/{fd}")).is_ok_and(|info| watches(&info, watched)))
        .collect()
}

/// Whether the text of an epoll's `fdinfo` lists `fd`.
fn watches(fdinfo: &str, fd: RawFd) -> bool {
    fdinfo
        .lines()
        .filter_map(|line| line.strip_prefix("tfd:"))
        .filter_map(|rest| rest.split_whitespace().next())
        .any(|listed| listed.parse() == Ok(fd))
}

/// `None` if it cannot be asked.
fn is_readable(fd: RawFd) -> Option<bool> {
    borrow(fd, |fd| poll::is_readable(fd).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::runtime::Builder;

    #[test]
    fn the_epoll_of_each_runtime_is_found() {
        let runtimes: Vec<_> = (0..3)
            .map(|_| Builder::new_current_thread().enable_io().build().unwrap())
            .collect();
        let mut found: Vec<_> = runtimes.iter().map(|runtime| find(runtime).unwrap()).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), runtimes.len(), "each has its own");
    }

    #[test]
    fn only_a_whole_number_on_a_tfd_line_counts() {
        let fdinfo = "pos:\t0\nflags:\t02\ntfd:       12 events: 8000201d data: 1\n";
        assert!(watches(fdinfo, 12));
        assert!(!watches(fdinfo, 1));
        assert!(!watches(fdinfo, 2));
        assert!(!watches(fdinfo, 0));
    }
}
