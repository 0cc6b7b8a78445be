/** What a program uses of the package, part after part. Prints what came of each, as JSON. */

import nodeNet from 'node:net';

import net, { SocketAlreadyEndedError, safeSocket } from 'safe-socket';
import http from 'safe-socket/http';
import { connect, listen } from 'safe-socket/promises';

import { guardEverySocket } from './register.cjs';

/** @type {Record<string, () => unknown>} */
const PARTS = { guard, badArgument, trace, sockets, web, promises, register };

main();

async function main() {
  const outcomes = {};
  for (const [name, part] of Object.entries(PARTS)) {
    try {
      outcomes[name] = await part();
    } catch (error) {
      outcomes[name] = `${error.code}: ${error.message}`;
    }
  }
  console.log(JSON.stringify(outcomes));
}

function guard() {
  return new Promise((resolve) => {
    const server = nodeNet.createServer((socket) => {
      server.close();
      safeSocket(socket).end('bye');
      try {
        socket.write('late');
      } catch (error) {
        resolve([error.code, error.name, error instanceof SocketAlreadyEndedError, error.message.split(',')[0]]);
      }
    });
    server.listen(0, '127.0.0.1', () => nodeNet.connect(server.address().port, '127.0.0.1').resume());
  });
}

function badArgument() {
  try {
    return new net.Socket({ handle: 1 });
  } catch (error) {
    return error.stack.split('\n')[0];
  }
}

/** @returns {boolean} whether `SAFE_SOCKET_TRACE=1` names the program's file, where it ended the socket */
function trace() {
  const socket = safeSocket(nodeNet.connect(1, '127.0.0.1'));
  try {
    return socket.destroy().write('late');
  } catch (error) {
    return /^ +at .*\bmain\.m?js:/m.test(error.cause.stack);
  }
}

function sockets() {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => {
      server.close();
      socket.pipe(socket);
    });
    server.listen(0, () => {
      let text = '';
      const socket = net.connect(server.address().port, '127.0.0.1').end('echo');
      socket.on('data', (data) => (text += data)).on('close', () => resolve([text, socket instanceof net.Socket]));
    });
  });
}

function web() {
  return new Promise((resolve) => {
    const server = http.createServer((_, response) => response.end('web'));
    server.listen(0, () => {
      http.get({ port: server.address().port, host: '127.0.0.1', agent: false }, (response) => {
        server.close();
        response.on('data', (data) => resolve(String(data)));
      });
    });
  });
}

async function promises() {
  const server = await listen({ port: 0 }, (socket) => socket.end('promises'));
  let text = '';
  for await (const data of await connect(server.address().port, '127.0.0.1')) text += data;
  server.close();
  return text;
}

function register() {
  guardEverySocket();
  return nodeNet.connect(1, '127.0.0.1').destroy().write('late');
}
