'use strict';

const assert = require('node:assert/strict');
const { Duplex } = require('node:stream');
const { describe, it } = require('node:test');

const { connect, listen } = require('../../promises');

const HOST = '127.0.0.1';
const MAJOR = Number.parseInt(process.versions.node, 10);

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
    const { readable, writable } = await pair(t, (socket) => socket.end('bye'));
    const writer = writable.getWriter();
    writer.closed.catch(() => {});
    assert.equal(await textOf(readable), 'bye');
    const code = MAJOR >= 24 ? 'ERR_SOCKET_ALREADY_ENDED' : 'ABORT_ERR';
    await assert.rejects(writer.write(new Uint8Array(4)), { code });
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
