//! The native half of safe-socket: TCP and Unix-domain sockets on tokio. They run on the thread of the JavaScript environment
//! that owns them and, if the platform allows it, on its very event loop.
//!
//! A map of the crate, from the inside out. Each room knows only those above it in this list:
//!
//! * [`sys`]: a safe face on each foreign interface: libuv, Node-API, memory of JavaScript, descriptors. The only home of
//!   `unsafe`.
//! * [`net`]: sockets in the operating system's own words, over tokio and socket2. No napi.
//! * [`event_loop`]: how tokio and the JavaScript thread share one event loop, and the sockets that live on it.
//! * [`binding`]: the functions that JavaScript calls. Convert, call, convert.
//!
//! The rooms outside `sys` forbid unsafe code. `binding` has it denied only, for `#[napi]` allows it in the functions that it
//! makes; `scripts/list-unsafe.js` fails if the word stands there.
#![deny(unsafe_code)]

pub mod binding;
pub mod event_loop;
pub mod net;
mod sys;
