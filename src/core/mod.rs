//! Pure logic: no napi, no tokio, no clock, no system calls.
#![forbid(unsafe_code)]

pub mod ending;
pub mod error;
