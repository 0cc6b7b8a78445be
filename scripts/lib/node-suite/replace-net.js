'use strict';

/**
 * Preloaded into every process and worker of a test: `net` means the package there, when the test file asks.
 *
 * Only the test file itself is answered so. Node's own modules, the helpers in `common/`, and what they load keep
 * Node's `net`: it is the other end of the conversation and must not change.
 */

const Module = require('node:module');
const { pathToFileURL } = require('node:url');

const testFile = process.env.SAFE_SOCKET_SUITE_FILE;
const replacement = process.env.SAFE_SOCKET_SUITE_PACKAGE;
const NAMES = new Set(['net', 'node:net']);

replaceForRequire();
if (testFile.endsWith('.mjs')) replaceForImport();

function replaceForRequire() {
  const load = Module._load;
  Module._load = function (request, parent, isMain) {
    const isReplaced = NAMES.has(request) && parent?.filename === testFile;
    return load.call(this, isReplaced ? replacement : request, parent, isMain);
  };
}

function replaceForImport() {
  const data = {
    parentURL: pathToFileURL(testFile).href,
    url: Module.isBuiltin(replacement) ? replacement : pathToFileURL(require.resolve(replacement)).href,
  };
  if (Module.registerHooks === undefined) {
    Module.register(pathToFileURL(require.resolve('./import-hook.mjs')), { data });
    return;
  }
  Module.registerHooks({
    resolve(specifier, context, nextResolve) {
      return NAMES.has(specifier) && context.parentURL === data.parentURL
        ? { url: data.url, shortCircuit: true }
        : nextResolve(specifier, context);
    },
  });
}
