'use strict';

/** What `Duplex.toWeb()` makes of our sockets. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { Duplex } = require('node:stream');
const { describe, it } = require('node:test');

const { connect, listen } = require('../../promises');

const HOST = '127.0.0.1';

/**
 * @param {any} t
 * @param {(socket: any) => void} onconnection
 */
async function pair(t, onconnection) {
  const server = await listen({ port: 0, host: HOST }, onconnection);
  t.after(() => server.close());
  const socket = await connect(server.address().port, HOST);
  t.after(() => socket.destroy());
  return Duplex.toWeb(socket);
}

/** As `pair()`, of `net`. @type {typeof pair} */
async function pairOfNet(t, onconnection) {
  const server = net.createServer(onconnection).listen(0, HOST);
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const socket = net.connect(port, HOST);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return Duplex.toWeb(socket);
}

/** @param {ReadableStream} readable */
async function textOf(readable) {
  let text = '';
  for await (const chunk of readable.pipeThrough(new TextDecoderStream())) text += chunk;
  return text;
}

describe('web streams of a socket', () => {
  it('carry bytes in both directions, with backpressure', async (t) => {
    const { readable, writable } = await pair(t, (socket) => socket.pipe(socket));
    const received = textOf(readable);
    const writer = writable.getWriter();
    const chunk = new Uint8Array(100_000).fill(0x78);
    for (let i = 0; i < 40; i += 1) {
      await writer.ready;
      writer.write(chunk);
    }
    await writer.close();
    assert.equal((await received).length, 4_000_000);
  });

  it('reject a write when the other side has ended the socket', async (t) => {
    const lateWrite = async (/** @type {typeof pair} */ open) => {
      const { readable, writable } = await open(t, (socket) => socket.end('bye'));
      const writer = writable.getWriter();
      writer.closed.catch(() => {});
      assert.equal(await textOf(readable), 'bye');
      return writer.write(new Uint8Array(4)).then(
        () => undefined,
        (error) => error.code,
      );
    };
    // An older Node takes the writable half down with the readable one, and the write does not reach any socket.
    const code = (await lateWrite(pairOfNet)) === 'ABORT_ERR' ? 'ABORT_ERR' : 'ERR_SOCKET_ALREADY_ENDED';
    assert.equal(await lateWrite(pair), code);
  });

  it('end the socket when they are cancelled', async (t) => {
    const closed = new Promise((resolve) => {
      pair(t, (socket) =>
        socket
          .on('error', () => {})
          .on('close', resolve)
          .resume(),
      ).then(({ readable, writable }) => {
        readable.cancel().catch(() => {});
        writable.abort().catch(() => {});
      }, assert.ifError);
    });
    await closed;
  });
});
