//! hello
use napi_derive::napi;
/// x
#[napi]
pub fn hello() -> u32 { 1 }
