'use strict';

const net = require('../..');
const { testContract } = require('../support/contract');
const { acceptedBy, connectedBy } = require('../support/subjects');

const same = (socket) => socket;

testContract(acceptedBy(net, 'a Rust-backed net.Socket', false, same));
testContract(acceptedBy(net, 'a Rust-backed net.Socket, strict', true, net.safeSocket));
testContract(connectedBy('a Rust-backed net.Socket that connects', false, (options) => net.connect(options)));
testContract(connectedBy('safeSocket(options)', true, (options) => net.safeSocket(options)));
