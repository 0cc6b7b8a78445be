'use strict';

/** Who hears of data, and how often: the same listeners as with `net`, whatever a program has made of `emit()`. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const nodeNet = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const net = require('../..');
const { connected } = require('../support/connection');

const ROOT = path.join(__dirname, '..', '..');
const execute = promisify(execFile);

/** Messages, each sent when the one before it was received. */
const MESSAGES = ['first', 'second', 'third', 'fourth'];

/** @type {Record<string, (socket: any, log: string[]) => void>} */
const PROGRAMS = {
  'an emit() that gives nothing back'(socket, log) {
    const { emit } = socket;
    socket.emit = function (/** @type {any[]} */ ...args) {
      if (args[0] === 'data') log.push(`emits ${args[1]}`);
      emit.apply(this, args);
    };
    socket.on('data', (/** @type {Buffer} */ chunk) => log.push(`hears ${chunk}`));
  },

  'an emit() that gives nothing back, and nobody who listens'(socket, log) {
    const { emit } = socket;
    socket.emit = function (/** @type {any[]} */ ...args) {
      if (args[0] === 'data') log.push(`emits ${args[1]}`);
      emit.apply(this, args);
    };
    socket.resume();
  },

  'nobody who listens'(socket) {
    socket.resume();
  },

  'a listener that goes after the second'(socket, log) {
    let count = 0;
    socket.on('data', function onData(/** @type {Buffer} */ chunk) {
      log.push(`hears ${chunk}`);
      count += 1;
      if (count === 2) socket.off('data', onData);
    });
  },

  'a listener for once, beside another'(socket, log) {
    socket.once('data', (/** @type {Buffer} */ chunk) => log.push(`once ${chunk}`));
    socket.on('data', (/** @type {Buffer} */ chunk) => log.push(`hears ${chunk}`));
  },

  'a push() of its own'(socket, log) {
    const { push } = socket;
    socket.push = function (/** @type {any} */ chunk, /** @type {any} */ encoding) {
      log.push(`pushes ${chunk}`);
      return push.call(this, chunk, encoding);
    };
    socket.on('data', (/** @type {Buffer} */ chunk) => log.push(`hears ${chunk}`));
  },
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(`data reaches ${name}, as with net`, async (t) => {
    assert.deepEqual(await run(t, net, program), await run(t, nodeNet, program));
  });
}

test('data reaches an emit() that was put on every emitter, as with net', async (t) => {
  /** @param {any} module */
  const withPatch = async (module) => {
    const { emit } = EventEmitter.prototype;
    /** @type {string[]} */
    const log = [];
    const program = (/** @type {any} */ socket) => {
      EventEmitter.prototype.emit = function (/** @type {any[]} */ ...args) {
        if (this === socket && args[0] === 'data') log.push(`emits ${args[1]}`);
        return Reflect.apply(emit, this, args);
      };
      socket.on('data', (/** @type {Buffer} */ chunk) => log.push(`hears ${chunk}`));
    };
    try {
      return [log, await run(t, module, program)];
    } finally {
      EventEmitter.prototype.emit = emit;
    }
  };
  const ours = await withPatch(net);
  assert.deepEqual(ours, await withPatch(nodeNet));
  assert.ok(ours[0].includes('emits fourth'));
});

test('data reaches an emit() that every emitter had before the package was loaded, as with net', async () => {
  const script = (/** @type {string} */ id) => `
    const { EventEmitter } = require('node:events');
    const { emit } = EventEmitter.prototype;
    EventEmitter.prototype.emit = function (...args) {
      emit.apply(this, args);
    };
    const net = require(${JSON.stringify(id)});
    const log = [];
    const server = net.createServer((socket) => {
      socket.on('data', (chunk) => {
        log.push(String(chunk));
        if (log.length < 4) socket.write(String(log.length));
        else socket.end();
      });
      socket.write('0');
    });
    server.listen(0, '127.0.0.1', () => {
      const socket = net.connect(server.address().port, '127.0.0.1');
      socket.on('data', (chunk) => socket.write('answer ' + chunk));
      socket.on('close', () => {
        console.log(JSON.stringify(log));
        process.exit();
      });
    });`;
  const [ours, theirs] = await Promise.all(
    [ROOT, 'node:net'].map((id) => execute(process.execPath, ['-e', script(id)])),
  );
  assert.equal(ours.stdout, theirs.stdout);
  assert.deepEqual(JSON.parse(ours.stdout), ['answer 0', 'answer 1', 'answer 2', 'answer 3']);
});

/**
 * @param {import('node:test').TestContext} t
 * @param {any} module
 * @param {(socket: any, log: string[]) => void} program
 * @returns {Promise<string[]>} what happened
 */
async function run(t, module, program) {
  /** @type {string[]} */
  const log = [];
  const { socket, peer } = await connected(t, (options) => module.connect(options));
  program(socket, log);
  for (const message of MESSAGES) {
    const before = socket.bytesRead;
    peer.write(message);
    while (socket.bytesRead < before + message.length) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.on('end', () => log.push('ends'));
  peer.end();
  await once(socket, 'close');
  return log;
}
