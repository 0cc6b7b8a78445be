'use strict';

/** How a socket is made and connects: each case on `net` and on this package in the same run. */

const dns = require('node:dns');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const { testAsNet } = require('../support/as-net');

/** Cases that an older Node does not know; ours does, everywhere. */
const SINCE = {
  'a blocked address is not connected to': 22,
  'a blocked client is not let in': 22,
  'a type of service is taken': 26,
  'a bound socket connects from where it is bound': 26,
};

/** @typedef {typeof net & Record<string, any>} Implementation */

/**
 * What each case returns is compared.
 *
 * @type {Record<string, (implementation: Implementation, t: import('node:test').TestContext) => Promise<unknown>>}
 */
const CASES = {
  async 'a local address and a local port are taken'({ connect }, t) {
    const port = await listening(t);
    const localPort = await freePort();
    const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.5', localPort });
    await once(socket, 'connect');
    const result = [socket.localAddress, socket.localPort === localPort, socket.address().family];
    socket.destroy();
    return result;
  },

  async 'a local port that is taken is told as an error'({ connect }, t) {
    const port = await listening(t);
    const error = await failure(connect({ port, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: port }));
    return plain(error, port);
  },

  async 'a failure names the local end that was asked for'({ connect }) {
    const localPort = await freePort();
    const options = { port: 1, host: '127.0.0.1', localAddress: '127.0.0.5' };
    const errors = [await failure(connect(options)), await failure(connect({ ...options, localPort }))];
    return errors.map((error) => plain(error, localPort));
  },

  async 'a lookup gets what was asked for'({ connect }, t) {
    const port = await listening(t);
    const seen = [];
    for (const options of [{}, { family: 4 }, { hints: dns.ADDRCONFIG }, { autoSelectFamily: true, family: 0 }]) {
      const lookup = (hostname, asked, done) => {
        seen.push([hostname, asked]);
        if (asked.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
      };
      const socket = connect({ port, host: 'somewhere.test', lookup, ...options });
      socket.on('lookup', (...args) => seen.push(args));
      await once(socket, 'connect');
      socket.destroy();
    }
    return seen;
  },

  async 'a lookup that fails, and odd answers, are told as errors'({ connect }) {
    const errors = [];
    const nowhere = Object.assign(new Error('nowhere'), { code: 'ENOWHERE' });
    const answers = [
      { autoSelectFamily: false, answer: [nowhere] },
      { autoSelectFamily: false, answer: [null, 'no address', 4] },
      { autoSelectFamily: false, answer: [null, '127.0.0.1', 5] },
      { autoSelectFamily: true, answer: [nowhere] },
      { autoSelectFamily: true, answer: [null, [{ address: 'no address', family: 4 }]] },
      { autoSelectFamily: true, answer: [null, [{ address: '127.0.0.1', family: 7 }]] },
    ];
    for (const { autoSelectFamily, answer } of answers) {
      const lookup = (hostname, options, done) => process.nextTick(done, ...answer);
      const socket = connect({ port: 1, host: 'somewhere.test', lookup, autoSelectFamily });
      errors.push(plain(await failure(socket)));
    }
    return errors;
  },

  async 'dns.lookup is looked up when it is called'({ connect }, t) {
    const port = await listening(t);
    const mock = t.mock.method(dns, 'lookup', (hostname, options, done) =>
      options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
    );
    const socket = connect(port, 'somewhere.test');
    await once(socket, 'connect');
    socket.destroy();
    const calls = mock.mock.calls.map(({ arguments: [hostname] }) => hostname);
    mock.mock.restore();
    return calls;
  },

  async 'connect() of the prototype is what the factory calls'(implementation, t) {
    const port = await listening(t);
    const { mock } = t.mock.method(implementation.Socket.prototype, 'connect');
    const socket = implementation.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    const calls = mock.callCount();
    mock.restore();
    return calls;
  },

  async 'a timeout of the factory runs'({ connect }, t) {
    const socket = connect({ port: await listening(t), host: '127.0.0.1', timeout: 5 });
    await once(socket, 'timeout');
    const result = [socket.timeout, socket.destroyed];
    socket.destroy();
    return result;
  },

  async 'a signal destroys the socket, before it connects or after'(implementation, t) {
    const port = await listening(t);
    const outcomes = [];
    for (const moment of ['before', 'while', 'after']) {
      const controller = new AbortController();
      if (moment === 'before') controller.abort();
      const socket = new implementation.Socket({ signal: controller.signal });
      const events = note(socket, ['connect', 'error', 'close']);
      socket.connect(port, '127.0.0.1');
      if (moment === 'after') await once(socket, 'connect');
      controller.abort();
      await new Promise((resolve) => socket.once('close', resolve));
      outcomes.push([moment, [...events]]);
      // connect() after the abort has given it another life.
      socket.destroy();
    }
    return outcomes;
  },

  async 'a blocked address is not connected to'({ connect, BlockList }, t) {
    const blockList = new BlockList();
    blockList.addAddress('127.0.0.1');
    return plain(await failure(connect({ port: await listening(t), host: '127.0.0.1', blockList })));
  },

  async 'a blocked client is not let in'({ createServer, BlockList }, t) {
    const blockList = new BlockList();
    blockList.addSubnet('127.0.0.0', 8);
    const server = createServer({ blockList });
    const events = note(server, ['connection', 'drop']);
    const socket = net.connect(await listening(t, server), '127.0.0.1').on('error', () => {});
    await new Promise((resolve) => socket.resume().once('close', resolve));
    return events;
  },

  async 'a type of service is taken'(implementation, t) {
    const socket = new implementation.Socket();
    const before = socket.setTypeOfService(0x08) === socket;
    socket.connect(await listening(t), '127.0.0.1');
    await once(socket, 'connect');
    const first = socket.getTypeOfService();
    socket.setTypeOfService(0x10);
    const result = [before, first, socket.getTypeOfService()];
    socket.destroy();
    return result;
  },

  async 'a bound socket connects from where it is bound'(implementation, t) {
    const bound = new implementation.BoundSocket({ host: '127.0.0.6', port: 0 });
    const { address, port } = bound.address();
    const socket = new implementation.Socket({ handle: bound });
    socket.connect(await listening(t), '127.0.0.1');
    await once(socket, 'connect');
    const result = [address, socket.localAddress, socket.localPort === port];
    socket.destroy();
    return result;
  },

  async 'a keep-alive of the server is seen at its sockets'({ createServer }, t) {
    const probes = [];
    for (const keepAlive of [false, true]) {
      const server = createServer({ keepAlive, keepAliveInitialDelay: 60_000 });
      const port = await listening(t, server);
      const socket = net.connect(port, '127.0.0.1');
      const [[accepted]] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
      probes.push(keepAliveTimer(port, socket.localPort));
      accepted.destroy();
      await new Promise((resolve) => socket.resume().once('close', resolve));
    }
    return probes;
  },

  async 'a file that is no socket, and a path that is none, are told as errors'({ connect }, t) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
    t.after(() => fs.rmSync(folder, { recursive: true }));
    fs.writeFileSync(path.join(folder, 'file'), '');
    const errors = [];
    for (const name of ['file', 'absent', '']) {
      errors.push(plain(await failure(connect(path.join(folder, name))), folder));
    }
    return errors;
  },

  async 'addresses stay after the close, once they were read'({ connect }, t) {
    const socket = connect(await listening(t), '127.0.0.1');
    await once(socket, 'connect');
    void socket.remoteAddress;
    socket.destroy();
    await once(socket, 'close');
    return [socket.remoteAddress, socket.remoteFamily, typeof socket.remotePort, socket.localAddress, socket.address()];
  },

  async 'a hundred small corked writes may go on, and are counted'({ connect }, t) {
    const socket = connect(await listening(t), '127.0.0.1');
    await once(socket, 'connect');
    socket.cork();
    const results = Array.from({ length: 100 }, () => socket.write('a'));
    const result = [results.every(Boolean), socket.bufferSize, socket.writableLength, socket.bytesWritten];
    socket.destroy();
    return result;
  },
};

testAsNet('a socket', CASES, SINCE);

async function listening(t, server = net.createServer((socket) => socket.on('error', () => {}).resume())) {
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.5');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** proc(5): field 6 begins with the number of the timer that runs; 2 is that of keep-alive. */
function keepAliveTimer(localPort, remotePort) {
  if (process.platform !== 'linux') return undefined;
  const hex = (port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = fs.readFileSync('/proc/self/net/tcp', 'utf8').split('\n');
  const fields = lines.map((line) => line.trim().split(/\s+/));
  return fields.find(([, local, remote]) => local?.endsWith(hex(localPort)) && remote?.endsWith(hex(remotePort)))[5][1];
}

function note(emitter, names) {
  const events = [];
  for (const name of names) {
    emitter.on(name, (...args) => events.push([name, ...args.map((argument) => argument?.code ?? argument?.name)]));
  }
  return events;
}

async function failure(socket) {
  const [error] = await new Promise((resolve) => socket.once('error', (...args) => resolve(args)));
  return error;
}

/** Everything that an error says, less what differs from run to run. */
function plain(error, varying = 'nothing') {
  const words = JSON.stringify({ ...error, name: error.name, message: error.message });
  return words.replaceAll(String(varying), '…');
}
