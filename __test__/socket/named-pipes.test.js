'use strict';

/** On Windows a path is a named pipe. Ours have none there, and say so in the way in which other failures come. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { after, before, describe, it } = require('node:test');

const net = require('../..');

const PIPE = String.raw`\\.\pipe\safe-socket`;
const PLATFORM = process.platform;

describe('a path on Windows', () => {
  before(async () => {
    // The binary is that of the true platform.
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    await once(server.close(), 'close');
    Object.defineProperty(process, 'platform', { value: 'win32' });
  });
  after(() => Object.defineProperty(process, 'platform', { value: PLATFORM }));

  it('fails a connection with one clear code', async () => {
    const socket = net.connect(PIPE);
    const [error] = await once(socket, 'error');
    assert.equal(error.code, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM');
    assert.match(error.message, /named pipe/);
    assert.equal(socket.destroyed, true);
  });

  it('fails listening with the same', async () => {
    const server = net.createServer().listen(PIPE);
    const [error] = await once(server, 'error');
    assert.equal(error.code, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM');
    assert.equal(server.listening, false);
  });

  it('cannot be bound in advance', () => {
    assert.throws(() => new net.BoundSocket({ path: PIPE }), { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' });
  });
});
