//! Short connections: connect, send one message, wait for its echo, close.

use std::io;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use crate::options::Options;
use crate::recorder::Recorder;

/// `--connections` at a time, `--request` bytes each.
pub async fn run(options: &Options) -> io::Result<()> {
    let addr = options.addr()?;
    let message = Rc::new(vec![b'x'; options.number("request", 64)?]);
    let recorder = Rc::new(Recorder::default());
    let mut tasks = Vec::new();
    for _ in 0..options.number("connections", 32)? {
        let (recorder, message) = (Rc::clone(&recorder), Rc::clone(&message));
        tasks.push(spawn_local(async move {
            let mut echo = vec![0; message.len()];
            while !recorder.is_stopped() {
                let start = Instant::now();
                let mut stream = TcpStream::connect(addr).await?;
                stream.write_all(&message).await?;
                stream.read_exact(&mut echo).await?;
                recorder.finished(start, echo.len());
            }
            Ok(())
        }));
    }
    recorder.measure(options).await?;
    recorder.finish(tasks).await
}
