'use strict';

/**
 * A peer that loses its power says nothing: neither FIN nor RST. Keep-alive finds out, as on `net`, and the socket ends with
 * ETIMEDOUT; without it, and with nothing to send, nobody ever does. (For what is being sent, see delivered-network.test.js.)
 */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const path = require('node:path');
const { test } = require('node:test');

const { makeNetwork, whyNot } = require('./network/namespaces');

const IDLE = path.join(__dirname, 'network', 'idle.js');
/** Keep-alive after a second, and up to ten more probes, one a second. */
const LIMIT_MS = 60_000;

test(
  'keep-alive ends connections to a peer without power with ETIMEDOUT, as net',
  { skip: whyNot(), timeout: LIMIT_MS },
  async (t) => {
    const { address, cut, runNear, runFar, setNear } = await makeNetwork(t);
    setNear('net.ipv4.tcp_keepalive_intvl', 1);
    setNear('net.ipv4.tcp_keepalive_probes', 2);
    const [port] = await once(runFar([IDLE, 'listen']), 'message');
    const ends = ['net', 'safe-socket'].map((subject) => runNear([IDLE, subject, address, String(port)]));
    await Promise.all(ends.map(async (end) => assert.equal((await once(end, 'message'))[0], 'connected')));
    const outcomes = ends.map(async (end) => (await once(end, 'message'))[0]);
    cut();
    const [expected, seen] = await Promise.all(outcomes);
    assert.deepEqual(seen, expected);
    assert.deepEqual(seen.kept, ['error ETIMEDOUT read', 'close true']);
    assert.deepEqual(seen.unkept, []);
  },
);
