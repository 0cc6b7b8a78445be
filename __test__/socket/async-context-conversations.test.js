'use strict';

/**
 * `AsyncLocalStorage`: the store seen in every event and callback is the one that `net` gives.
 */

const assert = require('node:assert/strict');
const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');

const safe = require('../..');

const LOOPBACK = '127.0.0.1';
/** More than the kernel holds of a connection that nobody reads, whatever it has learned of the way there. */
const BIG = 'x'.repeat(16_000_000);

/**
 * Each conversation gets the implementation and a way to run code under a named store, and gives the sockets and
 * servers whose events are looked at.
 */
const conversations = {
  async 'a client made, connected and listened to in different contexts'(implementation, { within, watch }) {
    const server = within('server', () => implementation.createServer());
    watch('server', server);
    within('listener of connections', () =>
      server.on('connection', (socket) => {
        watch('accepted', socket);
        within('inside connection', () => socket.on('data', () => {}));
        socket.write('hello', () => watch.note('accepted write callback'));
      }),
    );
    within('listen', () => server.listen(0, LOOPBACK, () => watch.note('listen callback')));
    await once(server, 'listening');
    const client = within('new', () => new implementation.Socket());
    watch('client', client);
    within('data listener', () => client.on('data', () => {}));
    within('connect', () => client.connect(server.address().port, LOOPBACK, () => watch.note('connect callback')));
    await once(client, 'data');
    within('write', () => client.write(BIG, () => watch.note('write callback')));
    await once(client, 'drain');
    within('timeout', () => client.setTimeout(1, () => watch.note('timeout callback')));
    await once(client, 'timeout');
    within('end', () => client.end(() => watch.note('end callback')));
    await once(client, 'close');
    within('close', () => server.close(() => watch.note('server close callback')));
    await once(server, 'close');
  },

  async 'a client that is destroyed, and a connect that fails'(implementation, { within, watch }) {
    const server = implementation.createServer().listen(0, LOOPBACK);
    await once(server, 'listening');
    const { port } = server.address();
    const client = within('factory', () => implementation.connect(port, LOOPBACK));
    watch('client', client);
    await once(client, 'connect');
    within('destroy', () => client.destroy(new Error('on purpose')));
    await closed(client);
    server.close();
    await once(server, 'close');
    const failing = within('failing factory', () => implementation.connect(port, LOOPBACK));
    watch('failing', failing);
    await closed(failing);
  },

  async 'a Unix socket, reset by its peer in another context'(implementation, { within, watch }) {
    const file = path.join(os.tmpdir(), `als-${process.pid}-${implementation === net ? 'net' : 'safe'}`);
    const server = within('server', () => implementation.createServer());
    server.on('connection', (socket) => {
      watch('accepted', socket);
      within('answer', () => socket.end('bye', () => watch.note('accepted end callback')));
      socket.resume();
    });
    server.listen(file);
    await once(server, 'listening');
    const client = within('client', () => implementation.connect({ path: file, lookup() {} }));
    watch('client', client);
    within('reader', () => client.resume());
    await closed(client);
    server.close();
    await once(server, 'close');
  },

  async 'a name that is looked up'(implementation, { within, watch }) {
    const server = implementation.createServer((socket) => socket.end()).listen(0, LOOPBACK);
    await once(server, 'listening');
    const lookup = (host, options, done) => {
      watch.note('lookup');
      within('answer of lookup', () =>
        setImmediate(done, null, options.all ? [{ address: LOOPBACK, family: 4 }] : LOOPBACK, 4),
      );
    };
    const options = { port: server.address().port, host: 'name.test', lookup };
    const client = within('connect', () => implementation.connect(options, () => watch.note('connect callback')));
    watch('client', client);
    client.resume();
    await closed(client);
    server.close();
    await once(server, 'close');
  },
};

for (const [title, converse] of Object.entries(conversations)) {
  test(`AsyncLocalStorage gives the stores of net: ${title}`, async () => {
    const expected = await storesOf(net, converse);
    assert.ok(expected.length > 5);
    assert.deepEqual(await storesOf(safe, converse), expected);
  });
}

/**
 * @returns {Promise<string[]>} `who event: store`, in order for each emitter, sorted among them: what happens at both
 *   ends at once has no order
 */
async function storesOf(implementation, converse) {
  const storage = new AsyncLocalStorage();
  const seen = new Map();
  const note = (who, what) => {
    if (!seen.has(who)) seen.set(who, []);
    const line = `${who} ${what}: ${storage.getStore()}`;
    // How often data comes is the kernel's business.
    if (seen.get(who).at(-1) !== line) seen.get(who).push(line);
  };
  function watch(who, emitter) {
    const { emit } = emitter;
    emitter.emit = function (name, ...args) {
      if (name !== 'newListener' && name !== 'removeListener') note(who, name);
      return emit.call(this, name, ...args);
    };
    emitter.on('error', () => {});
  }
  watch.note = (what) => note(what, 'runs');
  await storage.run('outside', () =>
    converse(implementation, { within: (name, run) => storage.run(name, run), watch }),
  );
  return [...seen.keys()].sort().flatMap((who) => seen.get(who));
}

function closed(socket) {
  return new Promise((resolve) => socket.once('close', resolve));
}
