'use strict';

const assert = require('node:assert/strict');
const { readFileSync, readdirSync } = require('node:fs');
const path = require('node:path');
const { PassThrough } = require('node:stream');
const { describe, it } = require('node:test');
const { setTimeout: delay } = require('node:timers/promises');

const { SocketAlreadyEndedError } = require('../..');
const { BASE, CODE } = require('../../lib/contract/refused-error');
const { safeSocket } = require('../../lib/safe-socket');
const { refuses } = require('../support/refusal');

const SENTENCES = {
  local: 'It was ended on this side, by end().',
  peer: 'It was ended by the peer.',
  destroy: 'It was destroyed on this side, by destroy().',
  reset: 'The connection was reset.',
  timeout: 'It timed out.',
  error: 'It was ended by an error.',
  unknown: 'It had ended before safe-socket saw it.',
};

describe('the message of a refusal', () => {
  for (const [endedBy, sentence] of Object.entries(SENTENCES)) {
    it(`says who ended the socket, and nothing else: ${endedBy}`, () => {
      const cause = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
      for (const details of [{}, { operation: 'end', endedAgoMs: 12, bytesRefused: 5, remoteAddress: '::1', cause }]) {
        const { message } = new SocketAlreadyEndedError({ endedBy, ...details });
        assert.equal(message, `The socket has already been ended. ${sentence}`);
      }
    });
  }

  it('is the same for every late call on a socket, so that logs group', async () => {
    const stream = safeSocket(new PassThrough());
    const before = performance.now();
    stream.end('some');
    const first = refuses(() => stream.write('x'));
    await delay(20);
    const second = refuses(() => stream.end('longer'));
    assert.equal(second.message, first.message);
    const { endedAgoMs } = second;
    assert.ok(endedAgoMs >= 18 && endedAgoMs <= performance.now() - before, `${endedAgoMs} ms`);
    assert.ok(Number.isInteger(endedAgoMs) && endedAgoMs > first.endedAgoMs);
  });

  it('has the code and the first sentence that Rust has', () => {
    const folder = path.join(__dirname, '..', '..', 'src');
    const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.rs'));
    const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8'));
    assert.ok(texts.some((text) => text.includes(`"${CODE}"`) && text.includes(`"${BASE}`)));
  });
});
