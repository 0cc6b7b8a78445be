//! The load generator of `npm run bench`, and the plain tokio server that is the limit.
//!
//! One thread, so that the measured process keeps the other core for itself. Every command
//! prints one line of JSON per report on standard output:
//!
//! ```text
//! exchange   connections that send a request and wait for the whole response, again and again
//! drain      connections that read whatever comes
//! flood      connections that write as fast as they can
//! churn      connect, one message and its echo, close
//! hold       connections that do nothing
//! serve      a server on tokio alone
//! answer     an echo server that measures the process which connects to it
//! ```

mod churn;
mod cpu;
mod exchange;
mod hold;
mod options;
mod recorder;
mod server;
mod streams;

use std::io;
use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("safe-socket-bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let (command, options) = Options::from_args(std::env::args().skip(1))?;
    raise_descriptor_limit();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        match command.as_str() {
            "exchange" => exchange::run(&options).await,
            "drain" => streams::drain(&options).await,
            "flood" => streams::flood(&options).await,
            "churn" => churn::run(&options).await,
            "hold" => hold::run(&options).await,
            "serve" => server::serve(&options).await,
            "answer" => server::answer(&options).await,
            other => Err(options::invalid(&format!("no command {other:?}"))),
        }
    })
}

/// Ten thousand connections need as many descriptors. What the system refuses shows as an error
/// of connect(2).
fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}
