'use strict';

const { once } = require('node:events');

const { abortError } = require('../errors/net');
const { validateAbortSignal } = require('../errors/validate');
const { createServer } = require('../server/server');
const { disposable } = require('./dispose');

/** @import { ConnectionListener, RustServer, ServerOptions } from '../server/server' */
/** @import { ListenOptions } from '../socket/args' */

/** Until the caller has the server, its errors are the promise's. */
function ignore() {}

/**
 * @param {...unknown} args those of `server.listen()`, with a connection listener instead of the one for `'listening'`; the
 *   options are those of `createServer()` too, and `signal` closes the server, as in `net`
 * @returns {Promise<RustServer>} a server that listens; rejects with the error of `listen()`, or an `AbortError`
 */
async function listen(...args) {
  const last = args.at(-1);
  if (typeof last === 'function') args.pop();
  const options = /** @type {ServerOptions & ListenOptions} */ (
    typeof args[0] === 'object' && args[0] !== null ? args[0] : {}
  );
  const server = createServer(options).on('connection', disposable);
  if (typeof last === 'function') server.on('connection', /** @type {ConnectionListener} */ (last));
  validateAbortSignal(options.signal, 'options.signal');
  if (options.signal?.aborted) throw abortError(options.signal);
  server.on('error', ignore).listen(...args);
  await once(server, 'listening', { signal: options.signal });
  return server.off('error', ignore);
}

module.exports = { listen };
