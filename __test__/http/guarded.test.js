'use strict';

/** Requests and responses of `safe-socket/http` keep the contract. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { text } = require('node:stream/consumers');
const { describe, it } = require('node:test');

const http = require('../../http');

const HOST = '127.0.0.1';
const LATE = 'One more thing...';

/** @param {any} t */
async function serve(t, ...args) {
  const server = http.createServer(...args);
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(0, HOST), 'listening');
  return { server, to: { host: HOST, port: server.address().port, agent: false } };
}

/**
 * @param {string} operation
 * @param {string} endedBy
 */
function refusal(operation, endedBy) {
  return { code: 'ERR_SOCKET_ALREADY_ENDED', operation, endedBy, bytesRefused: LATE.length };
}

describe('the messages of safe-socket/http', () => {
  it('refuse what comes after end(), on both sides, and deliver what came before', async (t) => {
    const { to } = await serve(t, async (req, res) => {
      res.end(`you said: ${await text(req)}`);
      assert.throws(() => res.write(LATE), refusal('write', 'local'));
      assert.throws(() => res.end(LATE), refusal('end', 'local'));
    });
    const request = http.request({ ...to, method: 'POST' }).end('hello');
    assert.throws(() => request.write(LATE), refusal('write', 'local'));
    assert.throws(() => request.end(LATE), refusal('end', 'local'));
    const [response] = await once(request, 'response');
    assert.equal(await text(response), 'you said: hello');
  });

  it('are not strict about a second bare end()', async (t) => {
    const { to } = await serve(t, (req, res) => res.end().end());
    const [response] = await once(http.get(to).end(), 'response');
    assert.equal(await text(response), '');
  });

  it('know that the client has gone away', async (t) => {
    const { server, to } = await serve(t);
    const request = http.get(to);
    request.on('error', () => {});
    const [, res] = await once(server, 'request');
    res.write('first');
    await once(request, 'response');
    const closed = once(res, 'close');
    request.destroy();
    await closed;
    assert.throws(() => res.write(LATE), { code: 'ERR_SOCKET_ALREADY_ENDED', operation: 'write' });
  });

  it('are guarded where the program asks for a class of its own', async (t) => {
    class Mine extends http.ServerResponse {}
    const { to } = await serve(t, { ServerResponse: Mine }, (req, res) => {
      res.end('x');
      assert.throws(() => res.write(LATE), refusal('write', 'local'));
    });
    const [response] = await once(http.get(to), 'response');
    assert.equal(await text(response), 'x');
  });

  it('are guarded before the body is asked for', async (t) => {
    const { server, to } = await serve(t);
    server.on('checkContinue', (req, res) => {
      res.writeHead(413).end();
      assert.throws(() => res.write(LATE), refusal('write', 'local'));
    });
    const request = http.request({ ...to, method: 'POST', headers: { expect: '100-continue' } });
    request.flushHeaders();
    const [response] = await once(request, 'response');
    assert.equal(response.statusCode, 413);
    request.destroy();
  });
});
