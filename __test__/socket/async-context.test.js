'use strict';

const assert = require('node:assert/strict');
const { AsyncLocalStorage, createHook, executionAsyncId, executionAsyncResource } = require('node:async_hooks');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { after, describe, it } = require('node:test');
const { setImmediate } = require('node:timers/promises');

const safe = require('../..');

/** Node 20 and 22 see the store of the first use where the ThreadDriver carries the events of accepted sockets. */
const skip =
  process.env.SAFE_SOCKET_DRIVER === 'thread' && Number.parseInt(process.versions.node, 10) < 24
    ? 'a row of the compatibility table'
    : false;

/** More than the kernel takes at once. */
const LARGE = 16 * 2 ** 20;

/**
 * @param {any} implementation
 * @returns {Promise<Map<string, Set<string | undefined>>>} the stores that were seen, by event
 */
async function storesSeen(implementation) {
  const storage = new AsyncLocalStorage();
  /** @type {Map<string, Set<string | undefined>>} */
  const seen = new Map();
  const note = (event) => () => {
    if (!seen.has(event)) seen.set(event, new Set());
    seen.get(event)?.add(storage.getStore());
  };
  const server = storage.run('createServer', () => implementation.createServer());
  server.on('connection', note('connection'));
  server.on('connection', (socket) => {
    for (const event of ['data', 'end', 'finish', 'close']) socket.on(event, note(`accepted ${event}`));
    socket.on('error', () => {});
  });
  server.on('close', note('server close'));
  storage.run('listen', () => server.listen(0, '127.0.0.1', note('listening')));
  await once(server, 'listening');

  const client = storage.run('new Socket', () => new implementation.Socket());
  for (const event of ['lookup', 'connect', 'ready', 'drain', 'finish', 'end', 'close']) client.on(event, note(event));
  const { port } = server.address();
  storage.run('connect()', () => client.connect({ port, host: 'localhost', family: 4 }));
  await once(client, 'connect');
  storage.run('write()', () => client.write('small', note('small write')));
  storage.run('write() of much', () => client.write(Buffer.alloc(LARGE), note('large write')));
  storage.run('end()', () => client.end(note('end callback')));
  client.resume();
  await once(client, 'close');
  storage.run('server.close()', () => server.close(note('close callback')));
  await once(server, 'close');

  const refused = storage.run('refused connect()', () => implementation.connect(port, '127.0.0.1'));
  refused.on('error', note('refused error'));
  refused.on('close', note('refused close'));
  await new Promise((resolve) => refused.once('close', resolve));
  return seen;
}

/**
 * @param {any} implementation
 * @returns {Promise<Record<string, boolean>>} by the events of an accepted socket, whether their resource is the one
 * that async hooks were told of
 */
async function resourcesSeen(implementation) {
  const resources = new Map();
  const hook = createHook({
    init(id, type, _trigger, resource) {
      if (type === 'TCPWRAP') resources.set(id, resource);
    },
  });
  /** @type {Record<string, boolean>} */
  const seen = {};
  const note = (event) => () => {
    seen[event] = resources.get(executionAsyncId()) === executionAsyncResource();
  };
  const server = implementation.createServer((socket) => {
    for (const event of ['data', 'end', 'close']) socket.on(event, note(event));
    socket.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  hook.enable();
  const client = net.connect(server.address().port, '127.0.0.1');
  client.resume().end('x');
  const [accepted] = await once(server, 'connection');
  await once(accepted, 'close');
  hook.disable();
  server.close();
  return seen;
}

/**
 * @param {any} implementation
 * @param {any} endpoint to listen on
 * @returns {Promise<string[]>} the async resources of a conversation that are sockets or servers, when all are destroyed
 */
async function resourceTypes(implementation, endpoint) {
  /** @type {string[]} */
  const types = [];
  const alive = new Set();
  const hook = createHook({
    init(id, type) {
      if (!/^(?:TCP|PIPE)(?:SERVER)?WRAP$/.test(type)) return;
      types.push(type);
      alive.add(id);
    },
    destroy(id) {
      alive.delete(id);
    },
  });
  hook.enable();
  const server = implementation.createServer((socket) => socket.end());
  await once(server.listen(endpoint), 'listening');
  const client = implementation.connect(endpoint.path ?? server.address().port);
  client.resume().end();
  await once(client, 'close');
  server.close();
  // Told in a phase of the loop, which nothing keeps going for it.
  while (alive.size > 0) await setImmediate();
  hook.disable();
  return types.sort();
}

describe('sockets and servers', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const [kind, endpoint] of Object.entries({
    TCP: { port: 0, host: '127.0.0.1' },
    PIPE: { path: process.platform === 'win32' ? null : path.join(folder, 'socket') },
  })) {
    it(
      `are to async hooks what those of net are: ${kind}`,
      { skip: endpoint.path === null, timeout: 60_000 },
      async () => {
        const types = await resourceTypes(net, endpoint);
        assert.deepEqual(types, [`${kind}SERVERWRAP`, `${kind}WRAP`, `${kind}WRAP`]);
        assert.deepEqual(await resourceTypes(safe, endpoint), types);
      },
    );
  }
});

describe('an accepted socket', () => {
  it('has one async resource in all of its events, as with net', async () => {
    assert.deepEqual(await resourcesSeen(safe), await resourcesSeen(net));
  });
});

describe('AsyncLocalStorage', () => {
  it('has the store that net gives in every event and callback', { skip }, async () => {
    assert.deepEqual(await storesSeen(safe), await storesSeen(net));
  });
});
