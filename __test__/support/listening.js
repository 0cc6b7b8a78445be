'use strict';

const { once } = require('node:events');

/**
 * Makes a server of any kind listen on a free port of the loopback, until the test is over.
 *
 * @param {any} t
 * @param {any} server
 * @returns {Promise<number>} the port
 */
async function listening(t, server) {
  t.after(() => {
    server.close();
    server.closeAllConnections?.();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

module.exports = { listening };
