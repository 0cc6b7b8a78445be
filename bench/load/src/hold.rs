//! Connections that do nothing: what one costs the server in memory.

use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::cpu;
use crate::options::Options;
use crate::recorder::report;

/// Connections made before the first look, so that what the server makes once is there already.
const WARM_UP_CONNECTIONS: usize = 200;

/// `--connections --pid`; the server collects its garbage whenever the first connection gets a
/// byte, and echoes it afterwards.
pub async fn run(options: &Options) -> io::Result<()> {
    let (addr, pid) = (options.addr()?, options.pid()?);
    let connections = options.number("connections", 10_000)?;
    let mut control = TcpStream::connect(addr).await?;
    let mut held = Vec::with_capacity(connections);
    for _ in 0..WARM_UP_CONNECTIONS {
        held.push(TcpStream::connect(addr).await?);
    }
    let before = settled(&mut control, pid).await?;
    for _ in 0..connections {
        held.push(TcpStream::connect(addr).await?);
    }
    let after = settled(&mut control, pid).await?;
    report(&format!(
        "{{\"connections\":{connections},\"residentBefore\":{before},\"residentAfter\":{after}}}"
    ))
}

async fn settled(control: &mut TcpStream, pid: u32) -> io::Result<u64> {
    use tokio::io::AsyncWriteExt;
    tokio::time::sleep(Duration::from_millis(300)).await;
    control.write_all(b"g").await?;
    control.read_u8().await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(cpu::resident(pid))
}
