'use strict';

/** Whole programs under the preload: what they do well goes on, and what they do wrong ends as it did. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const process = require('node:process');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');

const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const DATABASES = path.join(__dirname, '..', 'real-programs', 'databases.test.js');
const EXPRESS = path.join(__dirname, '..', 'fixtures', 'express-app.js');
const run = promisify(execFile);

it("runs the happy and the failing paths of ioredis and pg, on Node's own sockets", { timeout: 90_000 }, async () => {
  // A test runner inside a test runner would report to it instead of to us.
  const env = { ...process.env, SAFE_SOCKET_PRELOADED: '1' };
  delete env.NODE_TEST_CONTEXT;
  const flags = ['--require', REGISTER, '--test', '--test-reporter=tap', DATABASES];
  const { stdout } = await run(process.execPath, flags, { env });
  assert.match(stdout, /^# fail 0$/m);
  assert.match(stdout, /^# pass [1-9]|^# skipped [1-9]/m);
});

describe('an express application under the preload', { timeout: 150_000 }, () => {
  for (const preload of [[], ['--require', REGISTER]]) {
    const name = preload.length === 0 ? 'without it' : 'with it';
    it(`answers, streams, fails and survives clients that leave, ${name}`, async (t) => {
      const app = execFile(process.execPath, [...preload, EXPRESS], { timeout: 150_000 });
      t.after(() => app.kill());
      let stderr = '';
      app.stderr?.on('data', (chunk) => (stderr += chunk));
      const [line] = await once(/** @type {import('node:stream').Readable} */ (app.stdout), 'data');
      const port = Number(line);
      assert.deepEqual(await get(port, '/hello'), { status: 200, body: 'hello' });
      assert.deepEqual(await get(port, '/throws'), { status: 500, body: 'thrown by a handler' });
      const streamed = await get(port, '/stream');
      assert.equal(streamed.body.length, 1 << 20);
      for (let i = 0; i < 5; i += 1) await leaveEarly(port, '/stream');
      // Writes after end() in a handler: the response is complete, and the application is there for the next one.
      assert.deepEqual(await get(port, '/late'), { status: 200, body: 'complete' });
      assert.deepEqual(await get(port, '/hello'), { status: 200, body: 'hello' });
      assert.equal(stderr, '');
    });
  }
});

/**
 * @param {number} port
 * @param {string} target
 * @returns {Promise<{ status: number | undefined, body: string }>}
 */
async function get(port, target) {
  const request = http.get({ port, host: '127.0.0.1', path: target, agent: false });
  const [response] = await once(request, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode, body };
}

/**
 * @param {number} port
 * @param {string} target
 */
async function leaveEarly(port, target) {
  const request = http.get({ port, host: '127.0.0.1', path: target, agent: false });
  const [response] = await once(request, 'response');
  await once(response, 'data');
  const closed = once(request, 'close');
  request.destroy();
  await closed;
}
