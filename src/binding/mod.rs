//! The functions that JavaScript calls: convert, call, convert. No decisions.
//!
//! Sockets are named by the id that their constructor returned, and plain functions take it,
//! rather than methods of napi classes: a call of a class method costs some 200 ns more (napi 3.16
//! books every borrow of the receiver), and a socket would need a wrapped object with a finalizer.
//! lib/native/stream.js and lib/native/listener.js make objects of them again. An id that is not (or no longer) known answers
//! `EBADF`, whatever the call.

// napi makes owned values of its arguments.
#![allow(clippy::needless_pass_by_value)]
// Registered at load time by code that napi-derive leaves out of test builds.
#![cfg_attr(test, allow(dead_code))]

mod call;
mod delivery;
mod error;
mod listener;
mod start;
mod stream;
mod write;

use napi_derive::napi;

/// An IP address with its port, in the words of `socket.address()`.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct Address {
    /// Numeric, with the zone of a scoped IPv6 address.
    pub address: String,
    /// `'IPv4'` or `'IPv6'`.
    pub family: &'static str,
    /// 0 to 65535.
    pub port: u32,
}

impl From<std::net::SocketAddr> for Address {
    fn from(addr: std::net::SocketAddr) -> Self {
        let address = match addr {
            std::net::SocketAddr::V6(v6) if v6.scope_id() != 0 => {
                format!("{}%{}", v6.ip(), crate::net::socket::zone_name(v6.scope_id()))
            }
            _ => addr.ip().to_string(),
        };
        Self {
            address,
            family: if addr.is_ipv4() { "IPv4" } else { "IPv6" },
            port: addr.port().into(),
        }
    }
}
