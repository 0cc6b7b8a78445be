'use strict';

/**
 * node idle.js listen: takes connections and says nothing over them.
 * node idle.js net|safe-socket HOST PORT: two connections, one of them with keep-alive; what had come of either when that one is
 * over.
 */

const nodeNet = require('node:net');
const process = require('node:process');
const { once } = require('node:events');

const [what, host, port] = process.argv.slice(2);

if (what === 'listen') listen();
else connect(what === 'net' ? nodeNet : require('../../..'));

function listen() {
  const server = nodeNet.createServer(() => {});
  server.listen(0, () => process.send?.(/** @type {any} */ (server.address()).port));
}

/** @param {any} net */
async function connect(net) {
  const events = { kept: [], unkept: [] };
  const kept = net.connect({ host, port: Number(port), keepAlive: true, keepAliveInitialDelay: 1000 });
  const unkept = net.connect({ host, port: Number(port) });
  watch(kept, events.kept);
  watch(unkept, events.unkept);
  await Promise.all([once(kept, 'connect'), once(unkept, 'connect')]);
  process.send?.('connected');
  await new Promise((resolve) => kept.on('close', resolve));
  process.send?.(events, () => process.exit());
}

/**
 * @param {any} socket
 * @param {string[]} events
 */
function watch(socket, events) {
  socket.on('error', (error) => events.push(`error ${error.code} ${error.syscall}`));
  socket.on('close', (hadError) => events.push(`close ${hadError}`));
  socket.resume();
}
