'use strict';

/**
 * HTTP upgrade: a server that hands connections over to another protocol, here one of lines, and a client that asks for
 * it. From the upgrade on both hold a plain Rust-backed socket, which keeps the contract.
 */

const { once } = require('node:events');

const { get, createServer } = require('safe-socket/http');

const HANDSHAKE = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: ticker', '', ''].join('\r\n');

const server = createServer((req, res) => res.writeHead(426, { upgrade: 'ticker' }).end());

server.on('upgrade', (req, socket) => {
  socket.on('error', () => {});
  // HTTP leaves its connections half-open: the other half is ours to end.
  socket.resume().on('end', () => socket.end());
  socket.write(HANDSHAKE);
  let tick = 0;
  const ticker = setInterval(() => {
    try {
      socket.write(`tick ${(tick += 1)}\n`);
    } catch (err) {
      if (err.code !== 'ERR_SOCKET_ALREADY_ENDED') throw err;
      clearInterval(ticker);
      console.log(`the ticker stops, ended by ${err.endedBy}`);
    }
  }, 10);
});

async function main() {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const to = { port: server.address().port, host: '127.0.0.1', agent: false };

  const [plain] = await once(get(to), 'response');
  console.log(`without upgrade: ${plain.statusCode} ${plain.headers.upgrade}`);
  plain.resume();

  const request = get({ ...to, headers: { connection: 'Upgrade', upgrade: 'ticker' } });
  const [response, socket] = await once(request, 'upgrade');
  console.log(`with: ${response.statusCode}`);
  const [data] = await once(socket.setEncoding('utf8'), 'data');
  console.log(data.trim());
  socket.end();
  server.close();
}

main();
