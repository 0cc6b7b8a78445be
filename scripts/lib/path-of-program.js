'use strict';

/**
 * node path-of-program.js received|refused|traced
 *
 * Does the one thing whose path is asked for. `received` and `refused` print the functions of lib/ that it passes, as V8
 * counts them; `traced` sends itself SIGUSR2 before the message is sent and when it has arrived, for a debugger to see.
 */

const { Session } = require('node:inspector');
const net = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { fileURLToPath } = require('node:url');

const safe = require('../..');

const ROOT = path.join(__dirname, '..', '..');
/** Those that come first take longer ways: the Duplex learns that it is read, and the pool is filled. */
const MESSAGES_BEFORE = 3;

const session = new Session();
session.connect();

/**
 * @param {string} method
 * @param {object} [params]
 * @returns {any}
 */
function ask(method, params) {
  /** @type {any} */
  let answer;
  session.post(method, params, (error, result) => {
    if (error) throw error;
    answer = result;
  });
  return answer;
}

function startCounting() {
  ask('Profiler.enable');
  ask('Debugger.enable');
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  ask('Profiler.takePreciseCoverage');
}

function printCounted() {
  const steps = ask('Profiler.takePreciseCoverage').result.flatMap(
    (/** @type {any} */ { scriptId, url, functions }) => {
      if (!url.startsWith('file:') && !path.isAbsolute(url)) return [];
      const file = path.relative(ROOT, url.startsWith('file:') ? fileURLToPath(url) : url);
      if (!file.startsWith(`lib${path.sep}`)) return [];
      const { scriptSource } = ask('Debugger.getScriptSource', { scriptId });
      return functions
        .filter((/** @type {any} */ { ranges: [{ count }] }) => count > 0)
        .map((/** @type {any} */ { functionName, ranges: [{ startOffset, endOffset }] }) => ({
          file,
          name: functionName || '(anonymous)',
          isAnonymous: functionName === '',
          lines: scriptSource.slice(startOffset, endOffset).split('\n').length,
        }));
    },
  );
  console.log(JSON.stringify(steps));
}

/**
 * @param {() => void} before is called before the message is sent
 * @param {() => void} after is called when it has arrived
 */
function receive(before, after) {
  let count = 0;
  const server = safe.createServer((/** @type {any} */ socket) => {
    socket.on('data', () => {
      count += 1;
      if (count < MESSAGES_BEFORE) setTimeout(() => client.write('x'), 20);
      if (count === MESSAGES_BEFORE) {
        setTimeout(() => {
          before();
          client.write('x');
        }, 20);
      }
      if (count > MESSAGES_BEFORE) {
        after();
        process.exit();
      }
    });
  });
  /** @type {net.Socket} */
  let client;
  server.listen(0, '127.0.0.1', () => {
    client = net.connect(server.address().port, '127.0.0.1', () => client.write('x'));
  });
}

function refuse() {
  const server = net
    .createServer((peer) => peer.resume())
    .listen(0, '127.0.0.1', () => {
      const { port } = /** @type {net.AddressInfo} */ (server.address());
      const socket = safe.safeSocket(net.connect(port, '127.0.0.1'));
      socket.on('connect', () => {
        socket.end();
        startCounting();
        try {
          socket.write('late');
        } catch {
          printCounted();
          process.exit();
        }
      });
    });
}

const mark = () => process.kill(process.pid, 'SIGUSR2');
/** @type {Record<string, () => void>} */
const WHAT = {
  received: () => receive(startCounting, printCounted),
  traced: () => receive(mark, mark),
  refused: refuse,
};
WHAT[process.argv[2]]();
