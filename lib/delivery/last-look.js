'use strict';

/** Who wants to see a socket once more before its descriptor is closed: afterwards the kernel tells nothing. */

/** @type {WeakMap<object, Set<(error: Error | null) => void>>} */
const waiting = new WeakMap();

/**
 * @param {object} socket
 * @param {(error: Error | null) => void} listener called once, with the error that destroys the socket
 * @returns {() => void} takes it back
 */
function beforeClose(socket, listener) {
  const listeners = waiting.get(socket) ?? new Set();
  waiting.set(socket, listeners.add(listener));
  return () => listeners.delete(listener);
}

/**
 * The descriptor of the socket is about to be closed.
 *
 * @param {object} socket
 * @param {Error | null | undefined} error
 */
function aboutToClose(socket, error) {
  const listeners = waiting.get(socket);
  if (listeners === undefined) return;
  waiting.delete(socket);
  for (const listener of listeners) listener(error ?? null);
}

module.exports = { aboutToClose, beforeClose };
