'use strict';

/** Node's own sockets with our guard on every one of them. */

const net = require('node:net');

const { safeSocket } = require(process.env.SAFE_SOCKET_DIR ?? '../..');
const { run } = require('./workloads');

run({
  createServer: (handler) => net.createServer((socket) => handler(safeSocket(socket))),
  connect: (port) => safeSocket(net.connect(port)),
});
