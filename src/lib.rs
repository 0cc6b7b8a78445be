//! The native half of safe-socket: TCP and Unix-domain sockets on tokio, run on the thread and,
//! where the platform allows it, on the very event loop of the JavaScript environment that owns
//! them.
//!
//! A map of the crate, from the inside out; each layer knows only those above it in this list:
//!
//! * [`core`]: pure logic. What a refused write says, which addresses are meant, how long a turn
//!   may last. No I/O, no clock, no napi.
//! * [`net`]: sockets in the operating system's own words, over tokio and socket2. No napi.
//! * [`event_loop`]: how tokio and the JavaScript thread share one event loop, and the sockets
//!   that live on it. The only home of `unsafe`.
//! * [`binding`]: the functions that JavaScript calls. Convert, call, convert.
#![deny(unsafe_code)]

pub mod binding;
pub mod core;
pub mod event_loop;
pub mod net;
mod sys;
