'use strict';

/** The programs in examples/, and what each is to print. */

/**
 * @typedef {object} Example
 * @property {string} title
 * @property {string} file in examples/
 * @property {string[]} [preload] modules of `node --require`
 * @property {string} [under] the program that runs it, instead of node itself
 * @property {Record<string, string>} [env] beside that of the demo
 * @property {string[]} [args] of the program
 * @property {boolean} [serves] on port 3000, until it is ended from outside; its client is told 'Goodbye!'
 * @property {number} [exitCode]
 * @property {RegExp[]} expected each is found in the output of the program
 */

/** As many lines received as were accepted. */
const ALL_RECEIVED = /accepted:? (\d+) lines,.* received \1\b/;

/** @type {Example[]} */
const EXAMPLES = [
  {
    title: 'What Node does today: the catch is never reached, and the program dies',
    file: 'trigger.js',
    serves: true,
    exitCode: 1,
    expected: [/ERR_STREAM_WRITE_AFTER_END/],
  },
  {
    title: "The same program with require('safe-socket') in the place of require('net')",
    file: 'trigger-safe-socket.js',
    serves: true,
    expected: [/^ERR_SOCKET_ALREADY_ENDED$/m],
  },
  {
    title: "The same program with safeSocket(socket) around the socket of Node's own net",
    file: 'trigger-guarded.js',
    serves: true,
    expected: [/^ERR_SOCKET_ALREADY_ENDED$/m],
  },
  {
    title: "The same program as it stands, with Node's own net, under --require safe-socket/register",
    file: 'trigger.js',
    preload: ['safe-socket/register'],
    serves: true,
    expected: [/^ERR_SOCKET_ALREADY_ENDED$/m],
  },
  {
    title: 'In production: write() and end() after end()',
    file: 'after-end.js',
    expected: [
      /^write\('more'\): ERR_SOCKET_ALREADY_ENDED, ended by local, 4 bytes refused$/m,
      /^end\('more'\): ERR_SOCKET_ALREADY_ENDED, ended by local, 4 bytes refused$/m,
      /^end\(\): nothing is lost by it, so nothing is said$/m,
      /^end\(\), strict: ERR_SOCKET_ALREADY_ENDED, ended by local, 0 bytes refused$/m,
      /^the client received: Goodbye!$/m,
    ],
  },
  {
    title: 'In production: one part of a program closes while another still writes',
    file: 'race.js',
    expected: [/^refused: progress \d+$/m, /^ended by: local, at Socket\.hangUp \(race\.js:\d+:\d+\)$/m, ALL_RECEIVED],
  },
  {
    title: 'In production: a chat client vanishes in the middle of a broadcast, by FIN',
    file: 'chat.js',
    args: ['fin'],
    expected: [
      /^lost cid: socket ended by peer, refused message: \w/m,
      /^ann received 5 of 5 messages$/m,
      /^bob received 5 of 5 messages$/m,
    ],
  },
  {
    title: 'In production: a chat client vanishes in the middle of a broadcast, by RST',
    file: 'chat.js',
    args: ['rst'],
    expected: [
      /^lost cid: socket ended by reset, refused message: \w/m,
      /^ann received 5 of 5 messages$/m,
      /^bob received 5 of 5 messages$/m,
    ],
  },
  {
    title: 'Two defences without a race: if (socket.writable), and safeSend(socket, data)',
    file: 'defences.js',
    expected: [
      /^if \(socket\.writable\): accepted (\d+) lines, received \1, no exception$/m,
      /^safeSend\(socket, data\): accepted (\d+) lines, received \1, no exception$/m,
    ],
  },
  {
    title: 'Over HTTP: res.write() after res.end() on a guarded response',
    file: 'http.js',
    expected: [/^ERR_SOCKET_ALREADY_ENDED, ended by local$/m, /^the client received: Goodbye!$/m],
  },
  {
    title: 'A protocol of lines, with a bound on their length',
    file: 'lines.js',
    expected: [/^hello → HELLO$/m, /^quit → bye$/m, /^server: line too long$/m],
  },
  {
    title: 'A TCP proxy: half-open on both sides, and a deadline for connecting',
    file: 'proxy.js',
    expected: [/^through the proxy: 1000000 bytes$/m, /^relay: ECONNREFUSED$/m, /^the client is told: ECONNRESET$/m],
  },
  {
    title: 'A server that speaks Redis, and a client of the registry that talks to it',
    file: 'redis-like.js',
    expected: [/^OK hello 1$/m, /^told: 1$/m, /'it works'/, /^the subscriber is gone$/m],
  },
  {
    title: "TLS over Rust-backed sockets, and a guard on Node's own tls.TLSSocket",
    file: 'tls.js',
    expected: [
      /^over our sockets: ERR_SOCKET_ALREADY_ENDED, ended by local$/m,
      /^guarding Node's: ERR_SOCKET_ALREADY_ENDED, ended by local$/m,
      /^Goodbye, by TLSv1\.\d!$/m,
    ],
  },
  {
    title: 'HTTP upgrade: the connection goes over to another protocol, and keeps the contract',
    file: 'upgrade.js',
    expected: [/^without upgrade: 426 ticker$/m, /^with: 101$/m, /^tick 1$/m, /^the ticker stops, ended by local$/m],
  },
  {
    title: 'A cluster whose workers share a port by reusePort',
    file: 'cluster.js',
    expected: [/^answered by: worker 1, worker 2$/m, /^left with exit code 0\nleft with exit code 0$/m],
  },
  {
    title: 'A graceful shutdown that knows what has arrived',
    file: 'shutdown.js',
    expected: [
      /^a late message is refused$/m,
      /^ended by peer: all of the report arrived$/m,
      /^ended by timeout: some of the report is lost$/m,
    ],
  },
  {
    title: 'A report on an application as it stands: which line writes to sockets that are over',
    file: 'heartbeats.js',
    under: 'bin/safe-socket.js',
    env: { SAFE_SOCKET_ON_REFUSED: 'drop' },
    expected: [
      /^safe-socket: \d\d calls on ended sockets were refused, \d+ bytes\.$/m,
      /write {2}examples\/heartbeats\.js:\d+ +peer/,
      /write {2}examples\/heartbeats\.js:\d+ +reset/,
      /write {2}examples\/heartbeats\.js:\d+ +local +examples\/heartbeats\.js:\d+/,
    ],
  },
  {
    title: 'Metrics: what was opened, closed by whom, refused and lost, for OpenTelemetry',
    file: 'metrics.js',
    expected: [
      /^socket\.opened: 4$/m,
      /^socket\.closed destroy: 1$/m,
      /^socket\.refused: 8$/m,
      /^socket\.undelivered destroy: [1-9]\d*$/m,
    ],
  },
];

/**
 * @param {Example} example
 * @returns {string[]} arguments of node, from the root of the package
 */
function nodeArguments({ file, preload = [], under, args = [] }) {
  const runner = under === undefined ? [] : [under];
  return [...preload.flatMap((module) => ['--require', module]), ...runner, `examples/${file}`, ...args];
}

module.exports = { EXAMPLES, nodeArguments };
