'use strict';

/**
 * Instructions in user mode for a message that is echoed: a number that no other load on the machine changes.
 *
 *     node bench/instructions.js [NODE …]
 *
 * Counts with valgrind's cachegrind, for `net` and for this package, in each Node.js that is named (this one). A process
 * has both ends of all connections; of two counts, of few messages and of many, the difference is taken, so that the start is
 * not in it. Two counts of one program differ by half a percent, as V8 does not compile at the same message.
 */

const { execFile } = require('node:child_process');
const path = require('node:path');
const { promisify } = require('node:util');

const CONNECTIONS = 64;
const BYTES = 64;
const FEW = 40_000;
const MANY = 120_000;
/** The echo of a message is one, too. */
const PER_EXCHANGE = 2;

const MODULES = /** @type {const} */ ([
  ['net', 'node:net'],
  ['safe-socket', '..'],
]);

/**
 * The process that is counted.
 *
 * @param {string} id of the module
 * @param {number} messages
 */
function exchange(id, messages) {
  const net = require(id);
  const message = Buffer.alloc(BYTES, 'x');
  let left = messages;
  const server = net.createServer((/** @type {any} */ socket) => {
    socket.on('data', (/** @type {Buffer} */ chunk) => socket.write(chunk));
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: CONNECTIONS }, () => {
    const { port } = server.address();
    for (let i = 0; i < CONNECTIONS; i += 1) {
      const socket = net.connect({ port, host: '127.0.0.1' }, () => socket.write(message));
      socket.on('data', () => {
        left -= 1;
        if (left === 0) process.exit();
        socket.write(message);
      });
    }
  });
}

/**
 * @param {string} node
 * @param {string} id
 * @param {number} messages
 * @returns {Promise<number>}
 */
async function count(node, id, messages) {
  const tool = ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null'];
  const { stderr } = await promisify(execFile)('valgrind', [
    ...tool,
    node,
    __filename,
    'exchange',
    id,
    String(messages),
  ]);
  const [, instructions] = /** @type {RegExpExecArray} */ (/I *refs: +([\d,]+)/.exec(stderr));
  return Number(instructions.replaceAll(',', ''));
}

/** @param {string[]} nodes */
async function main(nodes) {
  for (const node of nodes) {
    const { stdout: version } = await promisify(execFile)(node, ['--version']);
    for (const [label, id] of MODULES) {
      const [few, many] = [await count(node, id, FEW), await count(node, id, MANY)];
      const each = (many - few) / ((MANY - FEW) * PER_EXCHANGE);
      console.log(`${version.trim()}  ${label.padEnd(12)} ${Math.round(each)} instructions a message`);
    }
  }
}

const [mode, id, messages] = process.argv.slice(2);
if (mode === 'exchange') exchange(id, Number(messages));
else main(mode === undefined ? [process.execPath] : process.argv.slice(2).map((node) => path.resolve(node)));
