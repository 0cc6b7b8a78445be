'use strict';

/** What programs make of the error: its class, in every copy of the package, and a constructor for their own tests. */

const assert = require('node:assert/strict');
const { PassThrough } = require('node:stream');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');

const safe = require('../..');
const { evaluatedAgain, inContext } = require('../support/copies');

const { SocketAlreadyEndedError, isSocketAlreadyEnded } = safe;

describe('new SocketAlreadyEndedError()', () => {
  it('needs to be told no more than who ended the socket', () => {
    const error = new SocketAlreadyEndedError({ endedBy: 'peer' });
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'SocketAlreadyEndedError');
    assert.deepEqual(
      { ...error },
      { code: 'ERR_SOCKET_ALREADY_ENDED', operation: 'write', endedBy: 'peer', bytesRefused: 0 },
    );
    assert.equal('cause' in error, false);
    assert.match(error.stack, /^SocketAlreadyEndedError: The socket .*\n +at .*refused-error\.test\.js/);
    assert.equal(new SocketAlreadyEndedError().endedBy, 'unknown');
  });

  it('takes every field that a refusal has', () => {
    const cause = new Error('enough');
    const fields = {
      operation: 'end',
      endedBy: 'error',
      endedAgoMs: 12,
      bytesRefused: 3,
      bytesWritten: 4,
      remoteAddress: '192.0.2.1',
      remotePort: 1,
      localAddress: '192.0.2.2',
      localPort: 2,
    };
    const error = new SocketAlreadyEndedError({ ...fields, cause });
    assert.deepEqual({ ...error }, { code: 'ERR_SOCKET_ALREADY_ENDED', ...fields });
    assert.equal(error.cause, cause);
    assert.equal(Object.prototype.propertyIsEnumerable.call(error, 'cause'), false);
  });

  for (const [name, details] of [
    ['endedBy', { endedBy: 'nobody' }],
    ['endedBy', { endedBy: 'toString' }],
    ['operation', { operation: 'read' }],
  ]) {
    it(`throws for ${inspect(details)}`, () => {
      assert.throws(() => new SocketAlreadyEndedError(details), {
        name: 'TypeError',
        code: 'ERR_INVALID_ARG_VALUE',
        message: new RegExp(`details\\.${name}`),
      });
    });
  }
});

describe('a SocketAlreadyEndedError', () => {
  for (const [copyName, makeCopy] of [
    ['a copy that was evaluated again', evaluatedAgain],
    ['a copy in a context of its own', inContext],
  ]) {
    it(`of ${copyName} is one of this copy too, and the other way round`, () => {
      const copy = makeCopy();
      assert.notEqual(copy.SocketAlreadyEndedError, SocketAlreadyEndedError);
      const stream = copy.safeSocket(new PassThrough());
      stream.end();
      let theirs;
      try {
        stream.write('x');
      } catch (error) {
        theirs = error;
      }
      const ours = new SocketAlreadyEndedError({ endedBy: 'peer' });
      for (const error of [ours, theirs]) {
        for (const { SocketAlreadyEndedError: Class, isSocketAlreadyEnded: isOne } of [safe, copy]) {
          assert.ok(error instanceof Class);
          assert.equal(isOne(error), true);
        }
      }
      assert.equal(safe.safeSend(stream, 'x'), false);
    });
  }

  it('is nothing else', () => {
    const lookalike = Object.assign(new Error('x'), {
      code: 'ERR_SOCKET_ALREADY_ENDED',
      name: 'SocketAlreadyEndedError',
    });
    for (const other of [undefined, null, 'x', 1, {}, [], () => {}, new Error('x'), lookalike, Object.create(null)]) {
      assert.equal(isSocketAlreadyEnded(other), false, inspect(other));
      assert.equal(other instanceof SocketAlreadyEndedError, false, inspect(other));
    }
  });

  it('may be extended, and is not every one of its subclass', () => {
    class Late extends SocketAlreadyEndedError {}
    const late = new Late({ endedBy: 'reset' });
    assert.ok(late instanceof Late && late instanceof SocketAlreadyEndedError && isSocketAlreadyEnded(late));
    assert.equal(new SocketAlreadyEndedError() instanceof Late, false);
  });
});
