'use strict';

const { once } = require('node:events');

const { abortError } = require('../errors/net');
const { validateAbortSignal } = require('../errors/validate');
const { createServer } = require('../server/server');
const { disposable } = require('./dispose');

/** Until the caller has the server, its errors are the promise's. */
function ignore() {}

/**
 * @param {...any} args those of `server.listen()`, with a connection listener instead of the one for `'listening'`; the
 *   options are those of `createServer()` too, and `signal` closes the server, as in `net`
 * @returns {Promise<any>} a server that listens; rejects with the error of `listen()`, or an `AbortError`
 */
async function listen(...args) {
  const connectionListener = typeof args.at(-1) === 'function' ? args.pop() : undefined;
  const options = typeof args[0] === 'object' && args[0] !== null ? args[0] : {};
  const server = createServer(options).on('connection', disposable);
  if (connectionListener !== undefined) server.on('connection', connectionListener);
  validateAbortSignal(options.signal, 'options.signal');
  if (options.signal?.aborted) throw abortError(options.signal);
  server.on('error', ignore).listen(...args);
  await once(server, 'listening', { signal: options.signal });
  return server.off('error', ignore);
}

module.exports = { listen };
