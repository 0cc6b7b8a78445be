'use strict';

const net = require('node:net');

const { safeSocket } = require('../../lib/safe-socket');
const { testContract } = require('../support/contract');
const { acceptedByNet, acceptedByTls, connectedBy } = require('../support/subjects');

const guardLoosely = (socket) => safeSocket(socket, { strict: false });

testContract(acceptedByNet('a guarded net.Socket', true, safeSocket));
testContract(acceptedByNet('a guarded net.Socket, not strict', false, guardLoosely));
testContract(connectedBy('a guarded net.Socket that connects', true, (options) => safeSocket(net.connect(options))));
testContract(acceptedByTls('a guarded tls.TLSSocket', true, safeSocket));
testContract(acceptedByTls('a guarded tls.TLSSocket, not strict', false, guardLoosely));
