//! The words of a refusal, for lib/errors.js.

use napi::bindgen_prelude::{Error, Result, Status};
use napi_derive::napi;

use crate::core::ending::{EndedBy, Operation};
use crate::core::error::RefusalError;

/// What is known of a refused call.
#[napi(object)]
#[derive(Debug)]
pub struct RefusalDetails {
    /// `'write'` or `'end'`; `'delivered'` for what was not refused but lost.
    pub operation: String,
    /// As `err.endedBy`.
    pub ended_by: String,
    /// `code` of the error that ended the socket.
    pub cause_code: Option<String>,
    /// Whole milliseconds since the socket ended.
    pub elapsed_ms: Option<i64>,
    /// Bytes of the refused call.
    pub bytes_refused: i64,
    /// Bytes that were lost, where that is known.
    pub bytes_undelivered: Option<i64>,
}

/// The code and the message of a refusal.
#[napi(object, object_from_js = false)]
#[derive(Debug)]
pub struct RefusalDescription {
    /// `'ERR_SOCKET_ALREADY_ENDED'`.
    pub code: String,
    /// For people; may change in any release.
    pub message: String,
}

/// Puts a refusal into words.
///
/// # Errors
/// `InvalidArg` for an unknown operation or cause, or a negative number.
#[napi]
pub fn describe_refusal(details: RefusalDetails) -> Result<RefusalDescription> {
    let invalid = |name: &str| Error::new(Status::InvalidArg, format!("{name} is not valid"));
    let natural = |number: i64, name: &str| u64::try_from(number).map_err(|_| invalid(name));
    let ended_by = EndedBy::from_name(&details.ended_by).ok_or_else(|| invalid("endedBy"))?;
    let cause_code = details.cause_code;
    let elapsed_ms = details
        .elapsed_ms
        .map(|elapsed| natural(elapsed, "elapsedMs"))
        .transpose()?;
    let refusal = if details.operation == "delivered" {
        RefusalError::Undelivered {
            ended_by,
            cause_code,
            elapsed_ms,
            bytes_undelivered: details
                .bytes_undelivered
                .map(|bytes| natural(bytes, "bytesUndelivered"))
                .transpose()?,
        }
    } else {
        RefusalError::AlreadyEnded {
            operation: Operation::from_name(&details.operation)
                .ok_or_else(|| invalid("operation"))?,
            ended_by,
            cause_code,
            elapsed_ms,
            bytes_refused: natural(details.bytes_refused, "bytesRefused")?,
        }
    };
    Ok(RefusalDescription {
        code: refusal.code().to_owned(),
        message: refusal.to_string(),
    })
}
