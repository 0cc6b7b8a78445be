//! Servers on tokio alone: the limit of what a single thread can do with these system calls, and
//! the other side for a client that is measured.

use std::io;
use std::rc::Rc;
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;

use crate::options::{Options, invalid};
use crate::recorder::{Recorder, report};

const CHUNK_BYTES: usize = 64 * 1024;
const WRITE_BYTES: usize = 32;
const WRITES_PER_REQUEST: usize = 32;

/// `--workload echo | writes | source | sink`; prints its port, and serves until it is killed.
pub async fn serve(options: &Options) -> io::Result<()> {
    let workload = options.text("workload").unwrap_or("echo").to_owned();
    let listener = listen()?;
    loop {
        let (stream, _) = listener.accept().await?;
        let workload = workload.clone();
        spawn_local(async move {
            match workload.as_str() {
                "echo" => echo(stream, None).await,
                "writes" => writes(stream).await,
                "source" => source(stream).await,
                "sink" => sink(stream).await,
                other => Err(invalid(&format!("no workload {other:?}"))),
            }
        });
    }
}

/// Echoes each connection's one message, and measures the process that makes the connections.
/// Its id comes as a line on standard input, as it is started after this one.
pub async fn answer(options: &Options) -> io::Result<()> {
    let listener = listen()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    let pid = line
        .trim()
        .parse()
        .map_err(|_| invalid("the process id must be a number"))?;
    let recorder = Rc::new(Recorder::default());
    let accepting = {
        let recorder = Rc::clone(&recorder);
        spawn_local(async move {
            loop {
                let (stream, _) = listener.accept().await?;
                let recorder = Rc::clone(&recorder);
                spawn_local(async move { echo(stream, Some(&recorder)).await });
            }
        })
    };
    recorder.measure_process(options, pid).await?;
    accepting.abort();
    recorder.finish(vec![accepting]).await
}

/// A listening socket on a port of its own, which is printed.
fn listen() -> io::Result<TcpListener> {
    let socket = tokio::net::TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(std::net::SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let listener = socket.listen(1024)?;
    report(&format!("{{\"port\":{}}}", listener.local_addr()?.port()))?;
    Ok(listener)
}

/// With a recorder, a message is a connection.
async fn echo(mut stream: TcpStream, recorder: Option<&Recorder>) -> io::Result<()> {
    let start = Instant::now();
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut bytes = 0;
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        stream.write_all(&buffer[..read]).await?;
        bytes += read;
    }
    if let Some(recorder) = recorder {
        recorder.finished(start, bytes);
    }
    Ok(())
}

/// One send of all the small writes: what a program in Rust would do.
async fn writes(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK_BYTES];
    let answer = [b'x'; WRITE_BYTES * WRITES_PER_REQUEST];
    while stream.read(&mut buffer).await? > 0 {
        stream.write_all(&answer).await?;
    }
    Ok(())
}

async fn source(mut stream: TcpStream) -> io::Result<()> {
    let chunk = vec![b'x'; CHUNK_BYTES];
    loop {
        stream.write_all(&chunk).await?;
    }
}

async fn sink(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK_BYTES];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
