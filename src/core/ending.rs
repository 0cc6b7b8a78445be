//! Who or what ended a socket, and which call came too late: their names in JavaScript, and their words.

use std::fmt;

/// The call that was refused: `err.operation`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `socket.write(data)`.
    Write,
    /// `socket.end()`, with or without data.
    End,
}

impl Operation {
    /// Every operation, for tables and tests.
    pub const ALL: [Self; 2] = [Self::Write, Self::End];

    /// The name as JavaScript has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::End => "end",
        }
    }

    /// The operation of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|operation| operation.name() == name)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Who or what ended a socket: `err.endedBy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// `end()` on this side.
    Local,
    /// FIN from the other side, on a socket that may not stay half open.
    Peer,
    /// `destroy()` on this side, without an error.
    Destroy,
    /// `ECONNRESET` or `EPIPE`.
    Reset,
    /// `ETIMEDOUT`, or ended inside the `'timeout'` event.
    Timeout,
    /// Any other error.
    Error,
    /// It was over before anybody watched.
    Unknown,
}

impl EndedBy {
    /// Every cause, for tables and tests.
    pub const ALL: [Self; 7] = [
        Self::Local,
        Self::Peer,
        Self::Destroy,
        Self::Reset,
        Self::Timeout,
        Self::Error,
        Self::Unknown,
    ];

    /// The name as JavaScript has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Peer => "peer",
            Self::Destroy => "destroy",
            Self::Reset => "reset",
            Self::Timeout => "timeout",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }

    /// The cause of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|ended_by| ended_by.name() == name)
    }
}

/// The sentence, without its full stop, that says how the socket ended.
impl fmt::Display for EndedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "It was ended on this side, by end()",
            Self::Peer => "It was ended by the other side",
            Self::Destroy => "It was destroyed on this side, by destroy()",
            Self::Reset => "The connection was reset",
            Self::Timeout => "It timed out",
            Self::Error => "It was ended by an error",
            Self::Unknown => "It was over before safe-socket saw it",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_values() {
        for ended_by in EndedBy::ALL {
            assert_eq!(EndedBy::from_name(ended_by.name()), Some(ended_by));
        }
        for operation in Operation::ALL {
            assert_eq!(Operation::from_name(operation.name()), Some(operation));
        }
        assert_eq!(EndedBy::from_name("nobody"), None);
        assert_eq!(Operation::from_name("read"), None);
    }
}
