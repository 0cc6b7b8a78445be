'use strict';

/**
 * Canaries: what `lib/node/` knows about Node beyond its documentation, asked of the running Node. One that fails
 * says which file has to follow Node; its head says what goes wrong until then.
 */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const http2 = require('node:http2');
const net = require('node:net');
const path = require('node:path');
const { Duplex, finished } = require('node:stream');
const { describe, it } = require('node:test');
const tls = require('node:tls');

const safe = require('../..');
const { belongsToHttp, isDestroyedByHttpClient, isEndedByHttpServer } = require('../../lib/node/http');
const { TLS_CARRIER, callerOf, isTimeoutOnStack } = require('../../lib/node/stack');
const { descriptorOf } = require('../../lib/node/handle');
const { isNormalizedByNode } = require('../../lib/node/normalized-args');
const { isWriteOnly, undestroy } = require('../../lib/node/stream');
const { kState } = require('../../lib/contract/record');
const { connected: connectedBy } = require('../support/connection');
const { credentials } = require('../support/tls');

const INTERNALS = path.join(__dirname, '..', '..', 'lib', 'node');
/** What rests on documented Node alone. */
const DOCUMENTED = new Set(['async-callback.js', 'clock.js', 'permission.js', 'versions.js']);
const PUBLIC = ['readable', 'readableEnded', 'readableAborted', 'readableDidRead', 'readyState', 'closed', 'errored'];

/** `socket` is of the implementation, `peer` of `net`. */
const connected = (t, implementation = net) =>
  connectedBy(t, (to) => implementation.connect(to), net.createServer({ allowHalfOpen: true }));

describe('beyond its documentation, Node', () => {
  it('gives a socket a handle with a descriptor', async (t) => {
    const { socket } = await connected(t);
    assert.equal(fs.fstatSync(descriptorOf(socket)).isSocket(), true);
    socket.destroy();
    assert.equal(descriptorOf(socket), -1);
  });

  it('makes a Duplex new by _undestroy()', async () => {
    const duplex = new Duplex({ read() {}, write: (chunk, encoding, callback) => callback() });
    duplex.end();
    duplex.destroy();
    await once(duplex, 'close');
    undestroy(duplex);
    const { destroyed, closed, writable, readable, writableEnded } = duplex;
    assert.deepEqual([destroyed, closed, writable, readable, writableEnded], [false, false, true, true, false]);
    assert.equal(duplex.write('x'), true);
  });

  it('tells a stream that is only written from one that was read to its end by private state alone', async (t) => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()']);
    t.after(() => child.kill());
    assert.equal(isWriteOnly(child.stdin), true);

    const { socket, peer } = await connected(t, {
      connect: (to) => net.connect({ ...to, allowHalfOpen: true }),
    });
    socket.resume();
    peer.end();
    await once(socket, 'end');
    assert.equal(isWriteOnly(socket), false);

    const seen = (stream) => PUBLIC.map((name) => stream[name]);
    assert.deepEqual(seen(child.stdin), seen(socket), 'a public property tells them apart: use it');
    child.stdin.end();
  });

  it('marks the arguments that it has normalized', () => {
    const args = Reflect.apply(Reflect.get(net, '_normalizeArgs'), net, [[1, 'localhost']]);
    assert.equal(isNormalizedByNode(args), true);
    assert.equal(isNormalizedByNode([...args]), false);
    assert.throws(() => new safe.Socket().connect([...args]), { code: 'ERR_MISSING_ARGS' });
  });

  it("calls what emits 'timeout' _onTimeout", async (t) => {
    const { socket } = await connected(t);
    assert.equal(isTimeoutOnStack(), false);
    socket.setTimeout(1);
    const onStack = await new Promise((resolve) => socket.once('timeout', () => resolve(isTimeoutOnStack())));
    assert.equal(onStack, true);
  });

  it('calls write() of a stream under TLS from js_stream_socket', async (t) => {
    const { socket } = await connected(t);
    const called = new Promise((resolve) => {
      const carrier = new Duplex({
        read() {},
        write: (chunk, encoding, callback) => callback(),
      });
      const { write } = carrier;
      carrier.write = function (...args) {
        resolve(callerOf(carrier.write).includes(TLS_CARRIER));
        return write.apply(this, args);
      };
      const secured = tls.connect({ socket: carrier, rejectUnauthorized: false });
      secured.on('error', () => {});
      t.after(() => secured.destroy());
    });
    assert.equal(await called, true);
    socket.write = function () {
      return callerOf(socket.write).includes(TLS_CARRIER);
    };
    assert.equal(socket.write('x'), false);
  });

  it('asks for the handle in new TLSSocket, in TLSSocket._init and in new Http2Session', async (t) => {
    const { socket } = await connected(t, safe);
    const secured = new tls.TLSSocket(socket, { isServer: true, ...credentials });
    secured.on('error', () => {});
    t.after(() => secured.destroy());
    assert.equal(socket[kState].isWrapped, true);
    assert.equal(secured.connecting, false, 'it waits for a connect that was long ago');

    const other = await connected(t, safe);
    const session = http2.connect('http://127.0.0.1', { createConnection: () => other.socket });
    session.on('error', () => {});
    t.after(() => session.destroy());
    assert.equal(other.socket[kState].isWrapped, true);
  });

  it('notes on a socket that HTTP uses it', async (t) => {
    const server = http.createServer((request, response) => {
      assert.equal(isEndedByHttpServer(request.socket), true);
      assert.equal(belongsToHttp(request.socket), true);
      response.end();
    });
    t.after(() => server.close());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {net.AddressInfo} */ (server.address());
    const request = http.get({ port, host: '127.0.0.1', agent: false });
    const [socket] = await once(request, 'socket');
    assert.equal(isDestroyedByHttpClient(socket), true);
    assert.equal(belongsToHttp(socket), true);
    const [response] = await once(request, 'response');
    await new Promise((resolve) => finished(response.resume(), resolve));

    const { socket: free } = await connected(t);
    const answers = [isDestroyedByHttpClient, isEndedByHttpServer, belongsToHttp].map((ask) => ask(free));
    assert.deepEqual(answers, [false, false, false]);
  });

  it('listens for the close of a socket below http2 by socketOnClose', async (t) => {
    const server = http2.createServer();
    const { socket, peer } = await connectedBy(t, (to) => net.connect(to), server);
    assert.equal(belongsToHttp(peer), true);
    assert.equal(belongsToHttp(socket), false);
    const session = http2.connect('http://localhost', { createConnection: () => socket }).on('error', () => {});
    t.after(() => session.destroy());
    assert.equal(belongsToHttp(socket), true);
  });
});

describe('a look at the stack', () => {
  it('names the caller, whatever programs have made of Error', () => {
    const asked = () => callerOf(asked);
    const { prepareStackTrace, stackTraceLimit } = Error;
    Error.prepareStackTrace = () => 'rewritten';
    Error.stackTraceLimit = 0;
    const line = (function askingFunction() {
      return asked();
    })();
    const kept = [Error.stackTraceLimit, typeof Error.prepareStackTrace];
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
    assert.match(line, /at askingFunction /);
    assert.deepEqual(kept, [0, 'function']);
  });
});

describe('each file of lib/node', () => {
  for (const file of fs.readdirSync(INTERNALS).filter((name) => !DOCUMENTED.has(name))) {
    it(`${file} says what it knows, and what happens if it is no longer so`, () => {
      const text = fs.readFileSync(path.join(INTERNALS, file), 'utf8');
      assert.match(text, /Beyond Node's documentation:\s[^]*?Should (?:it|one|they)\s(?: \* +)?(?:go|change)/);
    });
  }
});
