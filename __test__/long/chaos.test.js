'use strict';

/** The quick form of `npm run test:chaos`, under the driver of this run. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const { skip } = require('../support/preloaded');

const CHAOS = path.join(__dirname, '..', '..', 'scripts', 'chaos.js');
const run = promisify(execFile);

test(
  'random mishaps on either side lose, double and spoil no request',
  { skip: process.platform === 'win32', timeout: 90_000 },
  async () => {
    const seed = process.env.SAFE_SOCKET_SEED ?? String(Date.now() % 1_000_000);
    const driver = process.env.SAFE_SOCKET_DRIVER ?? 'loop';
    const { stdout } = await run(process.execPath, [CHAOS, '--minutes', '0.07', '--seed', seed, '--driver', driver]);
    assert.match(stdout, /lost: 0; wrong, doubled or out of order: 0/);
    if (!skip) assert.match(stdout, /failed sends: [1-9]/);
  },
);
