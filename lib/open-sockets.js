'use strict';

/** The sockets of this environment that may have bytes on their way. */

const { owners } = require('./listeners');
const { kState } = require('./state');

/** Guarded ones of Node's, which nobody else may hold. @type {Set<WeakRef<any>>} */
const foreign = new Set();

const collected = new FinalizationRegistry((/** @type {WeakRef<any>} */ reference) => foreign.delete(reference));

/** @param {object} socket one of Node's, now guarded */
function noteForeign(socket) {
  const reference = new WeakRef(socket);
  foreign.add(reference);
  collected.register(socket, reference);
}

/** @returns {any[]} those that are not closed */
function openSockets() {
  const guarded = Array.from(foreign, (reference) => reference.deref()).filter((socket) => socket && !socket.closed);
  const ours = owners.filter((owner) => owner?.[kState]?.stream);
  return [...ours, ...guarded];
}

module.exports = { noteForeign, openSockets };
