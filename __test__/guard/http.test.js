'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const http = require('node:http');
const net = require('node:net');
const { describe, it } = require('node:test');

const { belongsToHttp } = require('../../lib/node/http');
const { policyOf } = require('../../lib/contract/policy');
const { safeSocket } = require('../../lib/safe-socket');
const { listening } = require('../support/listening');
const { refuses, turns } = require('../support/refusal');

/**
 * One exchange: the guarded response of the server, and the client's raw socket.
 *
 * @param {any} t
 */
async function exchange(t) {
  const server = http.createServer();
  server.on('clientError', () => {});
  const port = await listening(t, server);
  const client = net.connect(port, '127.0.0.1').on('error', () => {});
  t.after(() => client.destroy());
  client.resume();
  client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const [request, response] = await once(server, 'request');
  request.on('error', () => {});
  return { server, client, request, response: safeSocket(response) };
}

/** What ends a response, and who that was. */
const LOSSES = [
  { name: 'res.end()', endedBy: 'local', lose: ({ response }) => response.end('done') },
  { name: 'res.destroy()', endedBy: 'destroy', lose: ({ response }) => response.destroy() },
  {
    name: 'res.destroy(error)',
    endedBy: 'error',
    lose({ response }) {
      response.on('error', () => {});
      response.destroy(new Error('enough'));
    },
  },
  {
    name: 'a client that hangs up',
    endedBy: 'peer',
    async lose({ client, response }) {
      const closed = once(response, 'close');
      client.end();
      await closed;
    },
  },
  {
    name: 'a client that resets the connection',
    endedBy: 'reset',
    async lose({ client, response }) {
      const closed = once(response, 'close');
      client.resetAndDestroy();
      await closed;
    },
  },
  {
    name: "the server's timeout",
    endedBy: 'timeout',
    async lose({ response }) {
      const closed = once(response, 'close');
      response.setTimeout(1, () => response.socket.destroy());
      await closed;
    },
  },
];

describe('a guarded http.ServerResponse', { timeout: 150_000 }, () => {
  for (const { name, endedBy, lose } of LOSSES) {
    it(`refuses to write after ${name}`, async (t) => {
      const parts = await exchange(t);
      const { response } = parts;
      const { writable } = response;
      await lose(parts);
      if (endedBy !== 'error') response.on('error', assert.ifError);
      refuses(() => response.write('more'), { operation: 'write', endedBy, bytesRefused: 4 });
      refuses(() => response.end('more'), { operation: 'end', endedBy, bytesRefused: 4 });
      assert.equal(response.writable, writable);
      await turns(2);
    });
  }

  it('delivers what was written before its end', async (t) => {
    const { client, response } = await exchange(t);
    const received = [];
    client.on('data', (chunk) => received.push(chunk));
    response.setHeader('connection', 'close');
    response.write('one');
    response.end('two');
    refuses(() => response.write('three'));
    await once(client, 'close');
    assert.match(Buffer.concat(received).toString(), /one[^]*two/);
    assert.doesNotMatch(Buffer.concat(received).toString(), /three/);
  });

  it('ignores a bare second end(), and settles its callback', async (t) => {
    const { response } = await exchange(t);
    response.end();
    await new Promise((resolve) => response.end(resolve));
    const [error] = await new Promise((resolve) => response.end((...args) => resolve(args)));
    assert.equal(error.code, 'ERR_STREAM_ALREADY_FINISHED');
  });

  it('settles the callback of a bare end() after destroy()', async (t) => {
    const { response } = await exchange(t);
    response.destroy();
    const error = await new Promise((resolve) => response.end(resolve));
    assert.equal(error.code, 'ERR_STREAM_DESTROYED');
  });

  it('settles the callback of an end() that the client does not live to see', async (t) => {
    const { client, response } = await exchange(t);
    response.write(Buffer.alloc(8 * 1024 * 1024));
    client.pause();
    let calls = 0;
    const over = new Promise((resolve) => response.end('bye', () => resolve((calls += 1))));
    client.destroy();
    await over;
    await turns(5);
    assert.equal(calls, 1);
  });

  it('settles the callback of an end() that never gets its turn on the connection', async (t) => {
    const server = http.createServer();
    server.on('clientError', () => {});
    const port = await listening(t, server);
    const client = net.connect(port, '127.0.0.1').on('error', () => {});
    const responses = [];
    const both = new Promise((resolve) => {
      server.on('request', (request, response) => {
        request.on('error', () => {});
        if (responses.push(safeSocket(response)) === 2) resolve(undefined);
      });
    });
    client.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2));
    await both;
    const over = new Promise((resolve) => responses[1].end('waiting', resolve));
    client.destroy();
    assert.equal((await over)?.code, 'ERR_STREAM_DESTROYED');
    refuses(() => responses[1].write('x'), { endedBy: 'local' });
  });

  it('throws for a bad argument what it throws while open', async (t) => {
    const { response } = await exchange(t);
    response.end();
    assert.throws(() => response.write(42), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.throws(() => response.write(null), { code: 'ERR_STREAM_NULL_VALUES' });
  });

  it("reports the refusal of a pipe as 'error'", async (t) => {
    const { request, response } = await exchange(t);
    const failed = once(response, 'error');
    const { PassThrough } = require('node:stream');
    const source = new PassThrough();
    source.pipe(response);
    response.end();
    source.write('x');
    assert.equal((await failed)[0].code, 'ERR_SOCKET_ALREADY_ENDED');
    void request;
  });

  it('refuses where the response was over before it was guarded', async (t) => {
    const server = http.createServer((request, response) => {
      response.end();
      refuses(() => safeSocket(response).write('x'), { endedBy: 'unknown' });
      server.emit('checked');
    });
    const port = await listening(t, server);
    const checked = once(server, 'checked');
    http.get({ port, host: '127.0.0.1', agent: false }).on('error', () => {});
    await checked;
  });
});

describe('a guarded http.ClientRequest', { timeout: 150_000 }, () => {
  const cases = [
    { name: 'req.end()', endedBy: 'local', lose: (request) => request.end() },
    { name: 'req.destroy()', endedBy: 'destroy', lose: (request) => request.destroy() },
    {
      name: 'a server that hangs up',
      endedBy: 'peer',
      async lose(request, accepted) {
        const over = closed(request);
        request.write('x');
        (await accepted)[0].end();
        await over;
      },
    },
    {
      name: "req.destroy() inside 'timeout'",
      endedBy: 'timeout',
      async lose(request) {
        request.setTimeout(1, () => request.destroy());
        request.write('x');
        await closed(request);
      },
    },
  ];
  for (const { name, endedBy, lose } of cases) {
    it(`refuses to write after ${name}`, async (t) => {
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        t.after(() => socket.destroy());
        socket.on('error', () => {}).resume();
      });
      const port = await listening(t, server);
      const accepted = once(server, 'connection');
      const request = safeSocket(http.request({ port, host: '127.0.0.1', method: 'POST', agent: false }));
      t.after(() => request.destroy());
      request.on('error', () => {});
      await lose(request, accepted);
      refuses(() => request.write('more'), { operation: 'write', endedBy, bytesRefused: 4 });
    });
  }
});

describe("the sockets of Node's HTTP server", { timeout: 150_000 }, () => {
  it('are not strict by default, until they are handed over by upgrade', async (t) => {
    const server = http.createServer();
    const port = await listening(t, server);
    const client = net.connect(port, '127.0.0.1');
    t.after(() => client.destroy());
    const [held] = await once(server, 'connection');
    t.after(() => held.destroy());
    assert.equal(policyOf(safeSocket(held)).strict, false);

    client.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
    const [, socket] = await once(server, 'upgrade');
    assert.equal(socket, held);
    assert.equal(belongsToHttp(socket), false);
    socket.end();
    refuses(() => socket.write('x'), { endedBy: 'local' });
  });

  it('keep the contract when they are handed over by connect', async (t) => {
    const server = http.createServer();
    const port = await listening(t, server);
    const request = http.request({ port, host: '127.0.0.1', method: 'CONNECT', path: 'example.org:80', agent: false });
    request.end();
    const [, socket] = await once(server, 'connect');
    safeSocket(socket).write('HTTP/1.1 200 OK\r\n\r\n');
    const [, client] = await once(request, 'connect');
    safeSocket(client).write('ping');
    assert.equal(String((await once(socket, 'data'))[0]), 'ping');
    const closed = Promise.all([once(client.resume(), 'close'), once(socket, 'close')]);
    const ended = once(socket, 'end');
    client.end();
    refuses(() => client.write('x'), { endedBy: 'local' });
    await ended;
    // Node's HTTP server lets its sockets be half open; this one is ours now, and still is.
    refuses(() => socket.end('bye').write('x'), { endedBy: 'local' });
    await closed;
  });

  it('serve a request while they are guarded', async (t) => {
    const server = http.createServer((request, response) => response.end('ok'));
    server.on('connection', (socket) => safeSocket(socket));
    const port = await listening(t, server);
    const response = await new Promise((resolve, reject) => {
      http.get({ port, host: '127.0.0.1', agent: false }, resolve).on('error', reject);
    });
    assert.equal(String(await response.setEncoding('utf8').toArray()), 'ok');
  });
});

/**
 * @param {import('node:events').EventEmitter} emitter
 * @returns {Promise<void>} that 'error' does not reject
 */
function closed(emitter) {
  return new Promise((resolve) => emitter.once('close', resolve));
}
