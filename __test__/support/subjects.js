'use strict';

/**
 * The sockets that the contract is tested on. A subject makes a connected pair: `socket`, under the contract, and `peer`,
 * the other side, an ordinary socket of Node's (`wire` is the `net.Socket` that carries it). Both are closed after the test.
 */

const { once } = require('node:events');
const net = require('node:net');
const tls = require('node:tls');

const { turns } = require('./refusal');
const { credentials } = require('./tls');

/**
 * @typedef {object} Pair
 * @property {any} socket
 * @property {any} peer
 * @property {net.Socket} wire
 */

/**
 * @typedef {object} Subject
 * @property {string} name
 * @property {boolean} strict whether a bare second `end()` is refused by default
 * @property {boolean} isTls
 * @property {(t: any, options?: { allowHalfOpen?: boolean }) => Promise<Pair>} pair
 */

/**
 * @param {any} t
 * @param {any} server
 * @param {string} event
 * @param {(t: any, port: number) => Promise<{ peer: any, wire: net.Socket }>} connectPeer
 * @param {(socket: any) => any} take
 * @returns {Promise<Pair>}
 */
async function acceptOne(t, server, event, connectPeer, take) {
  const port = await listen(t, server);
  const [[socket], { peer, wire }] = await Promise.all([once(server, event), connectPeer(t, port)]);
  t.after(() => socket.destroy());
  // A server writes its session tickets after the handshake. Where a reset meets these, Node reports an end.
  await turns(2);
  return { socket: take(socket), peer: relaxed(t, peer), wire };
}

/**
 * @param {any} t
 * @param {any} server
 * @returns {Promise<number>} the port
 */
async function listen(t, server) {
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/**
 * A peer may be reset; that is the affair of the socket under test. And it reads, so that nothing stands in its way.
 *
 * @template {any} T
 * @param {any} t
 * @param {T} peer
 * @returns {T}
 */
function relaxed(t, peer) {
  t.after(() => peer.destroy());
  return peer.on('error', () => {});
}

/**
 * @param {any} t
 * @param {number} port
 */
async function netPeer(t, port) {
  const peer = relaxed(t, net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
  await once(peer, 'connect');
  peer.resume();
  return { peer, wire: peer };
}

/**
 * TLS says goodbye before a socket below it can be reset, so the bytes go through a relay, whose end is reset.
 *
 * @param {any} t
 * @param {number} port
 */
async function tlsPeer(t, port) {
  const wire = relaxed(t, net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
  const relay = net.createServer({ allowHalfOpen: true }, (near) => relaxed(t, near).pipe(wire).pipe(near));
  const relayPort = await listen(t, relay);
  const peer = relaxed(
    t,
    tls.connect({
      port: relayPort,
      host: '127.0.0.1',
      ca: credentials.cert,
      servername: 'localhost',
      allowHalfOpen: true,
    }),
  );
  await once(peer, 'secureConnect');
  peer.resume();
  return { peer, wire };
}

/**
 * @param {string} name
 * @param {boolean} strict
 * @param {(socket: any) => any} take
 * @returns {Subject}
 */
function acceptedByNet(name, strict, take) {
  return acceptedBy(net, name, strict, take);
}

/**
 * @param {{ createServer: (options: any) => any }} module `net`, or what is in its place
 * @param {string} name
 * @param {boolean} strict
 * @param {(socket: any) => any} take
 * @returns {Subject}
 */
function acceptedBy(module, name, strict, take) {
  return {
    name,
    strict,
    isTls: false,
    pair: (t, options = {}) => acceptOne(t, module.createServer({ ...options }), 'connection', netPeer, take),
  };
}

/**
 * @param {string} name
 * @param {boolean} strict
 * @param {(socket: any) => any} take
 * @returns {Subject}
 */
function acceptedByTls(name, strict, take) {
  return {
    name,
    strict,
    isTls: true,
    pair: (t, options = {}) =>
      acceptOne(t, tls.createServer({ ...credentials, ...options }), 'secureConnection', tlsPeer, take),
  };
}

/**
 * The connecting side. The peer is the accepted socket.
 *
 * @param {string} name
 * @param {boolean} strict
 * @param {(options: any) => any} connect
 * @returns {Subject}
 */
function connectedBy(name, strict, connect) {
  return {
    name,
    strict,
    isTls: false,
    async pair(t, options = {}) {
      const server = net.createServer({ allowHalfOpen: true });
      const port = await listen(t, server);
      const socket = connect({ port, host: '127.0.0.1', ...options });
      t.after(() => socket.destroy());
      const [[accepted]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
      const peer = relaxed(t, accepted);
      peer.resume();
      return { socket, peer, wire: peer };
    },
  };
}

module.exports = { acceptedBy, acceptedByNet, acceptedByTls, connectedBy };
