'use strict';

/** Both ends of the connection on the error of a late call: what is known of them, and when. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const { Duplex } = require('node:stream');
const { describe, it } = require('node:test');

const safe = require('../..');
const { connected } = require('../support/connection');
const { listening } = require('../support/listening');
const { refuses } = require('../support/refusal');
const { acceptedBy, acceptedByNet, acceptedByTls, connectedBy } = require('../support/subjects');

const LOOPBACK = '127.0.0.1';
const UNKNOWN = { remoteAddress: undefined, remotePort: undefined, localAddress: undefined, localPort: undefined };

const ourSubjects = [
  acceptedBy(safe, 'a socket that our server has accepted', true, (socket) => safe.safeSocket(socket)),
  connectedBy('a socket that safeSocket() has connected', true, (options) => safe.safeSocket(options)),
];
const guardedSubjects = [
  acceptedByNet('a guarded net.Socket', true, (socket) => safe.safeSocket(socket)),
  acceptedByTls('a guarded tls.TLSSocket', true, (socket) => safe.safeSocket(socket)),
];
const tracedSubjects = [
  acceptedByNet('a traced net.Socket', true, (socket) => safe.safeSocket(socket, { trace: true })),
  acceptedByTls('a traced tls.TLSSocket', true, (socket) => safe.safeSocket(socket, { trace: true })),
];

/** Each ends a socket and leaves it closed. */
const CLOSINGS = {
  'our end()': async ({ socket, peer }) => {
    socket.resume();
    socket.end();
    peer.end();
    await once(socket, 'close');
  },
  'destroy()': async ({ socket }) => {
    socket.destroy();
    await once(socket, 'close');
  },
  "the peer's FIN": async ({ socket, peer }) => {
    socket.resume();
    const closed = once(socket, 'close');
    peer.end();
    await closed;
  },
  'a timeout': async ({ socket }) => {
    socket.setTimeout(1, () => socket.destroy());
    await once(socket, 'close');
  },
  'an error of the program': async ({ socket }) => {
    socket.once('error', () => {});
    socket.destroy(new Error('enough'));
    await new Promise((resolve) => socket.once('close', resolve));
  },
};

/** As the other side has them: asking the socket itself would make it remember. */
function addressesSeenBy(peer) {
  return {
    remoteAddress: peer.localAddress,
    remotePort: peer.localPort,
    localAddress: peer.remoteAddress,
    localPort: peer.remotePort,
  };
}

/** What net says of a socket of its own that is closed. */
async function addressesOfClosed(t) {
  const { socket } = await acceptedByNet('net', true, (plain) => plain).pair(t);
  socket.destroy();
  await once(socket, 'close');
  return [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort];
}

for (const subject of [...ourSubjects, ...tracedSubjects]) {
  describe(`the addresses on the error of ${subject.name}`, { timeout: 150_000 }, () => {
    for (const [name, close] of Object.entries(CLOSINGS)) {
      it(`are those of the connection, after ${name} and 'close'`, async (t) => {
        const pair = await subject.pair(t);
        // Over TLS the connection of the socket is the wire's.
        const expected = addressesSeenBy(pair.wire);
        await close(pair);
        refuses(() => pair.socket.write('x'), expected);
      });
    }
  });
}

for (const subject of [...ourSubjects, ...guardedSubjects]) {
  describe(`the addresses on the error of ${subject.name}`, { timeout: 150_000 }, () => {
    it('are those of the connection while it is open', async (t) => {
      const { socket, wire } = await subject.pair(t);
      const expected = addressesSeenBy(wire);
      socket.end();
      refuses(() => socket.write('x'), expected);
      refuses(() => socket.end('x'), expected);
    });
  });
}

for (const subject of ourSubjects) {
  describe(`the addresses of ${subject.name}`, { timeout: 150_000 }, () => {
    it('are on the error alone: the socket says of itself what a closed one of net says', async (t) => {
      const { socket } = await subject.pair(t);
      const before = Object.keys(socket);
      socket.destroy();
      await once(socket, 'close');
      assert.equal(refuses(() => socket.write('x')).remoteAddress, LOOPBACK);
      const own = [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort];
      assert.deepEqual(own, await addressesOfClosed(t));
      assert.deepEqual(Object.keys(socket), before);
    });

    it('after a reset are our own, and the peer’s if it was asked for before', async (t) => {
      for (const asksBefore of [false, true]) {
        const { socket, wire } = await subject.pair(t);
        const { localAddress, localPort, ...remote } = addressesSeenBy(wire);
        if (asksBefore) assert.equal(socket.remoteAddress, LOOPBACK);
        socket.resume();
        const failed = new Promise((resolve) => socket.once('error', resolve));
        wire.resetAndDestroy();
        await failed;
        const known = asksBefore ? remote : { remoteAddress: undefined, remotePort: undefined };
        refuses(() => socket.write('x'), { endedBy: 'reset', localAddress, localPort, ...known });
      }
    });
  });
}

describe('the addresses on the error', { timeout: 150_000 }, () => {
  it('of a guarded net.Socket that is closed are unknown, but for what the program had asked for', async (t) => {
    const [subject] = guardedSubjects;
    const unasked = await subject.pair(t);
    const asked = await subject.pair(t);
    const { remoteAddress } = asked.socket;
    for (const { socket } of [unasked, asked]) {
      socket.destroy();
      await once(socket, 'close');
    }
    const error = refuses(() => unasked.socket.write('x'), UNKNOWN);
    assert.equal('remoteAddress' in error, false);
    refuses(() => asked.socket.write('x'), { ...UNKNOWN, remoteAddress, remotePort: asked.peer.localPort });
  });

  it('of Unix-domain sockets of ours is a path on the side that has one', async (t) => {
    const server = safe.createServer();
    const connect = (options) => safe.connect(options);
    const { socket, peer } = await connected(t, connect, server, true);
    const path = server.address();
    socket.end();
    refuses(() => socket.write('x'), { ...UNKNOWN, remoteAddress: path });
    peer.destroy();
    await once(peer, 'close');
    refuses(() => peer.write('x'), { ...UNKNOWN, localAddress: path });
    socket.destroy();
    await once(socket, 'close');
    refuses(() => socket.write('x'), { ...UNKNOWN, remoteAddress: path });
  });

  it('are of the connection that ended, and not of the one before', async (t) => {
    const server = net.createServer((peer) => peer.on('error', () => {}));
    const port = await listening(t, server);
    const socket = new safe.Socket();
    t.after(() => socket.destroy());
    const ports = [];
    for (let life = 0; life < 2; life += 1) {
      socket.connect({ port, host: LOOPBACK });
      const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
      ports.push(peer.remotePort);
      socket.destroy();
      await once(socket, 'close');
      refuses(() => socket.write('x'), { remoteAddress: LOOPBACK, remotePort: port, localPort: ports[life] });
    }
    assert.notEqual(ports[0], ports[1]);
  });

  it('are known of a socket that was ended before it was connected', async (t) => {
    const server = net.createServer((peer) => peer.resume().on('error', () => {}));
    const port = await listening(t, server);
    const socket = safe.safeSocket({ port, host: LOOPBACK });
    socket.resume().end('early');
    refuses(() => socket.write('x'), UNKNOWN);
    const [peer] = await once(server, 'connection');
    const localPort = peer.remotePort;
    await once(socket, 'close');
    refuses(() => socket.write('x'), { remoteAddress: LOOPBACK, remotePort: port, localPort });
  });

  it('are unknown of a connection that was never made', async (t) => {
    const server = net.createServer();
    const port = await listening(t, server);
    server.close();
    await once(server, 'close');
    const socket = safe.safeSocket({ port, host: LOOPBACK });
    const [cause] = await new Promise((resolve) => socket.once('error', (...args) => resolve(args)));
    assert.equal(cause.code, 'ECONNREFUSED');
    refuses(() => socket.write('x'), { cause, remoteAddress: undefined, remotePort: undefined });
  });

  for (const [name, module] of [
    ['node:http', http],
    ['safe-socket/http', require('../../http')],
  ]) {
    it(`of a response of ${name} are those of its connection, finished or lost`, async (t) => {
      const server = module.createServer();
      const port = await listening(t, server);
      const agent = new http.Agent({ keepAlive: true });
      t.after(() => agent.destroy());
      const request = http.get({ port, host: LOOPBACK, agent }).on('error', () => {});
      const [, response] = await once(server, 'request');
      safe.safeSocket(response);
      const { localPort } = request.socket;
      response.end('all');
      const [answer] = await once(request, 'response');
      await once(answer.resume(), 'end');
      refuses(() => response.write('x'), { remoteAddress: LOOPBACK, remotePort: localPort, localPort: port });
    });
  }

  it('are read again of a traced net.Socket that was ended before it was connected', async (t) => {
    const server = net.createServer((peer) => peer.on('error', () => {}));
    const port = await listening(t, server);
    const socket = safe.safeSocket(net.connect({ port, host: LOOPBACK }), { trace: true });
    socket.end('early');
    refuses(() => socket.write('x'), UNKNOWN);
    await once(socket, 'connect');
    refuses(() => socket.write('x'), { remoteAddress: LOOPBACK, remotePort: port, localPort: socket.localPort });
    socket.destroy();
  });

  for (const [what, remoteAddress] of [
    ['a getter that throws', () => assert.fail('not yours')],
    ['an object', () => ({})],
  ]) {
    it(`are not there of a stream that is no socket and has ${what} under these names`, () => {
      const stream = new Duplex({ write: (chunk, encoding, callback) => callback() });
      Object.defineProperty(stream, 'remoteAddress', { get: remoteAddress });
      Object.defineProperty(stream, 'localAddress', { value: Object.create(null) });
      safe.safeSocket(stream).end();
      const error = refuses(() => stream.write('x'));
      assert.deepEqual(Object.keys(error), ['code', 'operation', 'endedBy', 'endedAgoMs', 'bytesRefused']);
    });
  }
});
