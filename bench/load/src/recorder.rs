//! What is counted, and when: nothing before the warm-up is over.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::cpu;
use crate::options::Options;

/// The counts of one run, shared by its connections.
#[derive(Debug, Default)]
pub struct Recorder {
    measuring: Cell<bool>,
    stopped: Cell<bool>,
    messages: Cell<u64>,
    bytes: Cell<u64>,
    latencies: RefCell<Vec<u32>>,
}

impl Recorder {
    /// Counts finished messages.
    pub fn count(&self, messages: u64, bytes: u64) {
        self.messages.set(self.messages.get() + messages);
        self.bytes.set(self.bytes.get() + bytes);
    }

    /// Counts one finished message of `bytes` that began at `start`.
    pub fn finished(&self, start: Instant, bytes: usize) {
        self.count(1, bytes as u64);
        if self.measuring.get() {
            let nanos = u32::try_from(start.elapsed().as_nanos()).unwrap_or(u32::MAX);
            self.latencies.borrow_mut().push(nanos);
        }
    }

    /// Whether connections should end.
    pub fn is_stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Lets the connections run, measures in the middle, and prints the report.
    pub async fn measure(&self, options: &Options) -> io::Result<()> {
        self.measure_process(options, options.pid()?).await
    }

    /// As [`Recorder::measure`], with the processor time of this process.
    pub async fn measure_process(&self, options: &Options, pid: u32) -> io::Result<()> {
        tokio::time::sleep(options.duration("warmup-ms", 200)?).await;
        self.measuring.set(true);
        let before = (self.messages.get(), self.bytes.get());
        let (server_before, own_before) = (cpu::nanos(pid), cpu::nanos(std::process::id()));
        let start = Instant::now();
        tokio::time::sleep(options.duration("measure-ms", 1_000)?).await;
        let elapsed = start.elapsed();
        let (server_after, own_after) = (cpu::nanos(pid), cpu::nanos(std::process::id()));
        let after = (self.messages.get(), self.bytes.get());
        self.measuring.set(false);
        self.stopped.set(true);
        let mut latencies = self.latencies.take();
        latencies.sort_unstable();
        let line = format!(
            "{{\"messages\":{},\"bytes\":{},\"elapsedNs\":{},\"serverCpuNs\":{},\"clientCpuNs\":{},\"p50Ns\":{},\"p99Ns\":{}}}",
            after.0 - before.0,
            after.1 - before.1,
            elapsed.as_nanos(),
            server_after.saturating_sub(server_before),
            own_after.saturating_sub(own_before),
            percentile(&latencies, 50),
            percentile(&latencies, 99),
        );
        report(&line)
    }

    /// Gives the connections time to end by themselves, and prints how many messages there were
    /// in all: what a count of system calls is divided by.
    pub async fn finish(
        &self,
        connections: Vec<tokio::task::JoinHandle<io::Result<()>>>,
    ) -> io::Result<()> {
        let ending = async {
            for connection in connections {
                let _ = connection.await;
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(2), ending).await;
        report(&format!(
            "{{\"totalMessages\":{},\"totalBytes\":{}}}",
            self.messages.get(),
            self.bytes.get()
        ))
    }
}

fn percentile(sorted: &[u32], percent: usize) -> u32 {
    sorted
        .get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1)))
        .copied()
        .unwrap_or(0)
}

/// One line on standard output, at once.
pub fn report(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
