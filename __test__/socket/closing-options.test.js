'use strict';

/**
 * What options of a socket come to in the kernel, as a small library sees it at close(2), compiled here and loaded by
 * LD_PRELOAD: the same as with `net` in the same run.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const { after, before, describe, test } = require('node:test');
const { promisify } = require('node:util');

const { compile, skip } = require('../support/preloaded');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'closing-options.js');
const run = promisify(execFile);

/** What the kernel has of each case, where that is not what a connection has anyhow: of the client, of the server. */
const CASES = {
  nothing: [],
  'noDelay of a client': ['client: nodelay=1'],
  'noDelay of a server': ['server: nodelay=1'],
  'keepAlive of a client': ['client: keepalive=1'],
  'keepAlive of a client, with a delay': ['client: keepalive=1', 'client: idle=5'],
  'keepAlive of a server': ['server: keepalive=1'],
  'keepAlive of a server, with a delay': ['server: keepalive=1', 'server: idle=7'],
  'setNoDelay() before the connection': ['client: nodelay=1'],
  'setNoDelay() afterwards': ['client: nodelay=1', 'server: nodelay=1'],
  'setNoDelay(), and back': ['client: nodelay=0', 'server: nodelay=0'],
  'setKeepAlive() before the connection': ['client: keepalive=1', 'client: idle=2'],
  'setKeepAlive() afterwards': ['client: idle=3', 'server: idle=3'],
  'setKeepAlive() with another delay': ['client: idle=6', 'server: idle=6'],
  'setKeepAlive(), and back': ['client: keepalive=0', 'server: keepalive=0'],
  'setKeepAlive() with an interval and a count': ['client: interval=4', 'client: count=7', 'server: interval=4'],
  'typeOfService of a client': ['client: tos=16'],
  'setTypeOfService() afterwards': ['client: tos=8', 'server: tos=8'],
};
const VERSION = Number.parseInt(process.versions.node);
/** Ours knows it on every version. */
const SINCE = {
  'setKeepAlive() with an interval and a count': 26,
  'typeOfService of a client': 26,
  'setTypeOfService() afterwards': 26,
};

describe('in the kernel stands what net would set by', { skip, timeout: 120_000 }, () => {
  /** @type {import('../support/preloaded').Preloaded} */
  let preloaded;
  before(async () => {
    preloaded = await compile('closing-options');
  });
  after(() => preloaded?.remove());

  for (const [name, stands] of Object.entries(CASES)) {
    test(name, async () => {
      const actual = await optionsAtClose(preloaded, 'safe-socket', name);
      for (const option of stands) assert.ok(actual.includes(option), `${option} of ${actual.join(', ')}`);
      if (VERSION >= (SINCE[name] ?? 0)) assert.deepEqual(actual, await optionsAtClose(preloaded, 'net', name));
    });
  }
});

async function optionsAtClose({ env, folder }, implementation, name) {
  const log = path.join(folder, `${implementation} ${name}`);
  const variables = { ...process.env, ...env, OPTIONS_LOG: log };
  const { stdout } = await run(process.execPath, [FIXTURE, implementation, name], { env: variables });
  const lines = fs.readFileSync(log, 'utf8').trim().split('\n');
  const ofEnds = lines.map((line) => {
    const [port, ...options] = line.split(' ');
    return options.map((option) => `${port === stdout.trim() ? 'server' : 'client'}: ${option}`);
  });
  return ofEnds.flat().sort();
}
