//! What the sockets of one loaded copy of lib/ share: its listeners, and the buffer, which is that of
//! the other copies too.
//!
//! One per environment, as a rule; several where a test runner evaluates lib/ again and again on
//! the same addon.

use super::Slab;
use super::dispatch::Listeners;

/// The JavaScript side that a socket belongs to.
#[derive(Debug)]
pub struct Realm {
    /// Who hears of events.
    pub listeners: Listeners,
    /// Where the kernel reads to.
    pub slab: Slab,
    /// A partial read together with a hang-up is the end of the stream, as for libuv before 1.52:
    /// a reset that came with the last data is no error there. Later ones read again and find it.
    pub hang_up_is_end: bool,
}
