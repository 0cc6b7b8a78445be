'use strict';

const assert = require('node:assert/strict');
const { PassThrough } = require('node:stream');
const { describe, it } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');

const { CODE, describe: wordsOf } = require('../../lib/contract/refused-error');
const { tryNative } = require('../../lib/native/addon');
const { safeSocket } = require('../../lib/safe-socket');
const { refuses } = require('../support/refusal');

const OPERATIONS = ['write', 'end'];
const ENDED_BY = ['local', 'peer', 'destroy', 'reset', 'timeout', 'error', 'unknown'];
const CAUSES = [undefined, 'ECONNRESET', 'EPIPE', 'ERR_ANY'];
const ELAPSED_MS = [undefined, 0, 1, 999, 1000, 9_999, 10_000, 59_999, 599_999, 600_000, 3_600_000, 2 ** 40];
const BYTES = [0, 1, 2, 65_536, 2 ** 33];

/** @param {any} details */
const describeWithoutNative = (details) => ({ code: CODE, message: wordsOf(details) });

function* combinations() {
  for (const operation of OPERATIONS) {
    for (const endedBy of ENDED_BY) {
      for (const causeCode of CAUSES) {
        for (const elapsedMs of ELAPSED_MS) {
          for (const bytesRefused of BYTES) yield { operation, endedBy, causeCode, elapsedMs, bytesRefused };
        }
      }
    }
  }
}

describe('the message of a refusal', () => {
  it('is the same with and without the native binary, for every combination', (t) => {
    const native = tryNative();
    if (native === null) return t.skip('the native binary is not built');
    let count = 0;
    for (const details of combinations()) {
      assert.deepEqual({ ...native.describeRefusal(details) }, describeWithoutNative(details));
      count += 1;
    }
    assert.equal(count, 2 * 7 * 4 * 12 * 5);
    return undefined;
  });

  it('knows how long ago the socket ended', async () => {
    const stream = safeSocket(new PassThrough());
    const before = performance.now();
    stream.end();
    await delay(20);
    const { message } = refuses(() => stream.write('x'));
    const elapsedMs = Number(/ (\d+) ms ago/.exec(message)?.[1]);
    assert.ok(elapsedMs >= 18 && elapsedMs <= performance.now() - before, message);
  });

  it('is the same for what was not refused but lost', (t) => {
    const native = tryNative();
    if (native === null) return t.skip('the native binary is not built');
    for (const endedBy of ENDED_BY) {
      for (const bytesUndelivered of [undefined, 0, 1, 2, 2 ** 33]) {
        const details = { operation: 'delivered', endedBy, elapsedMs: 12, bytesRefused: 0, bytesUndelivered };
        assert.deepEqual({ ...native.describeRefusal(details) }, describeWithoutNative(details));
        assert.match(describeWithoutNative(details).message, /delivered(?:, as far as is known)?\.$/);
      }
    }
    return undefined;
  });

  it('says who, when and what', () => {
    const details = { operation: 'write', endedBy: 'reset', causeCode: 'EPIPE', elapsedMs: 12, bytesRefused: 5 };
    assert.deepEqual(describeWithoutNative(details), {
      code: 'ERR_SOCKET_ALREADY_ENDED',
      message:
        'The socket has already been ended. The connection was reset (EPIPE), 12 ms ago. This write() of 5 bytes was refused.',
    });
  });
});
