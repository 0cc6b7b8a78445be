'use strict';

/**
 * What stands in for the file loader in the published package: the files of lib/ are functions in three files, for to find,
 * read and compile a file takes Node longer than to run it. Each is still the module of its path in `require.cache`, so
 * whoever asks for the file gets the same module, whichever way it came.
 *
 * `require` is a parameter of each, as it is of a file: if they all shared the one around them, a function that is held, such as
 * those that hear of events, would hold every module of a copy that a test runner has long forgotten.
 */

const path = require('node:path');

/**
 * @typedef {(module: object, exports: object, load: Load, folder: string, require: (request: string) => any) => void} Define
 * @typedef {((name: string) => any) & { parts?: Record<string, () => any> }} Load gives the exports of lib/NAME; `parts` are
 *   the files that it reads, by the words with which it asks for them
 */

/**
 * @param {string} folder that of lib/
 * @param {Record<string, any>} cache that of `require()`
 * @param {(request: string) => any} require what a file in the folder gets by `require()`
 * @param {Record<string, Define>} first what is loaded at once
 * @returns {Load}
 */
function makeLoad(folder, cache, require, first) {
  /**
   * Asked for once: a test runner gives nothing to those who ask when their test is over, and a socket may end then.
   *
   * @type {Record<string, Define>}
   */
  let guard;
  /** @type {Record<string, Define>} */
  let rest;
  /** Test runners with a registry of their own ignore what is written to `require.cache`. @type {Map<string, any>} */
  const loaded = new Map();
  return load;

  /** @param {string} name */
  function load(name) {
    const filename = path.join(folder, name);
    const known = loaded.get(name) ?? cache[filename];
    if (known !== undefined) return known.exports;
    const define =
      first[name] ?? (guard ??= part('./packed-guard.js'))[name] ?? (rest ??= part('./packed-rest.js'))[name];
    /** @type {any} */
    const module = { id: filename, filename, path: path.dirname(filename), exports: {}, loaded: false };
    module.children = [];
    module.paths = [];
    loaded.set(name, module);
    cache[filename] = module;
    define(module, module.exports, load, module.path, require);
    module.loaded = true;
    return module.exports;
  }

  /** @param {string} request */
  function part(request) {
    return load.parts?.[request]() ?? require(request);
  }
}

module.exports = { makeLoad };
