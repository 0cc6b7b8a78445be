'use strict';

/** The option `onread`, bytes read into the program's own buffer: each case on `net` and on this package in the same run. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, test } = require('node:test');

const safe = /** @type {any} */ (require('../..'));
const { Reader } = require('../support/reader');

/**
 * What each case returns is compared.
 *
 * @type {Record<string, (open: (...args: any[]) => Promise<any>) => Promise<unknown>>}
 */
const CASES = {
  async 'every read fills the same buffer from its beginning'(open) {
    const reader = await open({ buffer: Buffer.alloc(8, '-') });
    await reader.receive('hello');
    await reader.receive('abc');
    return reader;
  },

  async 'what is more than the buffer takes comes in parts'(open) {
    const reader = await open({ buffer: Buffer.alloc(3) });
    await reader.receive('abcdefgh');
    return reader;
  },

  async 'a part of a larger memory is filled, and no more of it'(open) {
    const memory = new Uint8Array(8).fill(45);
    const reader = await open({ buffer: memory.subarray(2, 5) });
    await reader.receive('abcde');
    return [reader, Buffer.from(memory).toString()];
  },

  async 'a function gives the buffer of the next read'(open) {
    const buffers = ['--', '....', '______'].map((content) => Buffer.from(content));
    const left = [...buffers];
    const asked = [];
    const next = () => {
      asked.push(left.length);
      return left.shift();
    };
    const reader = await open({ buffer: next });
    await reader.receive('abcdefghijklmno');
    return [reader, asked, buffers.map(String)];
  },

  async 'a function that gives no buffer leaves the last one in place'(open) {
    const left = [Buffer.alloc(4), undefined, 'no buffer', null, Buffer.alloc(2)];
    const reader = await open({ buffer: () => left.shift() });
    await reader.receive('abcdefghijklmnopqrst');
    return reader;
  },

  async 'a callback that returns false stops the reading, and resume() goes on'(open) {
    const answers = [true, false, undefined, false, 0];
    const reader = await open({ buffer: Buffer.alloc(2) }, () => answers.shift());
    await reader.receive('abcdefghijkl', 4);
    await reader.rest();
    const stopped = reader.snapshot();
    reader.socket.resume();
    await reader.until(8);
    await reader.rest();
    const stoppedAgain = reader.snapshot();
    reader.socket.resume();
    await reader.until(12);
    return [stopped, stoppedAgain, reader];
  },

  async 'read() goes on after a callback that returned false'(open) {
    const reader = await open({ buffer: Buffer.alloc(2) }, () => false);
    await reader.receive('abcdef', 2);
    const results = [];
    for (const size of [0, undefined]) {
      await reader.rest();
      results.push(reader.snapshot(), reader.socket.read(size));
      await reader.until(results.length + 2);
    }
    await reader.rest();
    return [results, reader];
  },

  async 'pause() in the callback stops the reading, and resume() goes on'(open) {
    const reader = await open({ buffer: Buffer.alloc(2) }, (socket) => void socket.pause());
    await reader.receive('abcdef', 2);
    await reader.rest();
    const stopped = reader.snapshot();
    reader.socket.resume();
    await reader.rest();
    return [stopped, reader];
  },

  async 'nothing comes after destroy() in the callback'(open) {
    const reader = await open({ buffer: Buffer.alloc(2) }, (socket) => void socket.destroy());
    await reader.receive('abcd', 2);
    await reader.closed;
    return reader;
  },

  async 'the end comes after the last bytes'(open) {
    const reader = await open({ buffer: Buffer.alloc(4) });
    reader.peer.end('abcdef');
    await reader.closed;
    return reader;
  },

  async 'the end comes to a stopped socket when it resumes'(open) {
    const reader = await open({ buffer: Buffer.alloc(4) }, () => false);
    reader.peer.end('abcd');
    await reader.until(4);
    await reader.rest();
    const stopped = reader.snapshot();
    reader.socket.resume();
    await reader.closed;
    return [stopped, reader];
  },

  async 'an encoding makes no difference'(open) {
    const reader = await open({ buffer: Buffer.alloc(4) }, undefined, (socket) => socket.setEncoding('hex'));
    reader.peer.end('abcdef');
    await reader.closed;
    return reader;
  },

  async "a listener of 'data' hears nothing"(open) {
    const heard = [];
    const listen = (socket) => socket.on('data', (chunk) => heard.push(chunk));
    const reader = await open({ buffer: Buffer.alloc(4) }, undefined, listen);
    reader.peer.end('abcdef');
    await reader.closed;
    return [heard, reader];
  },

  async 'without a callback, bytes come as data'(open) {
    const heard = [];
    const listen = (socket) => socket.on('data', (chunk) => heard.push(chunk.toString()));
    const reader = await open({ buffer: Buffer.alloc(4), callback: undefined }, undefined, listen);
    reader.peer.end('abcdef');
    await reader.closed;
    return [heard, reader];
  },

  async 'a reset is an error'(open) {
    const reader = await open({ buffer: Buffer.alloc(4) });
    await reader.receive('abcd');
    reader.peer.resetAndDestroy();
    await reader.closed;
    return reader;
  },

  async 'a buffer of no bytes is an error'(open) {
    const reader = await open({ buffer: Buffer.alloc(0) });
    reader.peer.write('a');
    await reader.closed;
    return reader;
  },

  async 'a function that never gives a buffer gets no bytes'(open) {
    const reader = await open({ buffer: () => 'no buffer' });
    reader.peer.end('abcdef');
    await reader.closed;
    return reader;
  },

  async 'another connection of the same socket asks for its buffer anew'(open) {
    const asked = [];
    const next = () => {
      asked.push('a buffer');
      return Buffer.alloc(4);
    };
    const reader = await open({ buffer: next });
    const { server, socket, peer } = reader;
    peer.end('abcdef');
    await reader.closed;
    const accepted = once(server, 'connection');
    socket.connect(server.address().port, '127.0.0.1');
    const [another] = await accepted;
    another.end('ghi');
    await new Promise((resolve) => socket.once('close', resolve));
    return [asked, reader];
  },
};

describe('with onread', { timeout: 60_000 }, () => {
  for (const [title, perform] of Object.entries(CASES)) {
    test(title, async (t) => {
      const outcomeOn = async (implementation) => {
        const outcome = await perform((...args) => Reader.open(implementation, t, ...args));
        return [outcome].flat().map((part) => (part instanceof Reader ? [part.log, part.snapshot()] : part));
      };
      assert.deepEqual(await outcomeOn(safe), await outcomeOn(net));
    });
  }
});
