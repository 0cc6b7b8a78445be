'use strict';

/**
 * `delivered()` where it hurts: over a slow link, a bad one, one that is cut, and with peers that die, do not read, or
 * close without reading. Two processes in two network namespaces; the promise is held against what the peer's kernel has
 * counted.
 */

const assert = require('node:assert/strict');
const path = require('node:path');
const { describe, test } = require('node:test');

const { makeNetwork, whyNot } = require('./network/namespaces');

const ACTOR = path.join(__dirname, 'network', 'actor.js');

/** More than the kernels of both ends take while nobody reads. */
const TOO_MUCH = 20_000_000;

const skip = whyNot();

/**
 * A connection over the link, and the two ends of it.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} kind
 * @param {object} [link]
 * @param {object} [options] of the connection
 */
async function connect(t, kind, link, options) {
  const network = await makeNetwork(t, link);
  const far = remote(network.runFar([ACTOR, 'listen']));
  const near = remote(network.runNear([ACTOR, kind]));
  const port = await far.listen();
  await Promise.all([near.connect(port, network.address, options), far.accepted()]);
  return { ...network, far, near };
}

/**
 * @param {import('node:child_process').ChildProcess} child an actor
 * @returns {any} its commands, as methods
 */
function remote(child) {
  const calls = new Map();
  child.on('message', ({ id, value, error }) => {
    const { resolve, reject } = calls.get(id);
    calls.delete(id);
    if (error === undefined) resolve(value);
    else reject(new Error(error));
  });
  let last = 0;
  return new Proxy(
    { child },
    {
      get(target, name) {
        if (name === 'child') return target.child;
        if (name === 'then') return undefined;
        return (...args) => {
          last += 1;
          const answer = new Promise((resolve, reject) => calls.set(last, { resolve, reject }));
          child.send({ id: last, call: name, args });
          return answer;
        };
      },
    },
  );
}

/**
 * @param {any} end
 * @param {(value: number) => boolean} condition of what its kernel has received
 */
async function untilReceived(end, condition) {
  let received = await end.received();
  while (!condition(received)) received = await end.received();
  return received;
}

/**
 * The peer's kernel has no room left: its window is closed, and nothing is on the way.
 *
 * @param {any} near
 * @param {any} far
 * @returns {Promise<number>} what the peer's kernel has received
 */
async function untilFull(near, far) {
  let info = await near.tcpInfo();
  while (info.sendWindowBytes > 0 || info.segmentsUnacknowledged > 0) info = await near.tcpInfo();
  return far.received();
}

for (const kind of ['safe-socket', 'net']) {
  describe(`delivered() on a socket of ${kind}`, { skip }, () => {
    test('resolves one round trip after the last byte over a link of 100 ms, in fewer than 20 wake-ups', async (t) => {
      const { near, far } = await connect(t, kind, { roundTripMs: 100 });
      await far.read();
      await near.write(100_000);
      const { bytesDelivered, looks, elapsedMs } = await near.delivered();
      assert.equal(bytesDelivered, 100_000);
      assert.equal(await far.received(), 100_000);
      assert.ok(looks < 20, `${looks} wake-ups`);
      assert.ok(elapsedMs >= 100, `${elapsedMs} ms`);
      t.diagnostic(`${looks} wake-ups, ${Math.round(elapsedMs)} ms`);
    });

    test('resolves over a link that loses 5 % of the packets', async (t) => {
      const { near, far } = await connect(t, kind, { roundTripMs: 20, lossPercent: 5 });
      await far.read();
      await near.write(300_000);
      const { bytesDelivered, looks, elapsedMs } = await near.delivered();
      assert.equal(bytesDelivered, 300_000);
      assert.equal(await far.received(), 300_000);
      assert.ok((await near.tcpInfo()).segmentsRetransmitted > 0, 'nothing was lost');
      t.diagnostic(`${looks} wake-ups, ${Math.round(elapsedMs)} ms`);
    });

    test('rejects with what is missing when the link is cut in the middle', async (t) => {
      const { near, far, cut } = await connect(t, kind, { roundTripMs: 40, retries: 3 });
      await far.read();
      await near.write(TOO_MUCH);
      await untilReceived(far, (bytes) => bytes > 100_000);
      cut();
      await near.read();
      const outcome = await near.delivered();
      assert.equal(outcome.code, 'ERR_SOCKET_ALREADY_ENDED');
      assert.equal(outcome.endedBy, 'timeout');
      const promised = TOO_MUCH - outcome.bytesUndelivered;
      const received = await far.received();
      assert.ok(promised > 0 && promised <= received, `promised ${promised}, received ${received}`);
      t.diagnostic(`promised ${promised}, received ${received}, ${outcome.looks} wake-ups`);
    });

    test('gives up in time when the link is cut, and says how far it came', async (t) => {
      const { near, far, cut } = await connect(t, kind, { roundTripMs: 40 });
      await far.read();
      await near.write(50_000);
      await near.delivered();
      cut();
      await near.write(5000);
      const outcome = await near.delivered({ timeout: 300 });
      assert.equal(outcome.code, 'ERR_SAFE_SOCKET_DELIVERY_TIMEOUT');
      assert.equal(outcome.bytesDelivered, 50_000);
      assert.equal(outcome.bytesUndelivered, 5000);
      assert.equal(await far.received(), 50_000);
    });

    test('resolves when the link is mended', async (t) => {
      const { near, far, cut, mend } = await connect(t, kind, { roundTripMs: 20 });
      await far.read();
      cut();
      await near.write(5000);
      assert.equal((await near.delivered({ timeout: 100 })).code, 'ERR_SAFE_SOCKET_DELIVERY_TIMEOUT');
      mend();
      assert.equal((await near.delivered()).bytesDelivered, 5000);
      assert.equal(await far.received(), 5000);
    });

    test('rejects when the peer is killed, and never promises more than it had received', async (t) => {
      const { near, far } = await connect(t, kind, { roundTripMs: 10 });
      await near.write(TOO_MUCH);
      const received = await untilFull(near, far);
      const waiting = near.delivered();
      far.child.kill('SIGKILL');
      const outcome = await waiting;
      assert.equal(outcome.code, 'ERR_SOCKET_ALREADY_ENDED');
      assert.equal(outcome.endedBy, 'reset');
      const promised = TOO_MUCH - outcome.bytesUndelivered;
      assert.ok(promised > 0 && promised <= received, `promised ${promised}, received ${received}`);
    });

    test('does not resolve as long as the peer does not read', async (t) => {
      const { near, far } = await connect(t, kind, { roundTripMs: 10 });
      await near.write(TOO_MUCH);
      await untilFull(near, far);
      const outcome = await near.delivered({ timeout: 200 });
      assert.equal(outcome.code, 'ERR_SAFE_SOCKET_DELIVERY_TIMEOUT');
      const received = await far.received();
      assert.ok(outcome.bytesDelivered > 0 && outcome.bytesDelivered <= received);
      await far.read();
      const { bytesDelivered } = await near.delivered();
      assert.equal(bytesDelivered, TOO_MUCH);
      assert.equal(await far.received(), TOO_MUCH);
    });

    test('resolves for a peer that closes without reading, and says that it did', async (t) => {
      const { near, far } = await connect(t, kind, { roundTripMs: 10 });
      await near.write(10_000);
      const { bytesDelivered } = await near.delivered();
      assert.equal(bytesDelivered, 10_000);
      assert.equal(await far.received(), 10_000);
      assert.equal(await near.peerState(), 'open');
      await far.destroy();
      const closed = await near.closeGracefully({ timeout: 5000 });
      assert.deepEqual(closed, { bytesDelivered: 10_000, bytesUndelivered: 0, endedBy: 'reset' });
    });

    test('works after end(), and the FIN is not a byte', async (t) => {
      const { near, far } = await connect(t, kind, { roundTripMs: 60 });
      await far.read();
      await near.write(5000);
      await near.end();
      const { bytesDelivered } = await near.delivered();
      assert.equal(bytesDelivered, 5000);
    });
  });
}

describe('userTimeout', { skip }, () => {
  test('gives a connection over a dead link up in time', async (t) => {
    const { near, cut } = await connect(t, 'safe-socket', { roundTripMs: 10 }, { userTimeout: 500 });
    cut();
    await near.read();
    await near.write(1000);
    const outcome = await near.delivered({ timeout: 10_000 });
    assert.equal(outcome.code, 'ERR_SOCKET_ALREADY_ENDED');
    assert.equal(outcome.endedBy, 'timeout');
    assert.equal(outcome.bytesUndelivered, 1000);
    assert.deepEqual((await near.state()).events, ['write ok', 'error ETIMEDOUT', 'close']);
  });
});
