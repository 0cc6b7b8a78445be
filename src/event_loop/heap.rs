//! What the allocator does with memory that streams give back.

use std::hint::black_box;
use std::sync::Once;

/// More than a fast stream leaves behind between two collections of garbage.
const FREE_BYTES: usize = 31 << 20;

/// Lets glibc keep as much free memory as streams turn over.
///
/// It gives the top of its heap back to the kernel when 128 KiB of it are free, and takes it
/// again page by page. When a program frees a larger mapping, up to 32 MiB, that bound becomes twice
/// its size (mallopt(3), `M_MMAP_THRESHOLD`); that is what this does, with memory that nobody
/// touches. Whoever has set `MALLOC_TRIM_THRESHOLD_` keeps what was set.
pub fn keep_freed_memory() {
    static ONCE: Once = Once::new();
    if cfg!(target_env = "gnu") {
        ONCE.call_once(|| drop(black_box(Vec::<u8>::with_capacity(FREE_BYTES))));
    }
}
