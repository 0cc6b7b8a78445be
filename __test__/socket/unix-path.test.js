'use strict';

/** The file of a Unix-domain socket: made by bind(2), and removed with whoever has the socket by then. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const safeSocket = require('../..');

/** net has BoundSockets with paths from Node 24 on. */
const nodeHasBoundPaths = Boolean(
  /** @type {any} */ (net).BoundSocket?.prototype && 'isPipe' in /** @type {any} */ (net).BoundSocket.prototype,
);

/** @type {Array<{ name: string, implementation: any, hasBoundPaths: boolean }>} */
const IMPLEMENTATIONS = [
  { name: 'net', implementation: net, hasBoundPaths: nodeHasBoundPaths },
  { name: 'safe-socket', implementation: safeSocket, hasBoundPaths: true },
];

for (const { name, implementation, hasBoundPaths } of IMPLEMENTATIONS) {
  test(`${name}: a server removes its path when it closes`, async (t) => {
    const file = temporaryPath(t);
    const server = implementation.createServer().listen(file);
    await once(server, 'listening');
    assert.equal(fs.existsSync(file), true);
    server.close();
    await once(server, 'close');
    assert.equal(fs.existsSync(file), false);
  });

  test(`${name}: a path that somebody removed already does not matter`, async (t) => {
    const file = temporaryPath(t);
    const server = implementation.createServer().listen(file);
    await once(server, 'listening');
    fs.rmSync(file);
    server.close();
    await once(server, 'close');
  });

  test(`${name}: a path in use is EADDRINUSE, and stays`, async (t) => {
    const file = temporaryPath(t);
    const first = implementation.createServer().listen(file);
    t.after(() => first.close());
    await once(first, 'listening');
    const second = implementation.createServer().listen(file);
    const [error] = await once(second, 'error');
    assert.equal(error.code, 'EADDRINUSE');
    assert.equal(fs.existsSync(file), true);
  });

  test(`${name}: a bound socket that is closed removes its path`, { skip: !hasBoundPaths }, (t) => {
    const file = temporaryPath(t);
    const bound = new implementation.BoundSocket({ path: file });
    assert.equal(fs.existsSync(file), true);
    bound.close();
    assert.equal(fs.existsSync(file), false);
  });

  test(
    `${name}: a server and a client that adopt bound sockets remove their paths`,
    { skip: !hasBoundPaths },
    async (t) => {
      const [serverFile, clientFile] = [temporaryPath(t), temporaryPath(t)];
      const server = implementation.createServer().listen(new implementation.BoundSocket({ path: serverFile }));
      await once(server, 'listening');
      const client = new implementation.Socket({ handle: new implementation.BoundSocket({ path: clientFile }) });
      client.connect(serverFile);
      await once(client, 'connect');
      assert.deepEqual([fs.existsSync(serverFile), fs.existsSync(clientFile)], [true, true]);
      client.destroy();
      server.close();
      await Promise.all([once(client, 'close'), once(server, 'close')]);
      assert.deepEqual([fs.existsSync(serverFile), fs.existsSync(clientFile)], [false, false]);
    },
  );

  test(`${name}: an abstract path leaves no file`, { skip: process.platform !== 'linux' }, async () => {
    const file = `\0safe-socket-${process.pid}-${name}`;
    const server = implementation.createServer((/** @type {any} */ socket) => socket.end('hello')).listen(file);
    await once(server, 'listening');
    const client = implementation.connect(file);
    const [data] = await once(client, 'data');
    assert.equal(String(data), 'hello');
    server.close();
    await once(server, 'close');
  });
}

/**
 * @param {import('node:test').TestContext} t
 * @returns {string} where nothing is yet
 */
function temporaryPath(t) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  t.after(() => fs.rmSync(dir, { recursive: true, force: true }));
  return path.join(dir, 'socket');
}
