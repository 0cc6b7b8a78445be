'use strict';

/**
 * TLS in two ways: over Rust-backed sockets, and a guard put on a `tls.TLSSocket` of Node's own. The certificate is for
 * tests, and protects nothing.
 */

const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { text } = require('node:stream/consumers');
const tls = require('node:tls');

const { connect, createServer, safeSocket } = require('safe-socket');

const [key, cert] = ['key.pem', 'cert.pem'].map((file) =>
  fs.readFileSync(path.join(__dirname, '../__test__/fixtures', file)),
);

/**
 * @param {string} title
 * @param {tls.TLSSocket} connection
 */
function answer(title, connection) {
  const socket = safeSocket(connection);
  socket.on('error', () => {});
  socket.end(`Goodbye, by ${socket.getProtocol()}!`);
  try {
    socket.write('One more thing...');
  } catch (err) {
    console.log(`${title}: ${err.code}, ended by ${err.endedBy}`);
  }
}

async function overOurs() {
  const secure = tls.createServer({ key, cert }, (socket) => answer('over our sockets', socket));
  // Documented: a TLS server takes any connection by this event.
  const server = createServer((socket) => secure.emit('connection', socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect(server.address().port, '127.0.0.1');
  console.log(await text(tls.connect({ socket, ca: cert, servername: 'localhost' })));
  server.close();
}

async function guarded() {
  const server = tls.createServer({ key, cert }, (socket) => answer("guarding Node's", socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  console.log(await text(tls.connect({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' })));
  server.close();
}

overOurs().then(guarded);
