//! The only home of `unsafe`: each file is a safe face on one foreign interface.

pub(crate) mod node_api;
pub(crate) mod threadsafe_function;
#[cfg(target_os = "linux")]
pub(crate) mod uv;
