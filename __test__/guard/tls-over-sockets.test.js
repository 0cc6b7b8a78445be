'use strict';

/** TLS over sockets that are guarded: Node reads and writes these below JavaScript, or through their methods. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { Duplex } = require('node:stream');
const { describe, it } = require('node:test');
const tls = require('node:tls');

const { safeSocket } = require('../../lib/safe-socket');
const { refuses, turns } = require('../support/refusal');
const { credentials } = require('../support/tls');

/**
 * @param {any} t
 * @returns {Promise<net.Socket>} connected to a TLS echo server
 */
async function wireToEcho(t) {
  const server = tls.createServer(credentials, (socket) => socket.on('error', () => {}).pipe(socket));
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire = net.connect(/** @type {any} */ (server.address()).port, '127.0.0.1');
  t.after(() => wire.destroy());
  await once(wire, 'connect');
  return wire;
}

/** A Duplex that is no socket of Node's: TLS uses its methods. */
class Tunnel extends Duplex {
  constructor(wire) {
    super();
    this.wire = wire;
    wire.on('data', (chunk) => this.push(chunk));
    wire.on('end', () => this.push(null));
    wire.on('error', () => {});
  }

  _read() {}

  _write(chunk, encoding, callback) {
    this.wire.write(chunk, callback);
  }

  _final(callback) {
    this.wire.end(callback);
  }

  _destroy(error, callback) {
    this.wire.destroy();
    callback(error);
  }
}

const CARRIERS = [
  { name: 'a guarded net.Socket', carry: (wire) => safeSocket(wire) },
  { name: 'a guarded Duplex', carry: (wire) => safeSocket(new Tunnel(wire)) },
];

for (const { name, carry } of CARRIERS) {
  describe(`TLS over ${name}`, { timeout: 150_000 }, () => {
    /**
     * @param {any} t
     */
    const connect = async (t) => {
      const carrier = carry(await wireToEcho(t));
      const socket = tls.connect({ socket: carrier, ca: credentials.cert, servername: 'localhost' });
      socket.on('error', () => {});
      t.after(() => socket.destroy());
      await once(socket, 'secureConnect');
      return { carrier, socket };
    };

    it('exchanges data, and closes both', async (t) => {
      const { carrier, socket } = await connect(t);
      socket.write('hello');
      assert.equal(String((await once(socket, 'data'))[0]), 'hello');
      socket.end();
      await once(socket, 'close');
      if (!carrier.destroyed) await once(carrier, 'close');
      refuses(() => carrier.write('x'));
    });

    // Node 20, 22 and 24 crash, guarded or not, where TLS writes over a net.Socket that was destroyed.
    if (name === 'a guarded net.Socket') return;
    it('throws nothing when the carrier is destroyed under it', async (t) => {
      const { carrier, socket } = await connect(t);
      carrier.destroy();
      socket.write('hello');
      await turns(10);
      assert.equal(carrier.destroyed, true);
    });

    it('throws nothing when the carrier is ended under it', async (t) => {
      const { carrier, socket } = await connect(t);
      carrier.end();
      socket.write('hello');
      socket.end();
      await turns(10);
      assert.equal(carrier.writableEnded, true);
    });
  });
}

describe('a guarded tls.TLSSocket', { timeout: 150_000 }, () => {
  it('names the alert of the other side as the cause', async (t) => {
    const server = tls.createServer({
      ...credentials,
      requestCert: true,
      rejectUnauthorized: true,
      maxVersion: 'TLSv1.2',
    });
    server.on('tlsClientError', () => {});
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {any} */ (server.address());
    const socket = safeSocket(
      tls.connect({ port, host: '127.0.0.1', ca: credentials.cert, servername: 'localhost', ciphers: 'AES128-SHA' }),
    );
    const [error] = await once(socket, 'error');
    const { cause } = refuses(() => socket.write('x'), { endedBy: 'error' });
    assert.equal(cause, error);
    assert.match(cause.code, /^ERR_SSL_/);
  });

  it('names a certificate that was not accepted as the cause', async (t) => {
    const wire = await wireToEcho(t);
    const socket = safeSocket(tls.connect({ socket: wire, servername: 'localhost' }));
    const [error] = await once(socket, 'error');
    assert.equal(error.code, 'DEPTH_ZERO_SELF_SIGNED_CERT');
    assert.equal(refuses(() => socket.write('x'), { endedBy: 'error' }).cause, error);
  });
});
