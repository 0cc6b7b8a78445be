//! Panics do not unwind into C.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a callback that C code called; `None` if it panicked. That is a bug of this crate, the hook has printed it, and the
/// process goes on with the other sockets.
pub fn guarded<T>(callback: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(callback)).ok()
}
