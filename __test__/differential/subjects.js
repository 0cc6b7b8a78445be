'use strict';

/** What can be compared with `net`: this package, `net` itself (a check of the comparison), and mutants of both. */

const { reference } = require('./run-scenario');

/** @returns {import('./run-scenario').Subject} */
function subjectNamed(name) {
  if (name === 'net') return reference;
  if (name !== 'package') throw new Error(`--subject is package or net, not ${name}`);
  return { name, implementation: require('../..'), prepare: (socket) => socket };
}

/**
 * The servers of a subject serve its mutants too: only the sockets differ.
 *
 * @param {import('./run-scenario').Subject} subject
 * @param {(socket: import('node:net').Socket) => void} damage
 * @returns {import('./run-scenario').Subject}
 */
function mutated(subject, damage) {
  return { ...subject, damage };
}

module.exports = { subjectNamed, mutated };
