'use strict';

/** Copies of the package, as programs make them that evaluate it again: test runners, for each of their files. */

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { createRequire } = require('node:module');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

const ROOT = path.join(__dirname, '..', '..');

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc');

/**
 * Empties the module cache of this package's files, and requires it.
 *
 * @param {{ withAddon?: boolean }} [options] whether the addon is loaded again, too
 * @returns {any}
 */
function evaluatedAgain({ withAddon = false } = {}) {
  for (const file of Object.keys(require.cache)) {
    const isOurs = file.startsWith(path.join(ROOT, 'lib')) || file === path.join(ROOT, 'index.js');
    const isAddon = file.endsWith('.node') || file.endsWith('binding.js');
    if (isOurs && (withAddon || !isAddon)) delete require.cache[file];
  }
  module.children.length = 0;
  return whole(require(ROOT));
}

/**
 * The package in a context of its own, with modules of its own, on the same addon: as jest has it for each test file.
 *
 * @returns {any}
 */
function inContext() {
  const { AbortController, AbortSignal, Buffer, URL, queueMicrotask, setImmediate, setTimeout } = globalThis;
  const globals = { AbortController, AbortSignal, Buffer, URL, process, queueMicrotask, setImmediate, setTimeout };
  const parsingContext = vm.createContext(globals);
  /** @type {Map<string, any>} */
  const modules = new Map();
  return whole(load(path.join(ROOT, 'index.js')));

  /** @param {string} filename @returns {any} */
  function load(filename) {
    if (filename.endsWith('.node')) return require(filename);
    const known = modules.get(filename);
    if (known !== undefined) return known.exports;
    const loaded = { exports: {}, filename, id: filename, path: path.dirname(filename) };
    modules.set(filename, loaded);
    const ofNode = createRequire(filename);
    const ours = (/** @type {string} */ request) => {
      const resolved = ofNode.resolve(request);
      return path.isAbsolute(resolved) ? load(resolved) : ofNode(request);
    };
    ours.cache = {};
    const names = ['module', 'exports', 'require', '__dirname', '__filename'];
    const define = vm.compileFunction(fs.readFileSync(filename, 'utf8'), names, { filename, parsingContext });
    define(loaded, loaded.exports, ours, loaded.path, filename);
    return loaded.exports;
  }
}

/** @param {any} copy whose files are read when something asks for them; later, those of another copy might be */
function whole(copy) {
  assert.equal(typeof copy.Socket, 'function');
  return copy;
}

/** Collects garbage, and lets finalizers run, of which one may make other objects garbage. */
async function collectGarbage() {
  for (let i = 0; i < 5; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

module.exports = { ROOT, collectGarbage, evaluatedAgain, inContext };
