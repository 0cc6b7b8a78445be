'use strict';

const { createServer } = require('../net');
const { abortable } = require('./abortable');
const { disposable } = require('./dispose');

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
  /** @type {any} */
  let failed;
  await abortable(options.signal, (resolve, reject) => {
    failed = reject;
    server.once('listening', resolve).on('error', failed);
    server.listen(...args);
  });
  return server.off('error', failed);
}

module.exports = { listen };
