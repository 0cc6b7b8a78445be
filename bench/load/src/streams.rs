//! One direction only: reading what a source sends, or writing what a sink takes.

use std::io;
use std::rc::Rc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::options::Options;
use crate::recorder::Recorder;

const CHUNK_BYTES: usize = 64 * 1024;

/// `--connections`; a message is 64 KiB.
pub async fn drain(options: &Options) -> io::Result<()> {
    let recorder = Rc::new(Recorder::default());
    let mut tasks = Vec::new();
    for _ in 0..options.number("connections", 4)? {
        let mut stream = TcpStream::connect(options.addr()?).await?;
        let recorder = Rc::clone(&recorder);
        tasks.push(spawn_local(async move {
            let mut buffer = vec![0; 4 * CHUNK_BYTES];
            let mut unaccounted = 0;
            while !recorder.is_stopped() {
                match stream.read(&mut buffer).await? {
                    0 => break,
                    read => unaccounted = account(&recorder, unaccounted, read),
                }
            }
            Ok(())
        }));
    }
    recorder.measure(options).await?;
    recorder.finish(tasks).await
}

/// `--connections`; a message is 64 KiB.
pub async fn flood(options: &Options) -> io::Result<()> {
    let recorder = Rc::new(Recorder::default());
    let mut tasks = Vec::new();
    for _ in 0..options.number("connections", 4)? {
        let mut stream = TcpStream::connect(options.addr()?).await?;
        let recorder = Rc::clone(&recorder);
        tasks.push(spawn_local(async move {
            let chunk = vec![b'x'; CHUNK_BYTES];
            let mut unaccounted = 0;
            while !recorder.is_stopped() {
                let written = stream.write(&chunk).await?;
                unaccounted = account(&recorder, unaccounted, written);
            }
            stream.shutdown().await
        }));
    }
    recorder.measure(options).await?;
    recorder.finish(tasks).await
}

/// Counts bytes at once and messages when they are whole; what is left of the next message.
fn account(recorder: &Recorder, unaccounted: usize, bytes: usize) -> usize {
    let total = unaccounted + bytes;
    recorder.count((total / CHUNK_BYTES) as u64, bytes as u64);
    total % CHUNK_BYTES
}
