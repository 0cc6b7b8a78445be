'use strict';

/** Sockets made of a descriptor that is there already, with `net` and with this package in the same run. */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { text } = require('node:stream/consumers');
const { describe, test } = require('node:test');

const { connected } = require('../support/connection');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'descriptor.js');
const IMPLEMENTATIONS = ['net', 'safe-socket'];
/** In these cases the socket does not read, and what comes before it closes would make the close a reset. */
const WITHOUT_GREETING = [
  'it is not to be read',
  'it does not keep the process',
  'much is written before it is destroyed',
];

/** What is done with the descriptor (fixtures/descriptor.js). */
const OF_A_CONNECTION = [
  'it is given by an option',
  'it is the argument',
  'it may stay half open',
  'it is not to be read',
  'it is not to be written',
  'it has a buffer of its own',
  'its options are set',
  'it is paused',
  'it does not keep the process',
  'it is reset',
  'much is written before it is destroyed',
];

for (const isPath of [false, true]) {
  describe(`the descriptor of a ${isPath ? 'Unix' : 'TCP'} connection`, { timeout: 60_000 }, () => {
    for (const name of OF_A_CONNECTION) {
      test(`serves as with net when ${name}`, async (t) => {
        const [expected, actual] = [
          await withConnection(t, isPath, 'net', name),
          await withConnection(t, isPath, 'safe-socket', name),
        ];
        assert.ok(expected.seen.length > 0);
        assert.deepEqual(actual, expected);
      });
    }
  });
}

describe('a descriptor', { timeout: 60_000 }, () => {
  test('serves as with net when it is the end of a pipe that is read', async () => {
    const results = IMPLEMENTATIONS.map((implementation) =>
      shell(`printf hello | "$0" "$@"`, implementation, 'it is the end of a pipe that is read'),
    );
    const [expected, actual] = await Promise.all(results);
    assert.match(expected.seen, /hello/);
    assert.deepEqual(actual, expected);
  });

  test('serves as with net when it is the end of a pipe that is written', async () => {
    const results = IMPLEMENTATIONS.map((implementation) =>
      shell(`"$0" "$@" | cat`, implementation, 'it is the end of a pipe that is written'),
    );
    const [expected, actual] = await Promise.all(results);
    assert.equal(expected.output, 'through the pipe');
    assert.deepEqual(actual, expected);
  });

  for (const [name, command] of [
    ['it is the end of a pipe that is written, and asked to be read', '"$0" "$@" | cat'],
    ['it is the end of a pipe that is read, and written to', 'printf hello | "$0" "$@"'],
  ]) {
    test(`fails as with net when ${name}`, async () => {
      const results = IMPLEMENTATIONS.map((implementation) => shell(command, implementation, name));
      const [expected, actual] = await Promise.all(results);
      assert.match(expected.seen, /ENOTCONN|EPIPE/);
      assert.deepEqual(actual, expected);
    });
  }

  test('of which no socket can be made is refused with the error of net', async () => {
    const [expected, actual] = await Promise.all(
      IMPLEMENTATIONS.map((implementation) => shell(`"$0" "$@"`, implementation, 'there is none')),
    );
    assert.match(expected.seen, /ERR_INVALID_FD_TYPE/);
    assert.deepEqual(actual, expected);
  });
});

/** What the process with the descriptor saw, and what the other end of the connection. */
async function withConnection(t, isPath, implementation, name) {
  const server = net.createServer({ allowHalfOpen: true });
  // Paused before it connects, it reads nothing: all that comes is the child's.
  const connect = (options) => new net.Socket().pause().connect(options);
  const { socket, peer } = await connected(t, connect, server, isPath);
  const { fd } = socket._handle;
  const child = spawn(process.execPath, [FIXTURE, implementation, name], { stdio: ['ignore', 'ignore', 'pipe', fd] });
  socket.destroy();
  const outcome = { received: '', error: undefined };
  if (!WITHOUT_GREETING.includes(name)) peer.write('welcome ');
  peer.on('data', (chunk) => {
    outcome.received += chunk;
    if (outcome.received === 'over') peer.end('that was all');
  });
  peer.on('end', () => peer.end());
  peer.on('error', ({ code }) => (outcome.error = code));
  const [seen] = await Promise.all([text(child.stderr), once(peer, 'close').catch(() => {})]);
  return { seen, ...outcome };
}

/** @param {string} command in which `"$0" "$@"` is the program */
async function shell(command, implementation, name) {
  const args = ['-c', command, process.execPath, FIXTURE, implementation, name];
  const child = spawn('sh', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, seen] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { output, seen };
}
