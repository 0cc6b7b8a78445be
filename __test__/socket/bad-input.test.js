'use strict';

/**
 * Misuse of every documented entry, on `net` and on this package in the same run: the same error, with the same code
 * and message, at the same moment.
 */

const assert = require('node:assert/strict');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { describe, test, after } = require('node:test');
const { setImmediate: nextTurn } = require('node:timers/promises');

const safe = require('../..');

const PORT = 1;
const MIN_TURNS = 5;
const PATIENCE_MS = 20_000;

/** Sockets whose lookup never answers: what is not reported by now never will be. @type {WeakSet<object>} */
const stuck = new WeakSet();

/**
 * Mistakes that older versions let pass, or report in another way. What `net` says about them today holds on all.
 *
 * @type {Array<{ title: RegExp, since: number }>}
 */
const NEWER = [
  { title: /^connect\(\{ host:/, since: 22 },
  { title: /blockList/, since: 22 },
  { title: /^connect to a blocked address/, since: 22 },
  { title: /path of 10,000 characters/, since: 24 },
  { title: /^destroySoon of a new socket/, since: 22 },
];
const VERSION = Number.parseInt(process.versions.node);
const NOWHERE = path.join(os.tmpdir(), 'safe-socket-absent', 'socket');
const ODD_VALUES = [
  null,
  true,
  false,
  '',
  ' ',
  'x',
  '-1',
  '1e3',
  -1,
  1.5,
  NaN,
  Infinity,
  65_536,
  2 ** 53,
  {},
  [],
  Symbol('s'),
  10n,
  () => {},
];

/**
 * Each case is given the implementation, and returns what may emit 'error', or nothing.
 *
 * @type {Record<string, (implementation: any) => any>}
 */
const cases = {};

/** @param {unknown} value */
function show(value) {
  if (typeof value === 'symbol' || typeof value === 'function') return typeof value;
  return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? String(value));
}

for (const value of [...ODD_VALUES, undefined]) {
  const shown = `${typeof value} ${show(value)}`;
  cases[`connect({ port: ${shown} })`] = ({ connect }) => connect({ port: value, host: '127.0.0.1' });
  cases[`connect({ host: ${shown} })`] = ({ connect }) => connect({ port: PORT, host: value, lookup: refuse });
  cases[`connect({ path: ${shown} })`] = ({ connect }) => connect({ path: value });
  cases[`connect({ lookup: ${shown} })`] = ({ connect }) =>
    connect({
      port: PORT,
      host: 'h.test',
      lookup: typeof value === 'function' ? refuse : value === undefined ? refuse : value,
    });
  cases[`connect({ family: ${shown} })`] = ({ connect }) => connect({ port: PORT, host: '127.0.0.1', family: value });
  cases[`connect({ hints: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: 'h.test', hints: value, lookup: refuse });
  cases[`connect({ localAddress: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', localAddress: value });
  cases[`connect({ localPort: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', localPort: value === 65_536 ? 65_536 : value });
  cases[`connect({ autoSelectFamily: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: 'h.test', autoSelectFamily: value, lookup: refuse });
  cases[`connect({ autoSelectFamilyAttemptTimeout: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: 'h.test', autoSelectFamilyAttemptTimeout: value, lookup: refuse });
  cases[`connect({ timeout: ${shown} })`] = ({ connect }) => connect({ port: PORT, host: '127.0.0.1', timeout: value });
  cases[`connect({ signal: ${shown} })`] = ({ connect }) => connect({ port: PORT, host: '127.0.0.1', signal: value });
  cases[`connect({ blockList: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', blockList: value });
  cases[`connect({ noDelay, keepAlive: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', noDelay: value, keepAlive: value, keepAliveInitialDelay: value });
  cases[`connect({ objectMode: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', objectMode: value });
  cases[`connect({ readableObjectMode: ${shown} })`] = ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', readableObjectMode: value });
  cases[`connect(${shown})`] = ({ connect }) => connect(value);
  cases[`connect(port, ${shown})`] = ({ connect }) =>
    connect(PORT, value === undefined || typeof value === 'string' ? '127.0.0.1' : value);
  cases[`new Socket({ fd: ${shown} })`] = ({ Socket }) => new Socket({ fd: value });
  cases[`new Socket({ onread: ${shown} })`] = ({ Socket }) => new Socket({ onread: value });
  cases[`new Socket({ onread: { buffer: ${shown} } })`] = ({ Socket }) =>
    new Socket({ onread: { buffer: value, callback() {} } });
  cases[`new Socket({ highWaterMark: ${shown} })`] = ({ Socket }) => new Socket({ highWaterMark: value });
  cases[`new Socket(${shown})`] = ({ Socket }) => new Socket(value);

  cases[`listen(${shown})`] = (implementation) => listening(implementation, value);
  cases[`listen({ port: ${shown} })`] = (implementation) => listening(implementation, { port: value });
  cases[`listen({ port, host: ${shown} })`] = (implementation) =>
    listening(implementation, {
      port: 0,
      host: typeof value === 'string' && value !== '' ? '127.0.0.1' : value,
    });
  cases[`listen({ path: ${shown} })`] = (implementation) =>
    listening(implementation, { path: typeof value === 'string' ? '' : value });
  cases[`listen({ fd: ${shown} })`] = (implementation) => listening(implementation, { fd: value });
  cases[`listen({ port, backlog: ${shown} })`] = (implementation) =>
    listening(implementation, { port: 0, backlog: value });
  cases[`listen({ port, ipv6Only: ${shown} })`] = (implementation) =>
    listening(implementation, { port: 0, ipv6Only: value });
  cases[`listen({ port, signal: ${shown} })`] = (implementation) =>
    listening(implementation, { port: 0, signal: value });
  cases[`listen({ path, readableAll: ${shown} })`] = (implementation) =>
    listening(implementation, { path: NOWHERE, readableAll: value });
  cases[`createServer(${shown})`] = ({ createServer }) => createServer(value);
  cases[`createServer({ highWaterMark: ${shown} })`] = ({ createServer }) => createServer({ highWaterMark: value });
  cases[`createServer({ keepAlive: ${shown} })`] = ({ createServer }) =>
    createServer({ keepAlive: value, keepAliveInitialDelay: value, noDelay: value });
  cases[`createServer({ blockList: ${shown} })`] = ({ createServer }) => createServer({ blockList: value });
  cases[`server.close(${shown}), not listening`] = ({ createServer }) =>
    createServer().close(typeof value === 'function' ? () => {} : value);
  cases[`server.getConnections(${shown})`] = ({ createServer }) => void createServer().getConnections(value);

  for (const method of [
    'setNoDelay',
    'setKeepAlive',
    'setTimeout',
    'pause',
    'resume',
    'ref',
    'unref',
    'address',
    'setEncoding',
    'setDefaultEncoding',
  ]) {
    cases[`socket.${method}(${shown})`] = ({ Socket }) => void new Socket()[method](value);
  }
  cases[`socket.setKeepAlive(true, ${shown})`] = ({ Socket }) => void new Socket().setKeepAlive(true, value);
  cases[`socket.setTimeout(0, ${shown})`] = ({ Socket }) => void new Socket().setTimeout(0, value);
  cases[`socket.setTimeout(9, ${shown})`] = ({ Socket }) => void new Socket().setTimeout(9, value).setTimeout?.(0);
  cases[`socket.destroy(${shown})`] = ({ Socket }) => new Socket().destroy(value);
  cases[`socket.read(${shown})`] = ({ Socket }) => void new Socket().read(value);

  for (const [state, socketIn] of Object.entries({ 'a new socket': fresh, 'a connecting socket': connecting })) {
    cases[`write(${shown}) to ${state}`] = (implementation) =>
      using(socketIn(implementation), (socket) => socket.write(value));
    cases[`write('x', ${shown}) to ${state}`] = (implementation) =>
      using(socketIn(implementation), (socket) => socket.write('x', value));
    cases[`write('x', 'utf8', ${shown}) to ${state}`] = (implementation) =>
      using(socketIn(implementation), (socket) => socket.write('x', 'utf8', value));
    cases[`end(${shown}) of ${state}`] = (implementation) =>
      using(socketIn(implementation), (socket) => socket.end(value));
    cases[`end('x', ${shown}) of ${state}`] = (implementation) =>
      using(socketIn(implementation), (socket) => socket.end('x', value));
  }
  if (net.Socket.prototype.setTypeOfService) {
    cases[`socket.setTypeOfService(${shown})`] = ({ Socket }) => void new Socket().setTypeOfService(value);
    cases[`connect({ typeOfService: ${shown} })`] = ({ connect }) =>
      connect({ port: PORT, host: '127.0.0.1', typeOfService: value });
  }
  if (net.BoundSocket) {
    cases[`new BoundSocket(${shown})`] = ({ BoundSocket }) => void new BoundSocket(value).close();
    for (const option of ['port', 'host', 'path', 'ipv6Only', 'reusePort']) {
      const options = option === 'port' || option === 'path' ? {} : { port: 0 };
      const odd = option === 'path' && typeof value === 'string' ? '' : value;
      cases[`new BoundSocket({ ${option}: ${shown} })`] = ({ BoundSocket }) =>
        void new BoundSocket({ ...options, [option]: odd }).close();
    }
  }
}

Object.assign(cases, {
  'connect()': ({ connect }) => connect(),
  'connect({})': ({ connect }) => connect({}),
  'connect([])': ({ connect }) => connect([]),
  'new Socket().connect()': ({ Socket }) => new Socket().connect(),
  'connect to a path of 10,000 characters': ({ connect }) => connect('/'.padEnd(10_000, 'p')),
  'connect to a directory': ({ connect }) => connect(os.tmpdir()),
  'connect to a regular file': ({ connect }) => connect(__filename),
  'connect to an absent path': ({ connect }) => connect(NOWHERE),
  'connect to a closed port': ({ connect }) => connect(PORT, '127.0.0.1'),
  'connect with port and path': ({ connect }) => connect({ port: PORT, path: NOWHERE }),
  'connect from a foreign address': ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', localAddress: '8.8.8.8' }),
  'connect from an address of the other family': ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', localAddress: '::1' }),
  'connect when the lookup fails': ({ connect }) => connect({ port: PORT, host: 'h.test', lookup: refuse }),
  'connect when the lookup gives an odd family': ({ connect }) =>
    connect({
      port: PORT,
      host: 'h.test',
      autoSelectFamily: false,
      lookup: (host, options, done) => done(null, '127.0.0.1', 9),
    }),
  'connect when the lookup gives no address': ({ connect }) =>
    connect({
      port: PORT,
      host: 'h.test',
      autoSelectFamily: false,
      lookup: (host, options, done) => done(null, 'no address', 4),
    }),
  'connect when the lookup gives an empty list': ({ connect }) =>
    connect({ port: PORT, host: 'h.test', autoSelectFamily: true, lookup: (host, options, done) => done(null, []) }),
  'connect when the lookup knows nothing of all': ({ connect }) =>
    connect({
      port: PORT,
      host: 'h.test',
      autoSelectFamily: true,
      lookup: (host, options, done) => done(null, '127.0.0.1', 4),
    }),
  'connect when the lookup throws': ({ connect }) =>
    connect({
      port: PORT,
      host: 'h.test',
      lookup() {
        throw new Error('lookup');
      },
    }),
  'connect with an aborted signal': ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', signal: AbortSignal.abort() }),
  'connect to a blocked address': ({ connect }) =>
    connect({ port: PORT, host: '127.0.0.1', blockList: blocking('127.0.0.1') }),
  'connect twice': ({ Socket }) => new Socket().connect(PORT, '127.0.0.1').connect(PORT, '127.0.0.1'),
  'connect after destroy': ({ Socket }) => new Socket().destroy().connect(PORT, '127.0.0.1'),
  'resetAndDestroy of a new socket': ({ Socket }) => new Socket().resetAndDestroy(),
  'resetAndDestroy of a connecting socket': (implementation) =>
    using(connecting(implementation), (socket) => socket.resetAndDestroy()),
  'destroySoon of a new socket': ({ Socket }) => using(new Socket(), (socket) => socket.destroySoon()),
  'a callback that is none, for connect': ({ connect }) => connect(PORT, '127.0.0.1', 'no function'),
  'listen twice': ({ createServer }) => closing(createServer().listen(0), (server) => server.listen(0)),
  'listen in an absent directory': (implementation) => listening(implementation, NOWHERE),
  'listen on a path of 10,000 characters': (implementation) => listening(implementation, '/'.padEnd(10_000, 'p')),
  'listen on a regular file': (implementation) => listening(implementation, __filename),
  'listen on a foreign address': (implementation) => listening(implementation, { port: 0, host: '8.8.8.8' }),
  'listen with an aborted signal': (implementation) =>
    listening(implementation, { port: 0, signal: AbortSignal.abort() }),
  'listen({})': (implementation) => listening(implementation, {}),
  'listen with a descriptor that is no socket': (implementation) => listening(implementation, { fd: 0 }),
  'listen with a descriptor that is not open': (implementation) => listening(implementation, { fd: 2 ** 20 }),
  'getConnections of a server that does not listen': ({ createServer }) => void createServer().getConnections(() => {}),
  'address of a server that does not listen': ({ createServer }) => void assert.equal(createServer().address(), null),
  'write of a typed array': (implementation) =>
    using(connecting(implementation), (socket) => socket.write(new Float64Array(2))),
  'write of a DataView': (implementation) =>
    using(connecting(implementation), (socket) => socket.write(new DataView(new ArrayBuffer(4)))),
  'write of an ArrayBuffer': (implementation) =>
    using(connecting(implementation), (socket) => socket.write(new ArrayBuffer(4))),
  'write of an empty string to a new socket': (implementation) =>
    using(fresh(implementation), (socket) => socket.write('')),
});

describe('misuse', () => {
  for (const [title, misuse] of Object.entries(cases)) {
    const skip = NEWER.some((newer) => newer.title.test(title) && newer.since > VERSION) && `not so on Node ${VERSION}`;
    test(`gives the same error as net: ${title}`, { skip }, async () => {
      const expected = await outcomeOf(() => misuse(net));
      assert.deepEqual(await outcomeOf(() => misuse(safe)), expected);
    });
  }
});

// Some of the sockets wait for what never comes.
after(() => setImmediate(() => process.exit()));

/** @returns {Promise<string[]>} what was thrown or emitted, and when */
async function outcomeOf(misuse) {
  const outcome = [];
  let moment = 'in the call';
  let emitter;
  try {
    emitter = misuse();
  } catch (error) {
    return [`thrown: ${describeError(error)}`];
  }
  if (emitter === undefined) return ['nothing thrown'];
  const noteUncaught = (error) => outcome.push(`uncaught ${moment}: ${describeError(error)}`);
  process.on('uncaughtException', noteUncaught);
  try {
    emitter.on('error', (error) => outcome.push(`'error' ${moment}: ${describeError(error)}`));
    emitter.on('close', (hadError) => outcome.push(`'close' ${hadError}`));
    emitter.on('listening', () => emitter.close());
    moment = 'in the same tick';
    await new Promise((resolve) => process.nextTick(resolve));
    moment = 'later';
    await settled(emitter, () => outcome.some((line) => line.startsWith("'close'")));
    return [...outcome];
  } finally {
    process.off('uncaughtException', noteUncaught);
    emitter.destroy?.();
    if (emitter.listening) emitter.close();
  }
}

/**
 * Everything comes within a few turns of the loop, except for names that the system looks up.
 *
 * @param {any} emitter
 * @param {() => boolean} isClosed
 */
async function settled(emitter, isClosed) {
  const deadline = performance.now() + PATIENCE_MS;
  const isUnderWay = () => !stuck.has(emitter) && (emitter.connecting || emitter.destroyed || emitter.listening);
  for (let turn = 0; !isClosed() && (turn < MIN_TURNS || isUnderWay()) && performance.now() < deadline; turn += 1) {
    await nextTurn();
  }
}

function describeError(error) {
  const { name, code, errno, syscall, address, port, message } = error;
  // The local port is the kernel's choice.
  const comparable = message?.replace(/(Local \(.*):\d+\)/, '$1:<port>)');
  return JSON.stringify({ name, code, errno, syscall, address, port, message: comparable });
}

function refuse(hostname, options, callback) {
  process.nextTick(callback, Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }));
}

function fresh({ Socket }) {
  return new Socket();
}

function connecting({ connect }) {
  const socket = connect({ port: PORT, host: 'h.test', lookup() {} });
  stuck.add(socket);
  return socket;
}

function listening({ createServer }, ...args) {
  return createServer().listen(...args);
}

/** @returns {any} the socket, after the action */
function using(socket, action) {
  socket.on('error', () => {});
  action(socket);
  return socket;
}

function closing(server, action) {
  try {
    return action(server);
  } finally {
    server.close();
  }
}

function blocking(address) {
  const list = new net.BlockList();
  list.addAddress(address);
  return list;
}
