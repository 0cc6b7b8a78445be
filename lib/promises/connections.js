'use strict';

const { on } = require('node:events');

const { invalidArgType } = require('../errors/argument');
const { abortError } = require('../errors/net');
const { validateAbortSignal } = require('../errors/validate');
const { Server } = require('../server/server');
const { disposable } = require('./dispose');

/** What happens to a socket before anybody has it happens to nobody. */
function ignore() {}

/**
 * @param {any} server
 * @param {AbortSignal | undefined} signal
 * @returns {AsyncGenerator<any, void, void>} its first step listens
 */
async function* takeInTurn(server, signal) {
  const untaken = new Set();
  /** @param {any} socket */
  const hold = (socket) => untaken.add(disposable(socket).on('error', ignore));
  const accepted = on(server, 'connection', /** @type {any} */ ({ signal, close: ['close'] }));
  server.on('connection', hold);
  try {
    yield;
    for await (const [socket] of accepted) {
      untaken.delete(socket);
      socket.off('error', ignore);
      // Lost while it waited.
      if (!socket.destroyed) yield socket;
    }
  } finally {
    server.off('connection', hold);
    for (const socket of untaken) socket.destroy();
  }
}

/**
 * The sockets that a server accepts from this call on. It ends when the server has closed; leaving the loop destroys
 * those that nobody has taken.
 *
 * @param {any} server
 * @param {{ signal?: AbortSignal }} [options] `signal` ends it with an `AbortError`
 * @returns {AsyncGenerator<any, void, void>}
 */
function connections(server, { signal } = {}) {
  if (!(server instanceof Server)) throw invalidArgType('server', 'Server of safe-socket', server);
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortError(signal);
  const sockets = takeInTurn(server, signal);
  sockets.next();
  return sockets;
}

module.exports = { connections };
