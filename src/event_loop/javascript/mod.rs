//! What the event loop shares with JavaScript: the functions that hear of events, and the memory that bytes are read into.

mod events;
mod message_pool;
mod read_buffer;
mod realm;

pub use events::Listeners;
pub(super) use events::{AsyncContext, Emitted, Event};
pub use message_pool::Pool;
pub use read_buffer::Slab;
pub use realm::{Realm, RealmLease};
