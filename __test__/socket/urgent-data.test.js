'use strict';

/**
 * Urgent data (tcp(7)): recv(2) stops at the mark, though more is in the queue. What follows must not wait until still more
 * comes. The bytes that arrive are net's: the urgent one itself is not among them.
 */

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { createInterface } = require('node:readline');
const { test } = require('node:test');

const safeSocket = require('../..');

const PEER = path.join(__dirname, '..', 'fixtures', 'urgent-peer.py');
const skip =
  process.platform !== 'linux'
    ? 'what the mark does is tested where it is known: on Linux'
    : spawnSync('python3', ['--version']).status !== 0 && 'there is no python3 to send urgent data with';

/** The last byte of each conversation. */
const END = '.';

/** What the peer sends: `+` is data, `!` urgent. */
const CONVERSATIONS = {
  'between two pieces': ['+abc', '!X', '+def.'],
  'before everything': ['!X', '+abc.'],
  'after everything': ['+abc.', '!X'],
  'twice in a row': ['+abc', '!X', '!Y', '+def.'],
  'twice, with data between': ['+abc', '!X', '+def', '!Y', '+ghi.'],
  'at the end of a longer piece': ['+abc', '!defX', '+ghi.'],
};

for (const transport of ['tcp', 'unix']) {
  for (const [name, pieces] of Object.entries(CONVERSATIONS)) {
    for (const userBuffer of [undefined, 2]) {
      const how = userBuffer === undefined ? 'data events' : `buffers of ${userBuffer} bytes`;
      test(`urgent data ${name} holds nothing back (${transport}, ${how})`, { skip, timeout: 150_000 }, async () => {
        const expected = await converse(net, transport, pieces, userBuffer);
        assert.equal(await converse(safeSocket, transport, pieces, userBuffer), expected);
      });
    }
  }
}

/**
 * Everything is in the queue of the kernel before the first byte is read.
 *
 * @param {any} subject
 * @param {string} transport
 * @param {string[]} pieces
 * @param {number | undefined} userBuffer
 * @returns {Promise<string>} what was read up to the last byte
 */
async function converse(subject, transport, pieces, userBuffer) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'urgent-'));
  const where = transport === 'tcp' ? 'tcp' : path.join(folder, 'socket');
  const peer = spawn('python3', [PEER, where, ...pieces], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  try {
    const { value: target } = await lines.next();
    const { socket, read, begin } = connect(
      subject,
      transport === 'tcp' ? { port: Number(target) } : { path: target },
      userBuffer,
    );
    assert.equal((await lines.next()).value, 'sent');
    begin();
    const bytes = await read;
    socket.destroy();
    return bytes;
  } finally {
    peer.stdin.end();
    await once(peer, 'close');
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {any} subject
 * @param {object} target
 * @param {number | undefined} userBuffer
 */
function connect(subject, target, userBuffer) {
  let bytes = '';
  /** @type {(bytes: string) => void} */
  let resolve;
  const read = new Promise((done) => (resolve = done));
  const take = (/** @type {Buffer} */ chunk) => {
    bytes += chunk.toString('latin1');
    if (bytes.includes(END)) resolve(bytes);
    return true;
  };
  if (userBuffer === undefined) {
    const socket = subject.connect(target).pause();
    return { socket, read, begin: () => socket.on('data', take).resume() };
  }
  const callback = (/** @type {number} */ length, /** @type {Buffer} */ buffer) => take(buffer.subarray(0, length));
  const socket = subject.connect({ ...target, onread: { buffer: Buffer.alloc(userBuffer), callback } }).pause();
  return { socket, read, begin: () => socket.resume() };
}
