'use strict';

/**
 * One `'exit'` listener per copy of the package would trigger Node's MaxListeners warning and keep every copy alive. So all
 * copies share one, which holds their callbacks weakly.
 */

const process = require('node:process');

/** Where the listener keeps what adds to it. */
const kAdd = Symbol.for('safe-socket.at-exit');

/**
 * @param {() => void} callback called at the exit of the process, unless nothing else holds it by then
 */
function atExit(callback) {
  /** @type {any} */
  const listener = process.listeners('exit').find((known) => Object.hasOwn(known, kAdd)) ?? listen();
  listener[kAdd](callback);
}

function listen() {
  /** @type {Set<WeakRef<() => void>>} */
  const callbacks = new Set();
  const collected = new FinalizationRegistry((/** @type {WeakRef<() => void>} */ callback) =>
    callbacks.delete(callback),
  );
  const listener = () => {
    for (const callback of callbacks) callback.deref()?.();
  };
  process.on('exit', listener);
  return Object.defineProperty(listener, kAdd, {
    value(/** @type {() => void} */ callback) {
      const held = new WeakRef(callback);
      callbacks.add(held);
      collected.register(callback, held);
    },
  });
}

module.exports = { atExit };
