'use strict';

const { on } = require('node:events');

const { invalidArgType } = require('../errors/argument');
const { abortError } = require('../errors/net');
const { validateAbortSignal } = require('../errors/validate');
const { Server } = require('../server/server');
const { disposable } = require('./dispose');

/** @import { RustServer } from '../server/server' */
/** @import { RustSocket } from '../socket/socket' */

/** What happens to a socket before anybody has it happens to nobody. */
function ignore() {}

/**
 * @param {RustServer} server
 * @param {AbortSignal | undefined} signal
 * @returns {AsyncGenerator<RustSocket | undefined, void, void>} its first step listens
 */
async function* takeInTurn(server, signal) {
  const untaken = new Set();
  /** @param {RustSocket} socket */
  const hold = (socket) => untaken.add(disposable(socket).on('error', ignore));
  const accepted = on(server, 'connection', { signal, close: ['close'] });
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
 * @param {RustServer} server
 * @param {{ signal?: AbortSignal }} [options] `signal` ends it with an `AbortError`
 * @returns {AsyncGenerator<RustSocket, void, void>}
 */
function connections(server, { signal } = {}) {
  if (!(server instanceof Server)) throw invalidArgType('server', 'Server of safe-socket', server);
  validateAbortSignal(signal, 'options.signal');
  if (signal?.aborted) throw abortError(signal);
  const sockets = takeInTurn(server, signal);
  sockets.next();
  return /** @type {AsyncGenerator<RustSocket, void, void>} */ (sockets);
}

module.exports = { connections };
