'use strict';

/** Which sockets of Node's are remembered: those that are guarded and open, and no others. */

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const { describe, it } = require('node:test');

const { foreignSockets } = require('../../lib/guard/open-sockets');
const { safeSocket } = require('../../lib/safe-socket');

/**
 * @param {any} t
 * @returns {Promise<{ server: net.Server, connect: () => Promise<{ client: net.Socket, accepted: net.Socket }> }>}
 */
async function listening(t) {
  const server = net.createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  const connect = async () => {
    const client = net.connect(port, '127.0.0.1').on('error', () => {});
    t.after(() => client.destroy());
    const [accepted] = await once(server, 'connection');
    return { client, accepted };
  };
  return { server, connect };
}

describe('the open sockets of Node that are guarded', { timeout: 150_000 }, () => {
  it('are known from the guard, or from connect(), to the end', async (t) => {
    const { server, connect } = await listening(t);
    const { accepted } = await connect();
    assert.deepEqual(foreignSockets(), []);
    const later = safeSocket(new net.Socket());
    safeSocket(accepted);
    safeSocket(new PassThrough());
    assert.deepEqual(foreignSockets(), [accepted]);

    later.connect(/** @type {net.AddressInfo} */ (server.address()).port, '127.0.0.1');
    assert.deepEqual(foreignSockets(), [accepted, later]);
    accepted.destroy();
    assert.deepEqual(foreignSockets(), [later]);
    later.destroy();
    assert.deepEqual(foreignSockets(), []);
  });

  it('are forgotten when a child process takes them, which destroys nothing here', async (t) => {
    const { connect } = await listening(t);
    const child = fork(path.join(__dirname, '..', 'fixtures', 'programs', 'takes-sockets.js'));
    t.after(() => child.kill());
    const { accepted } = await connect();
    safeSocket(accepted);
    assert.deepEqual(foreignSockets(), [accepted]);
    child.send('take it', accepted);
    child.send('how many?');
    assert.deepEqual(await once(child, 'message'), [1, undefined]);
    assert.equal(accepted.destroyed, false);
    assert.deepEqual(foreignSockets(), []);
  });
});
