//! The command line: `command --name value …`.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// The named values, each with a default where it is asked for.
#[derive(Debug, Default)]
pub struct Options(HashMap<String, String>);

impl Options {
    /// The command and its options.
    pub fn from_args(mut args: impl Iterator<Item = String>) -> io::Result<(String, Self)> {
        let command = args.next().ok_or_else(|| invalid("no command"))?;
        let mut values = HashMap::new();
        while let Some(name) = args.next() {
            let Some(name) = name.strip_prefix("--") else {
                return Err(invalid(&format!("{name:?} is no option")));
            };
            let value = args
                .next()
                .ok_or_else(|| invalid(&format!("--{name} needs a value")))?;
            values.insert(name.to_owned(), value);
        }
        Ok((command, Self(values)))
    }

    /// A number.
    pub fn number(&self, name: &str, default: usize) -> io::Result<usize> {
        match self.0.get(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| invalid(&format!("--{name} must be a whole number, not {text:?}"))),
        }
    }

    /// A time in milliseconds.
    pub fn duration(&self, name: &str, default_ms: usize) -> io::Result<Duration> {
        Ok(Duration::from_millis(self.number(name, default_ms)? as u64))
    }

    /// The server.
    pub fn addr(&self) -> io::Result<SocketAddr> {
        let port =
            u16::try_from(self.number("port", 0)?).map_err(|_| invalid("--port is too large"))?;
        Ok(SocketAddr::from(([127, 0, 0, 1], port)))
    }

    /// The process whose processor time is counted.
    pub fn pid(&self) -> io::Result<u32> {
        u32::try_from(self.number("pid", 0)?).map_err(|_| invalid("--pid is too large"))
    }

    /// Some text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// A mistake of the caller.
pub fn invalid(message: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}
