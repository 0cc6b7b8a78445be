'use strict';

/** Our sockets. `SAFE_SOCKET_DRIVER` chooses the driver, `SAFE_SOCKET_DIR` another checkout of this package. */

const net = require(process.env.SAFE_SOCKET_DIR ?? '../..');

const { run } = require('./workloads');

run(net);
