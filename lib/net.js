'use strict';

/**
 * What opens sockets and servers. All of it is loaded with the first of them: a server that has used up the descriptors of
 * the process can read no file for its first connection.
 */

const { Server, createServer } = require('./server/server');
const { BoundSocket } = require('./socket/bound-socket');
const { connect } = require('./socket/create-connection');
const { Socket } = require('./socket/socket');

module.exports = { BoundSocket, Server, Socket, connect, createServer };
