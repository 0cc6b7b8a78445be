'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');

const safe = require('../..');
const { connected: connectedBy } = require('../support/connection');

const run = promisify(execFile);
/** Sockets of a broadcast. */
const MEMBERS = 200;

const connected = (t, options) => connectedBy(t, (to) => safe.connect({ ...to, ...options }));

const PACKAGE = JSON.stringify(path.join(__dirname, '..', '..'));

/** @param {any} peer */
async function textOf(peer) {
  const chunks = [];
  for await (const chunk of peer) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('writes of one tick', () => {
  it('arrive in order, whatever they are made of', async (t) => {
    const { socket, peer } = await connected(t);
    socket.write('a');
    socket.write(Buffer.from('b'));
    socket.write('63', 'hex');
    socket.write(new Uint8Array([100]));
    socket.cork();
    socket.write('e');
    socket.uncork();
    socket.write('f');
    socket.write('x'.repeat(100_000));
    socket.write('g');
    socket.end('h');
    assert.equal(await textOf(peer), `abcdef${'x'.repeat(100_000)}gh`);
  });

  it('count as written at once', async (t) => {
    const { socket, peer } = await connected(t);
    peer.resume();
    for (let i = 0; i < 10; i += 1) assert.equal(socket.write('é'), true);
    assert.deepEqual([socket.bytesWritten, socket.writableLength], [20, 0]);
  });

  it('keep the bytes that they were given', async (t) => {
    const { socket, peer } = await connected(t);
    const chunk = Buffer.from('first');
    socket.write('>');
    socket.write(chunk);
    chunk.fill('!');
    socket.end();
    assert.equal(await textOf(peer), '>first');
  });

  it('call their callbacks in order, on the tick on which net calls them', async (t) => {
    const orders = [];
    for (const connect of [net.connect, safe.connect]) {
      const server = net.createServer((peer) => peer.resume());
      t.after(() => server.close());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const socket = connect(server.address().port, '127.0.0.1');
      t.after(() => socket.destroy());
      await once(socket, 'connect');
      const order = [];
      await new Promise((resolve) => {
        socket.write('1', () => order.push(1));
        socket.write('2', () => order.push(2));
        process.nextTick(() => order.push('tick'));
        socket.write('3', (error) => order.push(3, error));
        setImmediate(resolve);
      });
      orders.push(order);
    }
    assert.deepEqual(orders[1], orders[0]);
  });

  it('leave before destroy() closes the socket', async (t) => {
    const { socket, peer } = await connected(t);
    socket.write('a');
    socket.write('b');
    socket.destroy();
    assert.equal(await textOf(peer), 'ab');
  });

  it('leave before process.exit() ends the process', async (t) => {
    const server = net.createServer();
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    const program = `require(${PACKAGE}).connect(${server.address().port}, '127.0.0.1', function () {
      this.write('a'); this.write('b'); this.write('c'); process.exit();
    })`;
    const [[peer]] = await Promise.all([accepted, run(process.execPath, ['-e', program])]);
    assert.equal(await textOf(peer), 'abc');
  });

  it('leave although the callback for another socket throws', async (t) => {
    const server = net.createServer({ pauseOnConnect: true });
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const arrived = new Map();
    const done = new Promise((resolve) => {
      server.on('connection', (peer) => {
        textOf(peer).then((text) => {
          arrived.set(text[0], text);
          if (arrived.size === 3) resolve(arrived);
        });
      });
    });
    // The callback is due before the second batch of `a` is sent: it is called when that is.
    const program = `
      const { once } = require('node:events');
      const caught = [];
      process.on('uncaughtException', (error) => caught.push(error.message));
      const sockets = [0, 0, 0].map(() => require(${PACKAGE}).connect(${server.address().port}, '127.0.0.1'));
      Promise.all(sockets.map((socket) => once(socket, 'connect'))).then(() => setImmediate(() => {
        const [x, a, b] = sockets;
        let calls = 0;
        const callback = () => { calls += 1; if (calls === 4) throw new Error('the fourth'); };
        x.write('x1');
        x.write('x2');
        process.nextTick(() => {
          a.write('a3', callback);
          a.write('a4', callback);
          b.write('b1');
          b.write('b2', () => console.log('sent', calls, caught));
        });
        a.write('a1', callback);
        a.write('a2', callback);
        // After an exception Node goes on with the ticks in an immediate of its own.
        setImmediate(() => setImmediate(() => setImmediate(() => process.exit())));
      }));`;
    const { stdout } = await run(process.execPath, ['-e', program]);
    const texts = Object.fromEntries(await done);
    assert.deepEqual(texts, { x: 'x1x2', a: 'a1a2a3a4', b: 'b1b2' });
    assert.equal(stdout, "sent 4 [ 'the fourth' ]\n");
  });

  it('report to their callbacks when the peer has reset the connection', async (t) => {
    const { socket, peer } = await connected(t, { allowHalfOpen: true });
    const failure = once(socket, 'error');
    peer.resetAndDestroy();
    await once(peer, 'close');
    const outcomes = [];
    while (socket.writable) {
      socket.write('x', (error) => outcomes.push(error?.code));
      if (socket.writable) socket.write('y', (error) => outcomes.push(error?.code));
      await new Promise(setImmediate);
    }
    const [error] = await failure;
    assert.match(error.code, /^(ECONNRESET|EPIPE)$/);
  });

  it('take no more memory than a broadcast of small messages needs', async (t) => {
    const server = safe.createServer();
    t.after(() => server.close());
    /** @type {any[]} */
    const members = [];
    const allThere = new Promise((resolve) => {
      server.on('connection', (/** @type {any} */ member) => {
        members.push(member);
        t.after(() => member.destroy());
        if (members.length === MEMBERS) resolve(undefined);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    for (let i = 0; i < MEMBERS; i += 1) net.connect({ port: server.address().port, host: '127.0.0.1' }).resume();
    await allThere;
    const before = process.memoryUsage().arrayBuffers;
    for (const message of ['one', 'two', 'three']) for (const member of members) member.write(message);
    const grown = process.memoryUsage().arrayBuffers - before;
    assert.ok(grown < MEMBERS * 8192, `${grown} bytes for ${MEMBERS} sockets`);
  });

  it('outgrow what a batch begins with', async (t) => {
    const { socket, peer } = await connected(t);
    let expected = '';
    for (let length = 1; length < 3000; length += 100) {
      const text = `<${'é'.repeat(length)}>`;
      expected += text;
      socket.write(text);
    }
    socket.end();
    assert.equal(await textOf(peer), expected);
  });

  it('go one by one with { gather: false }', async (t) => {
    const { socket, peer } = await connected(t, { gather: false });
    socket.write('a');
    socket.write('b');
    const sent = socket.bytesWritten;
    socket.end();
    assert.deepEqual([sent, await textOf(peer)], [2, 'ab']);
  });

  it('go one by one on the sockets of a server with { gather: false }', async (t) => {
    const server = safe.createServer({ gather: false });
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    net.connect({ port: server.address().port, host: '127.0.0.1' }).resume();
    const [socket] = await once(server, 'connection');
    t.after(() => socket.destroy());
    socket.write('a');
    socket.write('b');
    const { bytesAccepted } = socket;
    socket.end();
    assert.equal(bytesAccepted, 2);
  });
});
