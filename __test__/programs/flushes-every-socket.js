'use strict';

/**
 * Under the preload: sockets of every kind, none of them given to `safeSocket()`. Most write more than their other side, which
 * does not read, can take. Prints which of those `flushBeforeExit()` has not waited for in vain, and how many there were else.
 */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const http2 = require('node:http2');
const net = require('node:net');
const tls = require('node:tls');

const { flushBeforeExit } = require('../..');
const { credentials } = require('../support/tls');

const CHUNK = Buffer.alloc(8_000_000);
/** Those that have more to deliver than can be. @type {Map<any, string>} */
const kinds = new Map();

async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function ofNet() {
  const server = net.createServer({ pauseOnConnect: true });
  const port = await listening(server);
  const client = net.connect(port, '127.0.0.1');
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  accepted.write(CHUNK);
  client.pause().write(CHUNK);
  kinds.set(client, 'client').set(accepted, 'accepted');
}

async function ofTls() {
  const server = tls.createServer(credentials);
  const port = await listening(server);
  const client = tls.connect({ port, host: '127.0.0.1', ca: credentials.cert, servername: 'localhost' });
  const [[accepted]] = await Promise.all([once(server, 'secureConnection'), once(client, 'secureConnect')]);
  accepted.pause();
  client.write(CHUNK);
  kinds.set(client, 'tls client');
}

/** Node's http2 writes past the methods of both sockets. */
async function ofHttp2() {
  const server = http2.createServer((_request, response) => response.end('hello'));
  const session = http2.connect(`http://127.0.0.1:${await listening(server)}`);
  await once(session.request(), 'response');
}

function ofAChild() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.write(CHUNK);
  kinds.set(child.stdin, 'stdin of a child');
  process.once('exit', () => child.kill('SIGKILL'));
}

async function main() {
  for (const make of [ofNet, ofTls, ofHttp2, ofAChild]) await make();
  const { delivered, failed } = await flushBeforeExit({ timeout: 300 });
  console.log(JSON.stringify({ failed: failed.map(({ socket }) => kinds.get(socket)).sort(), delivered }));
  process.exit();
}

main();
