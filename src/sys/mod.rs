//! The only home of `unsafe`: each file is a safe face on one foreign interface.
//!
//! A face takes and returns types of Rust, and keeps the rules of what is behind it by itself, or by what its types
//! admit: a handle scope is a [`Scope`](node_api::Scope), and what may be used on one thread only cannot leave it. What is
//! left to the caller says its documentation, and the `SAFETY:` comment who meets it.
#![allow(unsafe_code, reason = "the one room for it: everything else forbids or denies it")]

pub mod bytes;
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "of libuv's driver"))]
pub mod cleanup_hook;
pub mod fd;
pub mod node_api;
pub mod panic;
pub mod tcp;
pub mod threadsafe_function;
#[cfg(target_os = "linux")]
pub mod uv;
