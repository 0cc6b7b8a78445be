'use strict';

/** One part of a program closes a socket while another still writes to it. */

const path = require('node:path');

const net = require('safe-socket');

let accepted = 0;

const server = net.createServer((socket) => {
  net.safeSocket(socket, { trace: true });
  reportProgress(socket);
  hangUpOnRequest(socket);
});

/**
 * Knows nothing of the other part.
 *
 * @param {net.Socket} socket
 */
function reportProgress(socket) {
  const reporter = setInterval(() => {
    try {
      socket.write(`progress ${accepted + 1}\n`);
      accepted += 1;
    } catch (err) {
      if (err.code !== 'ERR_SOCKET_ALREADY_ENDED') throw err;
      clearInterval(reporter);
      console.log(`refused: progress ${accepted + 1}`);
      console.log(`ended by: ${err.endedBy}, ${lineOf(err.cause)}`);
    }
  }, 5);
}

/**
 * Knows nothing of the other part either.
 *
 * @param {net.Socket} socket
 */
function hangUpOnRequest(socket) {
  socket.once('data', function hangUp() {
    socket.end();
  });
}

/**
 * @param {Error} trace
 * @returns {string} where its stack begins
 */
function lineOf(trace) {
  return trace.stack
    .split('\n')[1]
    .trim()
    .replace(__dirname + path.sep, '');
}

server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  let received = '';
  client.setEncoding('utf8');
  client.on('data', (data) => {
    received += data;
    if (received.includes('progress 3\n')) client.write('enough');
  });
  client.on('end', () => {
    const lines = received.split('\n').length - 1;
    console.log(`accepted: ${accepted} lines, and the client received ${lines}`);
    server.close();
  });
});
