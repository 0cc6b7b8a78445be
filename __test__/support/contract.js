'use strict';

/** DESIGN's table of calls, as tests of one subject. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { Writable } = require('node:stream');
const { describe, it } = require('node:test');

const { refusal, refuses, silent, turns } = require('./refusal');

/** The argument errors of `write()`; an open Writable says what they are on this Node. */
const BAD_WRITES = [
  { name: 'a number', args: [42] },
  { name: 'null', args: [null] },
  { name: 'undefined', args: [undefined] },
  { name: 'an object', args: [{}] },
  { name: 'an unknown encoding', args: ['x', 'no-such-encoding'] },
];

/** Each leaves a socket ended; `endedBy` is who did it. */
const ENDINGS = [
  {
    name: 'after end()',
    endedBy: 'local',
    async end({ socket }) {
      socket.end();
    },
  },
  {
    name: 'after destroy()',
    endedBy: 'destroy',
    async end({ socket }) {
      socket.destroy();
    },
  },
  {
    name: "after destroy() and 'close'",
    endedBy: 'destroy',
    async end({ socket }) {
      socket.destroy();
      await once(socket, 'close');
    },
  },
  {
    name: 'after destroy(error)',
    endedBy: 'error',
    cause: new Error('enough'),
    async end({ socket }) {
      socket.once('error', () => {});
      socket.destroy(this.cause);
    },
  },
  {
    name: "after end() and 'close'",
    endedBy: 'local',
    async end({ socket, peer }) {
      socket.resume();
      socket.end();
      peer.end();
      await once(socket, 'close');
    },
  },
  {
    name: "after the peer's FIN has ended our side too",
    endedBy: 'peer',
    async end({ socket, peer }) {
      socket.resume();
      const finished = once(socket, 'finish');
      peer.end();
      await finished;
    },
  },
  {
    name: "after the peer's FIN and 'close'",
    endedBy: 'peer',
    async end({ socket, peer }) {
      socket.resume();
      const closed = once(socket, 'close');
      peer.end();
      await closed;
    },
  },
  {
    name: "after our own end() inside 'end'",
    endedBy: 'peer',
    async end({ socket, peer }) {
      socket.resume();
      const ended = once(socket, 'end');
      socket.once('end', () => socket.end());
      peer.end();
      await ended;
    },
  },
  {
    name: "after the peer's RST",
    endedBy: 'reset',
    async end({ socket, wire }) {
      socket.resume();
      // Errors of a socket that nobody reads from would wait for ever.
      const failed = new Promise((resolve) => socket.once('error', resolve));
      wire.resetAndDestroy();
      this.cause = await failed;
    },
  },
  {
    name: "after destroy() inside 'timeout'",
    endedBy: 'timeout',
    async end({ socket }) {
      socket.setTimeout(1, () => socket.destroy());
      await once(socket, 'close');
    },
  },
  {
    name: "after destroy(error) inside 'timeout'",
    endedBy: 'timeout',
    cause: Object.assign(new Error('too slow'), { code: 'ECONNRESET' }),
    async end({ socket }) {
      socket.once('error', () => {});
      socket.setTimeout(1, () => socket.destroy(this.cause));
      await new Promise((resolve) => socket.once('close', resolve));
    },
  },
  {
    name: 'after destroy(error), with a timeout that has not fired',
    endedBy: 'error',
    cause: new Error('enough'),
    async end({ socket }) {
      socket.once('error', () => {});
      socket.setTimeout(1_000_000);
      socket.destroy(this.cause);
    },
  },
  {
    name: "after end() inside 'timeout'",
    endedBy: 'timeout',
    async end({ socket }) {
      socket.setTimeout(1);
      await new Promise((resolve) => socket.once('timeout', () => resolve(socket.end())));
    },
  },
  {
    name: 'after an ETIMEDOUT',
    endedBy: 'timeout',
    cause: Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }),
    async end({ socket }) {
      socket.once('error', () => {});
      socket.destroy(this.cause);
    },
  },
];

/**
 * @param {import('./subjects').Subject} subject
 */
function testContract(subject) {
  describe(subject.name, { timeout: 150_000 }, () => {
    for (const ending of ENDINGS) testRefusals(subject, ending);
    testAcceptedWrites(subject);
    testBareEnd(subject);
    testArguments(subject);
    testTransparency(subject);
  });
}

/**
 * @param {import('./subjects').Subject} subject
 * @param {any} ending
 */
function testRefusals(subject, ending) {
  it(`throws from write() and end(data) ${ending.name}`, async (t) => {
    const pair = await subject.pair(t);
    const { socket } = pair;
    await ending.end(pair);
    const { bytesWritten } = socket;
    await silent(socket, () => {
      assert.equal(socket.writable, false);
      const refused = refuses(() => socket.write('héllo'), {
        operation: 'write',
        endedBy: ending.endedBy,
        bytesRefused: 6,
      });
      assert.equal(refused.bytesWritten, bytesWritten);
      assert.equal(refused.cause, ending.cause);
      refuses(() => socket.write('6869', 'hex'), { operation: 'write', endedBy: ending.endedBy, bytesRefused: 2 });
      refuses(() => socket.write(new Uint16Array(3), () => assert.fail('called back')), {
        operation: 'write',
        bytesRefused: 6,
      });
      refuses(() => socket.end('bye', () => assert.fail('called back')), {
        operation: 'end',
        endedBy: ending.endedBy,
        bytesRefused: 3,
      });
    });
  });
}

/**
 * @param {import('./subjects').Subject} subject
 */
function testAcceptedWrites(subject) {
  it('delivers what was written before the end, and nothing of what was refused', async (t) => {
    const { socket, peer } = await subject.pair(t);
    const received = text(peer);
    socket.write('one ');
    socket.end('two');
    refuses(() => socket.write('three'));
    assert.equal(await received, 'one two');
  });

  it("writes inside the 'end' handler", async (t) => {
    const { socket, peer } = await subject.pair(t);
    const received = text(peer);
    socket.on('end', () => assert.equal(socket.write('last words'), true));
    socket.resume();
    peer.end();
    assert.equal(await received, 'last words');
  });

  it('writes while half open', async (t) => {
    const { socket, peer } = await subject.pair(t, { allowHalfOpen: true });
    const received = text(peer);
    socket.resume();
    peer.end();
    await once(socket, 'end');
    await turns(2);
    assert.equal(socket.writable, true);
    socket.end('still here');
    refuses(() => socket.write('x'), { endedBy: 'local' });
    assert.equal(await received, 'still here');
  });

  it("writes after the peer's FIN has arrived but its data was not consumed", async (t) => {
    const { socket, peer } = await subject.pair(t);
    const received = text(peer);
    socket.pause();
    peer.end('question');
    await once(peer, 'finish');
    await turns(5);
    assert.equal(socket.write('answer'), true);
    socket.resume();
    assert.equal(await received, 'answer');
  });

  it('does not throw from the very write that discovers the reset', async (t) => {
    const { socket, wire } = await subject.pair(t);
    const failed = once(socket, 'error');
    wire.resetAndDestroy();
    // The reset is here already, and nobody has read it: this write meets it, and the next one comes in the same turn.
    while (socket.writable) {
      socket.write('x');
      if (socket.writable) await turns(1);
    }
    const { cause } = refuses(() => socket.write('y'), { endedBy: 'reset' });
    assert.equal(cause, (await failed)[0]);
  });
}

/**
 * @param {import('./subjects').Subject} subject
 */
function testBareEnd(subject) {
  it(`${subject.strict ? 'throws from' : 'ignores'} a bare end() on an ended socket`, async (t) => {
    const { socket } = await subject.pair(t);
    socket.end();
    await silent(socket, () => {
      if (subject.strict) refuses(() => socket.end(), { operation: 'end', endedBy: 'local', bytesRefused: 0 });
      else assert.equal(socket.end(), socket);
    });
  });

  if (subject.strict) return;
  const settled = [
    { name: 'after end()', end: ({ socket }) => socket.end(), code: undefined },
    { name: 'after destroy()', end: ({ socket }) => socket.destroy(), code: 'ERR_STREAM_DESTROYED' },
    { name: 'after end() and destroy()', end: ({ socket }) => socket.end().destroy(), code: 'ERR_STREAM_DESTROYED' },
    {
      name: "after end() and 'finish'",
      end: ({ socket }) => once(socket.end(), 'finish'),
      code: 'ERR_STREAM_ALREADY_FINISHED',
    },
  ];
  for (const { name, end, code } of settled) {
    it(`settles the callback of a bare end() ${name}, once`, async (t) => {
      const pair = await subject.pair(t);
      await end(pair);
      const answers = [];
      await new Promise((resolve) => {
        pair.socket.end((error) => resolve(answers.push(error)));
      });
      pair.socket.destroy();
      await turns(2);
      assert.deepEqual(
        answers.map((error) => error?.code),
        [code],
      );
    });
  }
}

/**
 * @param {import('./subjects').Subject} subject
 */
function testArguments(subject) {
  it('is not ended by an end(data) that throws for its argument', async (t) => {
    const { socket } = await subject.pair(t);
    assert.throws(() => socket.end(42), { code: 'ERR_INVALID_ARG_TYPE' });
    assert.equal(socket.writable, true);
    socket.destroy();
    refuses(() => socket.write('x'), { endedBy: 'destroy' });
  });

  for (const { name, args } of BAD_WRITES) {
    it(`answers ${name} on an ended socket as on an open one`, async (t) => {
      const { socket } = await subject.pair(t);
      socket.end();
      const expected = thrownBy(() => new Writable({ decodeStrings: false }).write(...args));
      await silent(socket, () => {
        const actual = thrownBy(() => socket.write(...args));
        assert.deepEqual([actual.code, actual.message], [expected.code, expected.message]);
        if (args[0] == null) return;
        assert.equal(thrownBy(() => socket.end(...args)).code, expected.code);
      });
    });
  }
}

/**
 * @param {import('./subjects').Subject} subject
 */
function testTransparency(subject) {
  it('begins the stack of the error at the line of the caller', async (t) => {
    const { socket } = await subject.pair(t);
    socket.end();
    const callers = [
      function writer() {
        socket.write('x');
      },
      function ender() {
        socket.end('x');
      },
    ];
    for (const caller of callers) {
      const [, firstFrame] = refusal(caller).stack.split('\n    at ');
      assert.match(firstFrame, new RegExp(`^${caller.name} .*contract\\.js`));
    }
  });

  it('has one write, which a program can wrap and unwrap', async (t) => {
    const { socket, peer } = await subject.pair(t);
    assert.equal(socket.write, socket.write);
    const received = text(peer);
    const { write } = socket;
    let wrapped = 0;
    socket.write = function (...args) {
      wrapped += 1;
      return write.apply(this, args);
    };
    socket.write('a');
    socket.write = write;
    socket.write('b');
    assert.equal(wrapped, 1);
    socket.end();
    refuses(() => socket.write('c'));
    assert.equal(await received, 'ab');
  });

  it("stays under the contract when it was wrapped before the peer's FIN", async (t) => {
    const { socket, peer } = await subject.pair(t);
    const { write } = socket;
    socket.write = function (...args) {
      return write.apply(this, args);
    };
    socket.resume();
    const finished = once(socket, 'finish');
    peer.end();
    await finished;
    await silent(socket, () => refuses(() => socket.write('x'), { endedBy: 'peer' }));
  });
}

/**
 * @param {import('node:stream').Readable} stream
 * @returns {Promise<string>} everything up to its end
 */
async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/**
 * @param {() => unknown} call
 * @returns {any}
 */
function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail('did not throw');
}

module.exports = { testContract };
