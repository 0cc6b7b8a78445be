'use strict';

/**
 * A chat server with three clients, one of which vanishes in the middle of a broadcast: `node chat.js fin` by hanging
 * up, `node chat.js rst` by tearing the connection down. The two others get every message, and the server knows who was
 * lost, who ended that socket, and which message did not go out.
 */

const { once } = require('node:events');

const net = require('safe-socket');

const MESSAGES = ['hello', 'is anybody here?', 'the train is late', 'again', 'see you tomorrow'];

/** Vanishes at the second message. */
const QUITTER = 'cid';

/** @type {Map<string, net.Socket>} */
const room = new Map();

const server = net.createServer((socket) => {
  // A socket without a listener for 'error' ends the program when its connection is reset.
  socket.on('error', () => {});
  onLine(socket, (line) => {
    if (line.startsWith('I am ')) room.set(line.slice('I am '.length), socket);
    server.emit('answer');
  });
});

/**
 * @param {net.Socket} socket
 * @param {(line: string) => void} listener
 */
function onLine(socket, listener) {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(listener);
  });
}

/**
 * @param {string} message
 */
function broadcast(message) {
  for (const [name, socket] of room) {
    try {
      socket.write(`${message}\n`);
    } catch (err) {
      if (err.code !== 'ERR_SOCKET_ALREADY_ENDED') throw err;
      room.delete(name);
      console.log(`lost ${name}: socket ended by ${err.endedBy}, refused message: ${message}`);
    }
  }
}

/**
 * @param {string} name
 * @param {number} port
 * @param {'fin' | 'rst'} manner of vanishing
 * @returns {{ received: string[] }}
 */
function client(name, port, manner) {
  const socket = net.connect(port, '127.0.0.1');
  /** @type {string[]} */
  const received = [];
  socket.write(`I am ${name}\n`);
  onLine(socket, (message) => {
    received.push(message);
    if (name !== QUITTER || received.length < 2) socket.write('got it\n');
    else if (manner === 'rst') socket.resetAndDestroy();
    else if (socket.writable) socket.end();
  });
  return { received };
}

/**
 * @param {'fin' | 'rst'} manner
 */
async function main(manner) {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const names = ['ann', 'bob', QUITTER];
  const [ann, bob] = names.map((name) => client(name, port, manner));
  while (room.size < names.length) await once(server, 'answer');

  for (const message of MESSAGES) {
    broadcast(message);
    // The next message when those who stay have this one.
    while (![ann, bob].every(({ received }) => received.includes(message))) await once(server, 'answer');
  }

  for (const socket of room.values()) socket.end();
  server.close();
  console.log(`ann received ${ann.received.length} of ${MESSAGES.length} messages`);
  console.log(`bob received ${bob.received.length} of ${MESSAGES.length} messages`);
}

main(process.argv[2] === 'rst' ? 'rst' : 'fin');
