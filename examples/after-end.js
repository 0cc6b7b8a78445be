'use strict';

/** What can be called on a socket after `end()`, and what comes of it. */

const net = require('safe-socket');

const server = net.createServer((socket) => {
  socket.end('Goodbye!');

  attempt("write('more')", () => socket.write('more'));
  attempt("end('more')", () => socket.end('more'));
  attempt('end()', () => socket.end());

  // On a socket that is all yours, a second end() is a mistake too.
  net.safeSocket(socket, { strict: true });
  attempt('end(), strict', () => socket.end());
});

/**
 * @param {string} call
 * @param {() => unknown} make
 */
function attempt(call, make) {
  try {
    make();
    console.log(`${call}: nothing is lost by it, so nothing is said`);
  } catch (err) {
    console.log(`${call}: ${err.code}, ended by ${err.endedBy}, ${err.bytesRefused} bytes refused`);
  }
}

server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.setEncoding('utf8');
  client.on('data', (data) => console.log(`the client received: ${data}`));
  client.on('close', () => server.close());
});
