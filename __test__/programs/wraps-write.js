'use strict';

/**
 * Wraps `socket.write`, as tools do, and prints, as JSON, how the socket looks at every stage of its life, and who
 * is said to have ended it when it is written to too late. With the argument `guard` each socket is guarded first, with
 * `plain` nothing is written late.
 */

const { once } = require('node:events');
const net = require('node:net');
const { inspect } = require('node:util');

const [, , way] = process.argv;
const guard = way === 'guard' ? require('../..').safeSocket : (socket) => socket;
const looks = {};
const refusals = {};

/** @param {any} socket */
function lookOf(socket) {
  const { write } = socket;
  const [shown = 'not shown'] = /^ {2}write: .*?(?=,?$)/m.exec(inspect(socket, { depth: 0 })) ?? [];
  return [shown.trim(), Object.keys(socket).includes('write'), write.name, socket.write === write];
}

/** @param {any} socket */
function wrap(socket) {
  const { write } = socket;
  socket.write = function wrapped(...args) {
    return write.apply(this, args);
  };
  return socket;
}

/** @param {any} socket */
function refusalOf(socket) {
  if (way === 'plain') return 'not asked';
  try {
    socket.write('late');
    return 'written';
  } catch (error) {
    return error.endedBy;
  }
}

/**
 * @param {net.Server} server
 * @param {any} [socket]
 */
async function pair(server, socket = new net.Socket()) {
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  socket.connect(port, '127.0.0.1').on('error', () => {});
  const [[peer]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  return { socket, peer: peer.on('error', () => {}).resume() };
}

async function endedByPeer(server) {
  const { socket, peer } = await pair(server);
  looks.open = lookOf(guard(socket));
  looks.wrapped = lookOf(wrap(socket));
  const finished = once(socket, 'finish');
  peer.end();
  socket.resume();
  await once(socket, 'end');
  looks['after the FIN'] = lookOf(socket);
  await finished;
  refusals['after the FIN'] = refusalOf(socket);
}

async function wrappedBefore(server) {
  const { socket } = await pair(server);
  looks['guarded when it was wrapped'] = lookOf(guard(wrap(socket)));
  socket.end();
  refusals['guarded when it was wrapped'] = refusalOf(socket);
}

async function endedByBoth(server) {
  const { socket, peer } = await pair(server);
  wrap(guard(socket)).end();
  socket.once('end', () => (refusals["inside 'end', after end()"] = refusalOf(socket)));
  peer.end();
  socket.resume();
  await once(socket, 'close');
}

async function connectedAnew(server) {
  const { socket } = await pair(server);
  wrap(guard(socket)).destroy();
  await once(socket, 'close');
  const { peer } = await pair(server, socket);
  looks['connected anew'] = lookOf(socket);
  const finished = once(socket, 'finish');
  peer.end();
  socket.resume();
  await finished;
  looks['connected anew, after the FIN'] = lookOf(socket);
  refusals['connected anew'] = refusalOf(socket);
}

async function unwrapped(server) {
  const { socket } = await pair(server);
  const { write } = guard(socket);
  wrap(socket).write = write;
  looks.unwrapped = lookOf(socket);
  socket.destroy();
  refusals.unwrapped = refusalOf(socket);
}

const server = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1', async () => {
  for (const run of [endedByPeer, wrappedBefore, endedByBoth, connectedAnew, unwrapped]) await run(server);
  console.log(JSON.stringify({ looks, refusals }));
  process.exit();
});
