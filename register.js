'use strict';

/**
 * `node --require safe-socket/register app.js`, or `--import`: guards every `net.Socket` of the process, and with it
 * every `tls.TLSSocket` and the sockets under `http`, `https` and `http2`.
 */

require('./lib/delivery/at-end');
const { guardEverySocket } = require('./lib/guard/all-sockets');

guardEverySocket();
