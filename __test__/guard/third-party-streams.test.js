'use strict';

const assert = require('node:assert/strict');
const stream = require('node:stream');
const { describe, it } = require('node:test');
const zlib = require('node:zlib');

const { safeSend } = require('../../lib/safe-send');
const { safeSocket } = require('../../lib/safe-socket');
const { refuses, silent, turns } = require('../support/refusal');

const LIBRARIES = [
  { name: 'node:stream', library: stream },
  { name: 'readable-stream 3', library: require('readable-stream-3') },
  { name: 'readable-stream 4', library: require('readable-stream-4') },
];

for (const { name, library } of LIBRARIES) {
  /**
   * @param {object} [options]
   */
  const makeWritable = (options) => {
    const chunks = [];
    const writable = new library.Writable({
      write(chunk, encoding, callback) {
        chunks.push(String(chunk));
        callback();
      },
      ...options,
    });
    return { writable, chunks };
  };

  describe(`a guarded Writable of ${name}`, () => {
    it('refuses to write after end(), and has what was written before', async () => {
      const { writable, chunks } = makeWritable();
      assert.equal(safeSocket(writable), writable);
      writable.write('a');
      writable.end('b');
      await silent(writable, () => {
        refuses(() => writable.write('c'), { operation: 'write', endedBy: 'local', bytesRefused: 1 });
        refuses(() => writable.end('c'), { operation: 'end', endedBy: 'local' });
        refuses(() => writable.end(), { operation: 'end', bytesRefused: 0 });
      });
      assert.deepEqual(chunks, ['a', 'b']);
    });

    it('refuses to write after destroy() and destroy(error)', () => {
      for (const [error, endedBy] of [
        [undefined, 'destroy'],
        [new Error('enough'), 'error'],
      ]) {
        const { writable } = makeWritable();
        writable.on('error', () => {});
        safeSocket(writable).destroy(error);
        assert.equal(refuses(() => writable.write('c'), { endedBy }).cause, error);
      }
    });

    it('refuses with endedBy "unknown" where it was over before', () => {
      const { writable } = makeWritable();
      writable.end();
      refuses(() => safeSocket(writable).write('x'), { endedBy: 'unknown' });
    });

    it('settles the callback of every bare end(), once: before it has finished, after, and after destroy()', async () => {
      const { writable } = makeWritable({ write: (chunk, encoding, callback) => setImmediate(callback) });
      safeSocket(writable, { strict: false });
      const first = new Promise((resolve) => writable.end('x', resolve));
      const second = new Promise((resolve) => writable.end(resolve));
      assert.deepEqual([(await first) ?? null, (await second) ?? null], [null, null]);
      const calls = [];
      await new Promise((resolve) => writable.end((error) => resolve(calls.push(error))));
      const { writable: destroyed } = makeWritable();
      safeSocket(destroyed, { strict: false }).destroy();
      await new Promise((resolve) => destroyed.end((error) => resolve(calls.push(error))));
      await turns(2);
      assert.equal(calls.length, 2);
      assert.equal(calls[1].code, 'ERR_STREAM_DESTROYED');
    });

    it('takes any object in object mode, and counts no bytes', () => {
      const { writable } = makeWritable({ objectMode: true });
      safeSocket(writable).write({});
      writable.end();
      refuses(() => writable.write({}), { bytesRefused: 0 });
    });

    it('keeps its looks: util.inspect and its enumerable properties', () => {
      const { writable } = makeWritable();
      const { inspect } = require('node:util');
      const before = [inspect(writable), Object.keys(writable), Object.entries(writable).length];
      safeSocket(writable);
      assert.deepEqual([inspect(writable), Object.keys(writable), Object.entries(writable).length], before);
    });

    it('is no obstacle to safeSend', () => {
      const { writable, chunks } = makeWritable();
      safeSocket(writable);
      assert.equal(safeSend(writable, 'a'), true);
      writable.end();
      assert.equal(safeSend(writable, 'b'), false);
      assert.deepEqual(chunks, ['a']);
    });
  });

  describe(`a guarded Duplex of ${name}`, () => {
    it('says "peer" where its other side has ended it', async () => {
      const duplex = new library.Duplex({
        allowHalfOpen: false,
        read() {},
        write: (chunk, encoding, callback) => callback(),
      });
      safeSocket(duplex).resume();
      duplex.push(null);
      await new Promise((resolve) => duplex.once('finish', resolve));
      refuses(() => duplex.write('x'), { endedBy: name === 'readable-stream 3' ? 'local' : 'peer' });
    });
  });
}

describe('a guarded Transform of zlib', () => {
  it('still transforms', async () => {
    const gzip = safeSocket(zlib.createGzip());
    gzip.end('hello');
    refuses(() => gzip.write('x'));
    assert.equal(zlib.gunzipSync(Buffer.concat(await gzip.toArray())).toString(), 'hello');
  });
});

describe('a frozen stream', () => {
  it('does not pass for guarded, however often it comes', () => {
    const frozen = Object.freeze(new stream.PassThrough());
    for (let time = 0; time < 2; time += 1) assert.throws(() => safeSocket(frozen), TypeError);
  });
});
