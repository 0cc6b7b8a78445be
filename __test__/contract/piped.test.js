'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { PassThrough, Readable, Stream, pipeline } = require('node:stream');
const { pipeline: pipelinePromise } = require('node:stream/promises');
const { describe, it } = require('node:test');

const { safeSocket } = require('../../lib/safe-socket');
const { refuses, turns } = require('../support/refusal');
const { acceptedBy, acceptedByNet, acceptedByTls } = require('../support/subjects');

const SUBJECTS = [
  acceptedByNet('a guarded net.Socket', true, safeSocket),
  acceptedByTls('a guarded tls.TLSSocket', true, safeSocket),
  acceptedBy(require('../..'), 'a Rust-backed socket', true, safeSocket),
];

/** Sources of every make: what pipes need not know each other. */
const SOURCES = [
  { name: 'a Readable of Node', make: () => new PassThrough() },
  { name: 'a Readable of readable-stream 3', make: () => new (require('readable-stream-3').PassThrough)() },
  { name: 'a Readable of readable-stream 4', make: () => new (require('readable-stream-4').PassThrough)() },
];

for (const subject of SUBJECTS) {
  describe(`${subject.name} that a source is piped into`, { timeout: 150_000 }, () => {
    for (const { name, make } of SOURCES) {
      it(`reports a refused write of ${name} as one 'error' and is unpiped`, async (t) => {
        const { socket } = await subject.pair(t);
        const source = make();
        const events = [];
        socket.on('error', (error) => events.push(`error ${error.code}`));
        socket.on('unpipe', (from) => events.push(`unpipe ${from === source}`));
        source.pipe(socket);
        socket.end();
        source.write('a');
        source.write('b');
        await turns(3);
        assert.deepEqual(events.toSorted(), ['error ERR_SOCKET_ALREADY_ENDED', 'unpipe true']);
        assert.equal(socket.errored, null);
        refuses(() => socket.write('x'), { endedBy: 'local' });
      });
    }

    it('reports the write of another caller the same way, and returns false', async (t) => {
      const { socket } = await subject.pair(t);
      const source = new PassThrough();
      source.pipe(socket);
      socket.end();
      const failed = once(socket, 'error');
      assert.equal(socket.write('x'), false);
      assert.equal((await failed)[0].code, 'ERR_SOCKET_ALREADY_ENDED');
      refuses(() => socket.write('x'));
    });

    it("emits one 'error' for all writes of a tick", async (t) => {
      const { socket } = await subject.pair(t);
      new PassThrough().pipe(socket);
      socket.end();
      let errors = 0;
      socket.on('error', () => (errors += 1));
      for (let count = 0; count < 3; count += 1) assert.equal(socket.write('x'), false);
      await turns(2);
      assert.equal(errors, 1);
    });

    it('knows a pipe whose names a minifier has taken', async (t) => {
      const { socket } = await subject.pair(t);
      socket.on('unpipe', (a, b) => [a, b]);
      socket.end();
      const failed = once(socket, 'error');
      assert.equal(socket.write('x'), false);
      await failed;
    });

    it('never refuses a bare end()', async (t) => {
      const { socket } = await subject.pair(t);
      const source = new PassThrough();
      socket.on('error', assert.ifError);
      source.pipe(socket);
      socket.end();
      assert.equal(socket.end(), socket);
      source.end();
      await turns(3);
    });

    it('throws again once the source is unpiped', async (t) => {
      const { socket } = await subject.pair(t);
      const source = new PassThrough();
      source.pipe(socket);
      source.unpipe(socket);
      socket.end();
      refuses(() => socket.write('x'));
    });

    it('fails a pipeline with the error of the socket, as net does', async (t) => {
      const { socket } = await subject.pair(t);
      const source = new PassThrough();
      const over = new Promise((resolve) => pipeline(source, socket, resolve));
      socket.destroy();
      assert.equal((await over).code, 'ERR_STREAM_PREMATURE_CLOSE');
      assert.equal(source.destroyed, true);
    });

    it('fails a pipeline from an async iterable', async (t) => {
      const { socket } = await subject.pair(t);
      socket.destroy();
      await assert.rejects(pipelinePromise(Readable.from(['a']), socket));
    });
  });
}

describe('a guarded net.Socket with a source of the old Stream class', () => {
  it("reports a refused write as an 'error' too", async (t) => {
    const { socket } = await SUBJECTS[0].pair(t);
    new Stream().pipe(socket);
    const failed = once(socket, 'error');
    socket.end();
    assert.equal(socket.write('x'), false);
    assert.equal((await failed)[0].code, 'ERR_SOCKET_ALREADY_ENDED');
  });
});

describe('a socket with a listener for "unpipe" of the program', () => {
  it('throws, as no source is piped into it', async (t) => {
    const { socket } = await SUBJECTS[0].pair(t);
    socket.on('unpipe', () => {});
    socket.end();
    refuses(() => socket.write('x'));
  });
});
