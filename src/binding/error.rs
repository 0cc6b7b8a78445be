//! The error of a call that came too late, as far as native code knows it: its code, and the sentence that every message
//! begins with. lib/contract/refused-error.js has all its words; a test holds the two equal.

use napi_derive::napi;
use thiserror::Error;

/// Why a call on a socket was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefusalError {
    /// The writable side of the socket was over before the call.
    #[error("The socket has already been ended.")]
    AlreadyEnded,
}

impl RefusalError {
    /// The stable code that programs match: `err.code`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::AlreadyEnded => "ERR_SOCKET_ALREADY_ENDED",
        }
    }
}

/// The code and the first sentence of a refusal.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct EndedError {
    /// `'ERR_SOCKET_ALREADY_ENDED'`.
    pub code: &'static str,
    /// For people.
    pub message: String,
}

/// The code and the first sentence of a refusal.
#[napi]
#[must_use]
pub fn ended_error() -> EndedError {
    let refusal = RefusalError::AlreadyEnded;
    EndedError {
        code: refusal.code(),
        message: refusal.to_string(),
    }
}
