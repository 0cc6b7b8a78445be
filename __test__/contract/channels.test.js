'use strict';

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const nodeNet = require('node:net');
const process = require('node:process');
const { describe, test } = require('node:test');

const safe = require('../..');

const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';

/** What the channels say until the end of the test. */
function listen(t) {
  const heard = [];
  for (const name of ['opened', 'closed', 'refused']) {
    const listener = (message) => heard.push({ name, ...message });
    diagnostics.subscribe(`safe-socket:${name}`, listener);
    t.after(() => diagnostics.unsubscribe(`safe-socket:${name}`, listener));
  }
  return heard;
}

async function listening(t, server) {
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, host: '127.0.0.1' };
}

describe('the channels', { skip }, () => {
  test('tell of both ends of a connection, opened and closed', async (t) => {
    const options = await listening(
      t,
      safe.createServer((socket) => socket.resume()),
    );
    const heard = listen(t);
    const client = safe.connect(options);
    client.end('hello');
    client.resume();
    await once(client, 'close');
    while (heard.length < 4) await new Promise(setImmediate);
    const of = (name) => heard.filter((message) => message.name === name);
    assert.equal(of('opened').length, 2);
    assert.ok(of('opened').some(({ socket }) => socket === client));
    assert.deepEqual(
      of('closed')
        .map(({ endedBy, bytesDelivered, bytesUndelivered }) => [endedBy, bytesDelivered, bytesUndelivered])
        .sort(),
      [
        ['local', 5, 0],
        ['peer', 0, 0],
      ],
    );
  });

  for (const [kind, connect] of [
    ['safe-socket', safe.connect],
    ['guarded net', (options) => safe.safeSocket(nodeNet.connect(options))],
  ]) {
    test(`tell how many bytes of a socket of ${kind} were not delivered`, async (t) => {
      const options = await listening(t, nodeNet.createServer({ pauseOnConnect: true }));
      const client = connect(options);
      await once(client, 'connect');
      const heard = listen(t);
      client.write(Buffer.alloc(16_000_000));
      client.destroy();
      const closed = heard.find(({ name }) => name === 'closed');
      assert.equal(closed.socket, client);
      assert.equal(closed.endedBy, 'destroy');
      assert.ok(closed.bytesUndelivered > 0);
      assert.equal(closed.bytesDelivered + closed.bytesUndelivered, 16_000_000);
      assert.throws(() => client.write('x'), { code: 'ERR_SOCKET_ALREADY_ENDED' });
      assert.equal(heard.filter(({ name }) => name === 'refused').length, 1);
    });
  }
});
