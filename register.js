'use strict';

/**
 * `node --require safe-socket/register app.js`, or `--import`: guards every `net.Socket` of the process, and with it
 * every `tls.TLSSocket` and the sockets under `http`, `https` and `http2`.
 */

const { guardEverySocket } = require('./lib/guard/all-sockets');

const { SAFE_SOCKET_ON_REFUSED, SAFE_SOCKET_TRACE } = process.env;

// Otherwise the policy is read when a socket is used.
if (SAFE_SOCKET_ON_REFUSED || SAFE_SOCKET_TRACE) {
  require('./lib/contract/policy').setProcessPolicy(SAFE_SOCKET_ON_REFUSED);
}
guardEverySocket();
