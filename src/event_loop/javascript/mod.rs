//! What the event loop shares with JavaScript: the functions that hear of events, and the memory that messages go to.

mod events;
pub mod message_pool;
mod realm;

pub(super) use events::Event;
pub use events::Listeners;
pub use message_pool::MessagePool;
pub use realm::{Realm, RealmLease};

pub use crate::sys::bytes::ReadBuffer;
