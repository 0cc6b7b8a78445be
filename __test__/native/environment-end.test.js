'use strict';

/**
 * An environment that ends with sockets open, of five copies of the package that share an event loop, an addon, or nothing:
 * each cleans up after itself, in whatever order, and the process and the worker leave as they do with net.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { after, test } = require('node:test');

const { CASES, PLACES } = require('../fixtures/environment-end/cases');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'environment-end');
const TIMEOUT_MS = 100_000;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
after(() => fs.rmSync(folder, { recursive: true }));
const SAFE_SOCKET_OTHER_ADDON = otherAddon();

/** Where nothing but the place differs, the main thread leaves from two of them. */
const ON_MAIN = Object.keys(CASES).filter(
  (name) => !Object.keys(PLACES).some((place) => name.endsWith(place) && !/'data'|promise/.test(place)),
);

test('workers end as they do with net, and leave no descriptor and no thread', { timeout: TIMEOUT_MS }, async () => {
  const [reference, outcome] = await both('workers', ...Object.keys(CASES));
  assert.deepEqual(outcome, reference);
  assert.match(outcome.stdout, /more descriptors: 0\nmore threads: 0/);
});

for (const name of ON_MAIN) {
  test(`the process ends as it does with net when ${name}`, { timeout: TIMEOUT_MS }, async () => {
    const [reference, outcome] = await both('main', name);
    assert.equal(reference.signal, null);
    assert.deepEqual(outcome, reference);
  });
}

/** @param {string[]} args */
function both(...args) {
  return Promise.all([ending('net', args), ending('safe-socket', args)]);
}

/**
 * @param {string} implementation
 * @param {string[]} args
 * @returns {Promise<{ code: unknown, signal: unknown, stdout: string }>}
 */
function ending(implementation, args) {
  const env = { ...process.env, SAFE_SOCKET_OTHER_ADDON };
  return new Promise((resolve) => {
    execFile(process.execPath, [FIXTURE, implementation, ...args], { env, timeout: TIMEOUT_MS }, (error, stdout) => {
      resolve({ code: error?.code ?? 0, signal: error?.signal ?? null, stdout });
    });
  });
}

/** @returns {string} the addon in another file, which the process takes for another one */
function otherAddon() {
  const name = fs.readdirSync(path.join(__dirname, '../../lib/native')).find((file) => file.endsWith('.node'));
  const loaded = process.env.NAPI_RS_NATIVE_LIBRARY_PATH ?? path.join(__dirname, '../../lib/native', String(name));
  const other = path.join(folder, 'other.node');
  fs.copyFileSync(loaded, other);
  return other;
}
