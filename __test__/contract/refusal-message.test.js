'use strict';

const assert = require('node:assert/strict');
const { PassThrough } = require('node:stream');
const { describe, it } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');

const { SocketAlreadyEndedError } = require('../../lib/contract/refused-error');
const { tryNative } = require('../../lib/native/addon');
const { safeSocket } = require('../../lib/safe-socket');
const { refuses } = require('../support/refusal');

const CODE = 'ERR_SOCKET_ALREADY_ENDED';
const FIRST_SENTENCE = 'The socket has already been ended.';
const OPERATIONS = ['write', 'end'];
const ENDED_BY = ['local', 'peer', 'destroy', 'reset', 'timeout', 'error', 'unknown'];
const CAUSES = [undefined, 'ECONNRESET', 'EPIPE', 'ERR_ANY'];
const ELAPSED_MS = [undefined, 0, 1, 999, 1000, 9_999, 10_000, 59_999, 599_999, 600_000, 3_600_000, 2 ** 40];
const BYTES = [0, 1, 2, 65_536, 2 ** 33];

/** In the unit that a reader can use. */
const AGO = [
  [0, 'less than 1 ms ago'],
  [1, '1 ms ago'],
  [9_999, '9999 ms ago'],
  [10_000, '10 s ago'],
  [599_999, '599 s ago'],
  [600_000, '10 min ago'],
];

const LOSSES = [
  [1, '1 byte was not delivered.'],
  [70, '70 bytes were not delivered.'],
  [undefined, 'Not everything was delivered, as far as is known.'],
];

/** @param {any} details */
function wordsOf(details) {
  const { code, message } = new SocketAlreadyEndedError(details);
  return { code, message };
}

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
  it('has the code and the first sentence that the native binary knows', (t) => {
    const native = tryNative();
    if (native === null) return t.skip('the native binary is not built');
    assert.deepEqual({ ...native.endedError() }, { code: CODE, message: FIRST_SENTENCE });
    return undefined;
  });

  it('keeps the promised code and beginning, for every combination', () => {
    const messages = new Set();
    for (const details of combinations()) {
      const { code, message } = wordsOf(details);
      assert.equal(code, CODE);
      assert.ok(message.startsWith(`${FIRST_SENTENCE} `), message);
      assert.match(message, / This (?:write|end)\(\)(?: of \d+ bytes?)? was refused\.$/);
      messages.add(message);
    }
    assert.equal(messages.size, 2 * 7 * 4 * 12 * 5, 'and no two say the same');
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

  it('says how much was lost of what was not refused', () => {
    for (const endedBy of ENDED_BY) {
      for (const bytesUndelivered of [undefined, 0, 1, 2, 2 ** 33]) {
        const details = { operation: 'delivered', endedBy, elapsedMs: 12, bytesRefused: 0, bytesUndelivered };
        const { code, message } = wordsOf(details);
        assert.equal(code, CODE);
        assert.ok(message.startsWith(`${FIRST_SENTENCE} `), message);
        assert.match(message, /, 12 ms ago\. .*delivered(?:, as far as is known)?\.$/);
      }
    }
    for (const [bytesUndelivered, sentence] of LOSSES) {
      const details = { operation: 'delivered', endedBy: 'reset', bytesRefused: 0, bytesUndelivered };
      assert.equal(wordsOf(details).message, `${FIRST_SENTENCE} The connection was reset. ${sentence}`);
    }
  });

  it('counts the time in the unit that a reader can use', () => {
    for (const [elapsedMs, ago] of AGO) {
      const { message } = wordsOf({ operation: 'write', endedBy: 'local', elapsedMs, bytesRefused: 5 });
      assert.ok(message.includes(`, by end(), ${ago}. `), message);
    }
  });

  it('says who, when and what', () => {
    const details = { operation: 'write', endedBy: 'reset', causeCode: 'EPIPE', elapsedMs: 12, bytesRefused: 5 };
    assert.deepEqual(wordsOf(details), {
      code: CODE,
      message:
        'The socket has already been ended. The connection was reset (EPIPE), 12 ms ago. This write() of 5 bytes was refused.',
    });
    assert.equal(
      wordsOf({ operation: 'write', endedBy: 'local', elapsedMs: 12, bytesRefused: 5 }).message,
      'The socket has already been ended. It was ended on this side, by end(), 12 ms ago. This write() of 5 bytes was refused.',
    );
    assert.equal(
      wordsOf({ operation: 'write', endedBy: 'reset', causeCode: 'EPIPE', bytesRefused: 5 }).message,
      'The socket has already been ended. The connection was reset (EPIPE). This write() of 5 bytes was refused.',
    );
  });

  it('leaves out the bytes of a bare end()', () => {
    assert.equal(
      wordsOf({ operation: 'end', endedBy: 'unknown', bytesRefused: 0 }).message,
      'The socket has already been ended. It was over before safe-socket saw it. This end() was refused.',
    );
  });
});
