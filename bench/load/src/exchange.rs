//! Requests and their responses, each of a known length, with so many in flight on a connection.
//!
//! A connection reads and writes in one task, and so cannot deadlock with a server that reads no
//! more until it has written.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::spawn_local;

use crate::options::Options;
use crate::recorder::Recorder;

const READ_BYTES: usize = 256 * 1024;

/// What travels, and how much of it at once.
#[derive(Debug)]
struct Shape {
    request: Vec<u8>,
    response_len: usize,
    in_flight: usize,
}

/// `--connections --request BYTES --response BYTES --in-flight --active --http PATH`
pub async fn run(options: &Options) -> io::Result<()> {
    let addr = options.addr()?;
    let connections = options.number("connections", 1)?;
    let shape = Rc::new(match options.text("http") {
        Some(path) => http_shape(addr, path, options.number("in-flight", 1)?).await?,
        None => Shape {
            request: vec![b'x'; options.number("request", 64)?],
            response_len: options.number("response", 64)?,
            in_flight: options.number("in-flight", 1)?,
        },
    });
    let recorder = Rc::new(Recorder::default());
    // Fewer connections at a time than there are: they take turns, first come, first served.
    let turns = Rc::new(Semaphore::new(options.number("active", connections)?));
    let takes_turns = options.text("active").is_some();
    let mut tasks = Vec::with_capacity(connections);
    for _ in 0..connections {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        let (shape, recorder) = (Rc::clone(&shape), Rc::clone(&recorder));
        let turns = takes_turns.then(|| Rc::clone(&turns));
        tasks.push(spawn_local(async move {
            match turns {
                None => Exchange::new(stream, &shape, &recorder).run().await,
                Some(turns) => take_turns(stream, &shape, &recorder, &turns).await,
            }
        }));
    }
    recorder.measure(options).await?;
    recorder.finish(tasks).await
}

/// Asks once, to learn how long the request and the response are.
async fn http_shape(addr: std::net::SocketAddr, path: &str, in_flight: usize) -> io::Result<Shape> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").into_bytes();
    let mut stream = TcpStream::connect(addr).await?;
    stream.write_all(&request).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let body: usize = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|value| value.trim().parse().ok())
        .ok_or_else(|| crate::options::invalid("the response has no Content-Length"))?;
    Ok(Shape {
        request,
        response_len: head.len() + body,
        in_flight,
    })
}

async fn take_turns(
    mut stream: TcpStream,
    shape: &Shape,
    recorder: &Recorder,
    turns: &Semaphore,
) -> io::Result<()> {
    let mut response = vec![0; shape.response_len];
    while !recorder.is_stopped() {
        let Ok(_turn) = turns.acquire().await else {
            break;
        };
        let start = Instant::now();
        stream.write_all(&shape.request).await?;
        stream.read_exact(&mut response).await?;
        recorder.finished(start, response.len());
    }
    Ok(())
}

struct Exchange<'a> {
    stream: TcpStream,
    shape: &'a Shape,
    recorder: &'a Recorder,
    /// When each request in flight began.
    started: VecDeque<Instant>,
    /// Bytes still to be written, of requests that follow one another.
    unsent: usize,
    /// Bytes of the response under way.
    received: usize,
    buffer: Vec<u8>,
    /// As many requests in a row as can be in flight.
    outgoing: Vec<u8>,
}

impl<'a> Exchange<'a> {
    fn new(stream: TcpStream, shape: &'a Shape, recorder: &'a Recorder) -> Self {
        Self {
            stream,
            shape,
            recorder,
            started: VecDeque::with_capacity(shape.in_flight),
            unsent: 0,
            received: 0,
            buffer: vec![0; READ_BYTES.min((shape.response_len * shape.in_flight).max(4096))],
            outgoing: shape.request.repeat(shape.in_flight),
        }
    }

    async fn run(mut self) -> io::Result<()> {
        for _ in 0..self.shape.in_flight {
            self.begin();
        }
        poll_fn(|cx| self.poll(cx)).await
    }

    fn begin(&mut self) {
        self.started.push_back(Instant::now());
        self.unsent += self.shape.request.len();
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            while self.unsent > 0 {
                // `unsent` counts from the end: requests are alike, so where one ends is all that matters.
                let rest = &self.outgoing[self.outgoing.len() - self.unsent..];
                match Pin::new(&mut self.stream).poll_write(cx, rest) {
                    Poll::Ready(written) => self.unsent -= written?,
                    Poll::Pending => break,
                }
            }
            if self.started.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let mut buffer = ReadBuf::new(&mut self.buffer);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(read) => read?,
            }
            let read = buffer.filled().len();
            if read == 0 {
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            self.received += read;
            while self.received >= self.shape.response_len {
                self.received -= self.shape.response_len;
                if let Some(start) = self.started.pop_front() {
                    self.recorder.finished(start, self.shape.response_len);
                }
                if !self.recorder.is_stopped() {
                    self.begin();
                }
            }
        }
    }
}
