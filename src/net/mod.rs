//! Sockets in the operating system's own words, over tokio and socket2. Knows nothing of napi.
//!
//! Failures are [`std::io::Error`]s until they cross to JavaScript, where [`errno`] makes the
//! negative number of them that libuv would report.
#![forbid(unsafe_code)]

pub mod address;
pub mod adopt;
pub mod delivery;
pub mod errno;
#[cfg(unix)]
pub mod fifo;
pub mod listener;
pub mod options;
pub mod path;
#[cfg(unix)]
pub mod poll;
#[cfg(not(unix))]
#[path = "no_poll.rs"]
pub mod poll;
pub mod registered;
pub mod socket;
pub mod stream;
pub mod tcp_info;

pub use listener::Listener;
pub use socket::{Kind, resolve};
pub use stream::Stream;
