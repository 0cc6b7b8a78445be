'use strict';

/**
 * `node --require safe-socket/register app.js`, or `--import`: guards every `net.Socket` of the process, and with it
 * every `tls.TLSSocket` and the sockets under `http`, `https` and `http2`.
 */

const { guardEverySocket } = require('./lib/guard');
const { setProcessPolicy } = require('./lib/policy');

// An option that is not set is undefined, and keeps the default.
setProcessPolicy({ onRefused: /** @type {any} */ (process.env.SAFE_SOCKET_ON_REFUSED || undefined) });
guardEverySocket();
