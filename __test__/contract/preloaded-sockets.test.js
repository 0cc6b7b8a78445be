'use strict';

require('../../register');

const net = require('node:net');

const { safeSocket } = require('../../lib/safe-socket');
const { testContract } = require('../support/contract');
const { acceptedByNet, acceptedByTls, connectedBy } = require('../support/subjects');

const same = (socket) => socket;

testContract(acceptedByNet('a net.Socket under register', false, same));
testContract(connectedBy('a net.Socket that connects under register', false, (options) => net.connect(options)));
testContract(acceptedByTls('a tls.TLSSocket under register', false, same));
testContract(acceptedByNet('a net.Socket under register and guarded', true, safeSocket));
