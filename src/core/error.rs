//! The refusal of a call on a socket that has already ended: its code and its words.
//!
//! Pure: the time that has passed is given, nothing is read from a clock. JavaScript matches
//! [`RefusalError::code`]; the message is for people and may change in any release. `lib/errors.js`
//! carries the same words for platforms without the native binary, and a test holds the two equal.

use std::fmt;

use thiserror::Error;

use super::ending::{EndedBy, Operation};

/// Why a call on a socket was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RefusalError {
    /// The writable side of the socket was over before the call.
    #[error(
        "The socket has already been ended. {ended_by}{}{}. This {operation}(){} was refused.",
        CauseCode(.cause_code.as_deref()),
        Ago(*.elapsed_ms),
        Bytes(*.bytes_refused)
    )]
    AlreadyEnded {
        /// The refused call.
        operation: Operation,
        /// Who or what ended the socket.
        ended_by: EndedBy,
        /// `code` of the error that ended the socket, where there was one.
        cause_code: Option<String>,
        /// Whole milliseconds since the socket ended, where that is known.
        elapsed_ms: Option<u64>,
        /// Bytes of the refused call. A bare `end()` has none.
        bytes_refused: u64,
    },
    /// The connection was over before everything written to it had arrived.
    #[error(
        "The socket has already been ended. {ended_by}{}{}. {}",
        CauseCode(.cause_code.as_deref()),
        Ago(*.elapsed_ms),
        Undelivered(*.bytes_undelivered)
    )]
    Undelivered {
        /// Who or what ended the socket.
        ended_by: EndedBy,
        /// `code` of the error that ended the socket, where there was one.
        cause_code: Option<String>,
        /// Whole milliseconds since the socket ended, where that is known.
        elapsed_ms: Option<u64>,
        /// Bytes that were written and not acknowledged, where that is known.
        bytes_undelivered: Option<u64>,
    },
}

impl RefusalError {
    /// The stable code that programs match: `err.code`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::AlreadyEnded { .. } | Self::Undelivered { .. } => "ERR_SOCKET_ALREADY_ENDED",
        }
    }
}

struct CauseCode<'a>(Option<&'a str>);

impl fmt::Display for CauseCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(code) => write!(f, " ({code})"),
            None => Ok(()),
        }
    }
}

struct Ago(Option<u64>);

impl fmt::Display for Ago {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => Ok(()),
            Some(0) => f.write_str(", less than 1 ms ago"),
            Some(ms @ 1..10_000) => write!(f, ", {ms} ms ago"),
            Some(ms @ 10_000..600_000) => write!(f, ", {} s ago", ms / 1_000),
            Some(ms) => write!(f, ", {} min ago", ms / 60_000),
        }
    }
}

struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            1 => f.write_str(" of 1 byte"),
            bytes => write!(f, " of {bytes} bytes"),
        }
    }
}

struct Undelivered(Option<u64>);

impl fmt::Display for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("Not everything was delivered, as far as is known."),
            Some(1) => f.write_str("1 byte was not delivered."),
            Some(bytes) => write!(f, "{bytes} bytes were not delivered."),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refusal(
        ended_by: EndedBy,
        cause_code: Option<&str>,
        elapsed_ms: Option<u64>,
    ) -> RefusalError {
        RefusalError::AlreadyEnded {
            operation: Operation::Write,
            ended_by,
            cause_code: cause_code.map(String::from),
            elapsed_ms,
            bytes_refused: 5,
        }
    }

    #[test]
    fn says_who_when_and_what() {
        assert_eq!(
            refusal(EndedBy::Local, None, Some(12)).to_string(),
            "The socket has already been ended. It was ended on this side, by end(), 12 ms ago. \
             This write() of 5 bytes was refused."
        );
        assert_eq!(
            refusal(EndedBy::Reset, Some("EPIPE"), None).to_string(),
            "The socket has already been ended. The connection was reset (EPIPE). \
             This write() of 5 bytes was refused."
        );
    }

    #[test]
    fn leaves_out_the_bytes_of_a_bare_end() {
        let bare_end = RefusalError::AlreadyEnded {
            operation: Operation::End,
            ended_by: EndedBy::Unknown,
            cause_code: None,
            elapsed_ms: None,
            bytes_refused: 0,
        };
        assert_eq!(
            bare_end.to_string(),
            "The socket has already been ended. It was over before safe-socket saw it. This end() was refused."
        );
    }

    #[test]
    fn says_how_much_was_not_delivered() {
        let lost = |bytes_undelivered| {
            RefusalError::Undelivered {
                ended_by: EndedBy::Reset,
                cause_code: None,
                elapsed_ms: None,
                bytes_undelivered,
            }
            .to_string()
        };
        assert!(lost(Some(1)).ends_with("The connection was reset. 1 byte was not delivered."));
        assert!(lost(Some(70)).ends_with(". 70 bytes were not delivered."));
        assert!(lost(None).ends_with(". Not everything was delivered, as far as is known."));
    }

    #[test]
    fn counts_the_time_in_the_unit_that_a_reader_can_use() {
        let cases = [
            (0, ", less than 1 ms ago"),
            (1, ", 1 ms ago"),
            (9_999, ", 9999 ms ago"),
            (10_000, ", 10 s ago"),
            (599_999, ", 599 s ago"),
            (600_000, ", 10 min ago"),
        ];
        for (elapsed_ms, text) in cases {
            assert_eq!(Ago(Some(elapsed_ms)).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn every_refusal_keeps_the_promised_code_and_beginning(
            ended_by in prop::sample::select(EndedBy::ALL.to_vec()),
            cause_code in prop::option::of("[A-Z_]{1,40}"),
            elapsed_ms in prop::option::of(any::<u64>()),
        ) {
            let error = refusal(ended_by, cause_code.as_deref(), elapsed_ms);
            prop_assert_eq!(error.code(), "ERR_SOCKET_ALREADY_ENDED");
            prop_assert!(error.to_string().starts_with("The socket has already been ended."));
        }
    }
}
