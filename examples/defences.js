'use strict';

/**
 * Two ways to write to a socket that may have ended, without an exception. Neither has a race: nothing can end the
 * socket between the question and the write, because both are in one turn of the event loop.
 */

const net = require('safe-socket');

/** Each writes one line and says whether the socket took it. */
const DEFENCES = {
  'if (socket.writable)': (socket, line) => {
    if (!socket.writable) return false;
    socket.write(line);
    return true;
  },
  'safeSend(socket, data)': (socket, line) => net.safeSend(socket, line),
};

for (const [name, write] of Object.entries(DEFENCES)) {
  let accepted = 0;
  let received = '';

  const server = net.createServer((socket) => {
    const timer = setInterval(() => {
      if (write(socket, `line ${accepted + 1}\n`)) accepted += 1;
      else clearInterval(timer);
    }, 2);
    // Another part of the program decides when it is over.
    setTimeout(() => socket.end(), 30);
  });

  server.listen(0, '127.0.0.1', () => {
    const client = net.connect(server.address().port, '127.0.0.1');
    client.setEncoding('utf8');
    client.on('data', (data) => (received += data));
    client.on('close', () => {
      console.log(`${name}: accepted ${accepted} lines, received ${received.split('\n').length - 1}, no exception`);
      server.close();
    });
  });
}
