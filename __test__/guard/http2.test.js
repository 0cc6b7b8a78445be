'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http2 = require('node:http2');
const net = require('node:net');
const { describe, it } = require('node:test');

const { belongsToHttp } = require('../../lib/node/http');
const { safeSocket } = require('../../lib/safe-socket');
const { refuses, turns } = require('../support/refusal');

const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = http2.constants;

/**
 * One request under way: the server's response, guarded and begun, and everything on the client's side.
 *
 * @param {any} t
 */
async function exchange(t) {
  const server = http2.createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  server.on('sessionError', () => {});
  await once(server, 'listening');
  const wire = net.connect(server.address().port, '127.0.0.1');
  const client = http2.connect('http://localhost', { createConnection: () => wire }).on('error', () => {});
  t.after(() => client.destroy());
  const request = client.request().on('error', () => {});
  const accepted = once(server, 'connection');
  const [, response] = await once(server, 'request');
  const [socket] = await accepted;
  safeSocket(response)
    .on('error', () => {})
    .stream.on('error', () => {});
  response.write('some');
  await once(request, 'data');
  return { wire, client, request, response, socket };
}

const cases = [
  { name: 'res.end()', endedBy: 'local', lose: ({ response }) => response.end('done') },
  { name: 'res.stream.end()', endedBy: 'local', lose: ({ response }) => response.stream.end('done') },
  { name: 'res.stream.close()', endedBy: 'local', lose: ({ response }) => response.stream.close(NGHTTP2_CANCEL) },
  { name: 'res.stream.destroy()', endedBy: 'destroy', lose: ({ response }) => response.stream.destroy() },
  { name: 'session.destroy()', endedBy: 'destroy', lose: ({ response }) => response.stream.session.destroy() },
  {
    name: 'RST_STREAM(CANCEL) of the other side',
    endedBy: 'reset',
    lose: ({ request }) => request.close(NGHTTP2_CANCEL),
  },
  {
    name: 'RST_STREAM(NO_ERROR) of the other side',
    endedBy: 'reset',
    lose: ({ request }) => request.close(NGHTTP2_NO_ERROR),
  },
  {
    name: 'RST_STREAM(INTERNAL_ERROR) of the other side',
    endedBy: 'reset',
    lose: ({ request }) => request.close(NGHTTP2_INTERNAL_ERROR),
  },
  {
    name: 'GOAWAY(INTERNAL_ERROR) of the other side',
    endedBy: 'error',
    code: 'ERR_HTTP2_SESSION_ERROR',
    lose: ({ client }) => client.goaway(NGHTTP2_INTERNAL_ERROR),
  },
  { name: 'the end of the connection', endedBy: 'peer', lose: ({ wire }) => wire.end() },
  {
    name: 'a reset of the connection',
    endedBy: 'reset',
    code: 'ECONNRESET',
    lose: ({ wire }) => wire.resetAndDestroy(),
  },
];

describe('a guarded response of http2', { timeout: 150_000 }, () => {
  for (const { name, endedBy, code, lose } of cases) {
    it(`says "${endedBy}" after ${name}`, async (t) => {
      const all = await exchange(t);
      const { response } = all;
      const ended = new Promise((resolve) => response.stream.once('close', resolve));
      lose(all);
      await ended;
      const error = refuses(() => response.write('more'), { operation: 'write', endedBy, bytesRefused: 4 });
      assert.equal(error.cause?.code, code);
      assert.equal(response.end(), response);
      await turns(2);
    });
  }

  it('says nothing of a close() that Node has not taken', async (t) => {
    const { response } = await exchange(t);
    assert.throws(() => response.stream.close('a code'), { code: 'ERR_INVALID_ARG_TYPE' });
    response.stream.destroy();
    refuses(() => response.write('more'), { endedBy: 'destroy' });
  });

  it('names the line that closed the stream, with tracing', async (t) => {
    const { response } = await exchange(t);
    safeSocket(response.stream, { trace: true });
    response.stream.close();
    const { cause } = refuses(() => response.stream.write('more'), { endedBy: 'local' });
    assert.match(cause.stack.split('\n')[1], /http2\.test\.js/);
  });
});

describe('the socket below http2', { timeout: 150_000 }, () => {
  it('is not strict by default', async (t) => {
    const { socket, wire } = await exchange(t);
    assert.equal(belongsToHttp(socket), true);
    assert.equal(belongsToHttp(wire), true);
  });
});
