'use strict';

/** Node's own sockets; with another program than Node, that program's. */

const net = require('node:net');

const { run } = require('./workloads');

run(net);
