'use strict';

/** `node:cluster`: the kernel shares a port among workers, where `net` shares a handle of the primary. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURES = path.join(__dirname, '..', 'fixtures');
const run = promisify(execFile);

test('two workers that listen on one port both accept, and end when they are disconnected', async () => {
  const { stdout } = await run(process.execPath, [path.join(FIXTURES, 'cluster.js')], { timeout: 150_000 });
  assert.deepEqual(JSON.parse(stdout), { answered: 2, codes: [0, 0] });
});

test('a worker that asks for what the kernel cannot share gets one clear error', async () => {
  const script = `
    const cluster = require('node:cluster');
    const net = require(${JSON.stringify(path.join(__dirname, '..', '..'))});
    if (cluster.isPrimary) {
      cluster.fork().on('message', (message) => process.stdout.write(JSON.stringify(message)));
    } else {
      const errors = [];
      const note = (error) => {
        errors.push([error.code, error.message]);
        if (errors.length === 2) process.send(errors, () => process.disconnect());
      };
      net.createServer().on('error', note).listen(0);
      net.createServer().on('error', note).listen('/tmp/safe-socket-never-there');
    }`;
  const file = path.join(FIXTURES, 'evaluated.js');
  const { stdout } = await run(process.execPath, [file], { env: { ...process.env, SCRIPT: script }, timeout: 150_000 });
  const errors = JSON.parse(stdout);
  assert.equal(errors.length, 2);
  for (const [code, message] of errors) {
    assert.equal(code, errors[0][0]);
    assert.match(message, /cluster worker/);
  }
});

test('a worker has a port of its own where it asks for one, with an address and without', async () => {
  const script = `
    const cluster = require('node:cluster');
    const net = require(${JSON.stringify(path.join(__dirname, '..', '..'))});
    if (cluster.isPrimary) {
      cluster.fork().on('message', (message) => process.stdout.write(JSON.stringify(message)));
    } else {
      const heard = [];
      const note = (event) => heard.push(event) === 2 && process.send(heard, () => process.disconnect());
      for (const host of [undefined, '127.0.0.1']) {
        net.createServer().listen({ port: 0, host, exclusive: true }).on('listening', () => note('listening'))
          .on('error', ({ code }) => note(code));
      }
    }`;
  const file = path.join(FIXTURES, 'evaluated.js');
  const { stdout } = await run(process.execPath, [file], { env: { ...process.env, SCRIPT: script }, timeout: 150_000 });
  assert.deepEqual(JSON.parse(stdout), ['listening', 'listening']);
});
