//! Unix-domain sockets by their paths.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use socket2::{SockAddr, Socket};

/// The address of a Unix-domain path; a leading NUL byte names a Linux abstract socket.
///
/// # Errors
/// `InvalidInput` for a path with a NUL inside, or one that is longer than `sun_path` (unix(7):
/// 108 bytes on Linux).
pub fn pipe_addr(path: &str) -> io::Result<SockAddr> {
    if path.contains('\0') && !path.starts_with('\0') {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    SockAddr::unix(Path::new(path)).map_err(|_| io::ErrorKind::InvalidInput.into())
}

/// A path in the file system that bind(2) made, removed again with this value, as libuv does.
#[derive(Debug)]
pub struct BoundPath(PathBuf);

impl BoundPath {
    /// chmod(2): 1 is reading for all, 2 writing for all, 4 what is allowed already.
    ///
    /// # Errors
    /// As stat(2) and chmod(2).
    #[cfg(unix)]
    pub fn set_mode(&self, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;

        let mut permissions = std::fs::metadata(&self.0)?.permissions();
        let readable = if mode & 1 != 0 { 0o444 } else { 0 };
        let writable = if mode & 2 != 0 { 0o222 } else { 0 };
        let kept = if mode & 4 != 0 { permissions.mode() } else { 0 };
        permissions.set_mode(kept | readable | writable);
        std::fs::set_permissions(&self.0, permissions)
    }

    /// Not to be had here.
    ///
    /// # Errors
    /// `Unsupported`.
    #[cfg(not(unix))]
    pub fn set_mode(&self, _mode: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl Drop for BoundPath {
    fn drop(&mut self) {
        // Somebody may have removed it before us: nobody to tell, nothing to do.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Where a socket keeps its [`BoundPath`]: one pointer, as few have one.
#[derive(Default)]
pub struct PathSlot(Cell<Option<Box<BoundPath>>>);

impl PathSlot {
    /// Keeps `path`, and removes the one that was there.
    pub fn set(&self, path: Option<BoundPath>) {
        self.0.set(path.map(Box::new));
    }

    /// Gives up the path without removing it.
    #[must_use]
    pub fn take(&self) -> Option<BoundPath> {
        self.0.take().map(|path| *path)
    }
}

impl fmt::Debug for PathSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PathSlot").finish_non_exhaustive()
    }
}

/// bind(2) to a path; `None` for an abstract one, which leaves no file, and for an empty one, to which
/// Linux answers with an abstract name of its own (unix(7), "Autobind feature"). A missing directory is
/// `EACCES` and not `ENOENT`, as libuv has it.
///
/// # Errors
/// As [`pipe_addr`] and bind(2).
pub fn bind_pipe(socket: &Socket, path: &str) -> io::Result<Option<BoundPath>> {
    socket.bind(&pipe_addr(path)?).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            io::ErrorKind::PermissionDenied.into()
        } else {
            error
        }
    })?;
    let is_file = !path.is_empty() && !path.starts_with('\0');
    Ok(is_file.then(|| BoundPath(PathBuf::from(path))))
}

#[cfg(test)]
mod tests {
    use super::super::socket::pipe;
    use super::*;

    #[test]
    fn a_path_longer_than_sun_path_is_invalid() {
        let error = pipe_addr(&"x".repeat(10_000)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn a_path_with_a_nul_inside_is_invalid() {
        assert!(pipe_addr("a\0b").is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_empty_path_gets_a_name_from_the_kernel() {
        let socket = pipe().unwrap();
        assert!(bind_pipe(&socket, "").unwrap().is_none());
        let name = socket.local_addr().unwrap();
        assert!(name.as_abstract_namespace().is_some());
    }

    #[test]
    fn a_bound_path_is_removed_with_its_value() {
        let path = std::env::temp_dir().join(format!("safe-socket-test-{}", std::process::id()));
        let socket = pipe().unwrap();
        let bound = bind_pipe(&socket, path.to_str().unwrap()).unwrap().unwrap();
        assert!(bound.0.exists());
        drop(bound);
        assert!(!path.exists());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_abstract_path_binds_and_leaves_no_file() {
        let name = format!("\0safe-socket-test-{}", std::process::id());
        let socket = pipe().unwrap();
        assert!(bind_pipe(&socket, &name).unwrap().is_none());
        let taken = bind_pipe(&pipe().unwrap(), &name).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    }
}
