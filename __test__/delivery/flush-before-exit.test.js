'use strict';

/** What a process has written is not lost when it leaves, by whichever door. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const net = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { describe, test } = require('node:test');
const { promisify } = require('node:util');

const safe = require('../..');

const PROGRAM = path.join(__dirname, '..', 'fixtures', 'programs', 'exits-with-writes.js');
const EVERY_SOCKET = path.join(__dirname, '..', 'fixtures', 'programs', 'flushes-every-socket.js');
const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const LINES = Array.from({ length: 2000 }, (_, i) => `${i}\n`).join('');

/** @returns {Promise<{ received: string, code: number }>} */
async function leave(t, implementation, how) {
  const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const chunks = [];
  const ended = once(server, 'connection').then(async ([socket]) => {
    socket.on('data', (data) => chunks.push(data));
    await once(socket, 'end').catch(() => {});
    socket.destroy();
  });
  const child = execFile(process.execPath, [PROGRAM, implementation, String(server.address().port), how]);
  const [code] = await once(child, 'exit');
  await ended;
  return { received: String(Buffer.concat(chunks)), code };
}

for (const implementation of ['safe-socket', 'net']) {
  describe(`a process with a socket of ${implementation}`, () => {
    for (const [how, exitCode] of [
      ['process.exit()', 0],
      ['an uncaught exception', 1],
      ['an unhandled rejection', 1],
      ['SIGTERM with a handler', 0],
    ]) {
      test(`loses nothing that it wrote before ${how}`, async (t) => {
        const { received, code } = await leave(t, implementation, how);
        assert.equal(code, exitCode);
        assert.equal(received, LINES);
      });
    }

    test("loses nothing that it writes in a listener of 'exit'", async (t) => {
      const { received, code } = await leave(t, implementation, "a listener of 'exit'");
      assert.equal(code, 0);
      assert.equal(received, LINES);
    });

    const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';
    test('delivers more than the kernel takes at once before flushBeforeExit() resolves', { skip }, async (t) => {
      const { received, code } = await leave(t, implementation, 'flushBeforeExit()');
      assert.equal(code, 0);
      assert.equal(received.length, LINES.length + 8_000_000);
    });
  });
}

test('flushBeforeExit() says which sockets it could not wait for', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux tells what was acknowledged');
  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const [stuck, fine] = [
    safe.connect(server.address().port, '127.0.0.1'),
    safe.connect(server.address().port, '127.0.0.1'),
  ];
  t.after(() => [stuck, fine].forEach((socket) => socket.destroy()));
  await Promise.all([once(stuck, 'connect'), once(fine, 'connect')]);
  stuck.write(Buffer.alloc(16_000_000));
  fine.write('hello');
  const { delivered, failed } = await safe.flushBeforeExit({ timeout: 50 });
  assert.equal(delivered, 1);
  assert.deepEqual(
    failed.map(({ socket, error }) => [socket, error.code]),
    [[stuck, 'ERR_SAFE_SOCKET_DELIVERY_TIMEOUT']],
  );
  return undefined;
});

test('flushBeforeExit() waits for every socket of the process under the preload', async (t) => {
  if (process.platform !== 'linux') return t.skip('only Linux tells what was acknowledged');
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', REGISTER, EVERY_SOCKET]);
  assert.deepEqual(JSON.parse(stdout), {
    failed: ['accepted', 'client', 'stdin of a child', 'tls client'],
    delivered: 3,
  });
  return undefined;
});
