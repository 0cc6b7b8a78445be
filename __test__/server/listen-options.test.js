'use strict';

/** Where and how a server listens: each case on `net` and on this package in the same run. */

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { setImmediate: nextTurn } = require('node:timers/promises');

const { testAsNet } = require('../support/as-net');

/** A process whose descriptor 3 listens already. */
const TAKES_OVER = `
  const server = require(process.argv[1]).createServer((socket) => server.close() && socket.end('hi'));
  server.listen({ fd: 3 }, () => console.log(JSON.stringify([server.address(), server._connectionKey])));`;

const IS_LINUX = process.platform === 'linux';

/**
 * What each case returns is compared.
 *
 * @type {Record<string, (implementation: typeof net, t: import('node:test').TestContext) => Promise<unknown>>}
 */
const CASES = {
  async 'port 0 has its address in the same tick'({ createServer }, t) {
    const server = closedAfter(t, createServer()).listen(0);
    const { address, family, port } = server.address();
    const key = server._connectionKey;
    await once(server, 'listening');
    return { address, family, hasPort: port > 0, key, hasOwnKey: Object.hasOwn(server, '_connectionKey') };
  },

  async 'a port that is taken is told by an event, after listen() has returned'({ createServer }, t) {
    const first = closedAfter(t, createServer()).listen(0, '127.0.0.1');
    await once(first, 'listening');
    const { port } = first.address();
    const second = createServer();
    const events = [];
    second.on('error', (error) => events.push(plain(error, port)));
    second.on('listening', () => events.push('listening'));
    second.on('close', () => events.push('close'));
    const result = second.listen(port, '127.0.0.1') === second;
    const sofar = events.length;
    await once(second, 'error');
    return { result, sofar, listening: second.listening, address: second.address(), events };
  },

  async 'a server listens again after an error'({ createServer }, t) {
    const server = closedAfter(t, createServer());
    server.listen({ port: 0, host: '192.0.2.1' });
    const [error] = await once(server, 'error');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return [plain(error), server.address().address];
  },

  async 'a second listen() throws'({ createServer }, t) {
    const server = closedAfter(t, createServer()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return thrownBy(() => server.listen(0, '127.0.0.1'));
  },

  async 'ipv6Only leaves IPv4 to another server'({ createServer }, t) {
    // First IPv4: there, a port that is free for IPv6 may be that of a connection of another process.
    const four = closedAfter(t, createServer()).listen(0, '0.0.0.0');
    await once(four, 'listening');
    const { port } = four.address();
    const six = closedAfter(t, createServer()).listen({ port, host: '::', ipv6Only: true });
    await once(six, 'listening');
    const served = once(four, 'connection').then(() => true);
    return [six.address().address, await outcomeOfConnecting({ port, host: '127.0.0.1' }), await served];
  },

  async 'reusePort lets two servers share a port'({ createServer }, t) {
    const options = { host: '127.0.0.1', reusePort: true };
    const first = closedAfter(t, createServer()).listen({ port: 0, ...options });
    await once(first, 'listening');
    const second = closedAfter(t, createServer()).listen({ port: first.address().port, ...options });
    const shared = await outcome(second, 'listening');
    return shared.code ?? shared;
  },

  async 'exclusive and a backlog are taken'({ createServer }, t) {
    const server = closedAfter(t, createServer());
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true, backlog: 3 });
    await once(server, 'listening');
    return outcomeOfConnecting(server.address());
  },

  async 'a signal that aborts closes the server'({ createServer }) {
    const controller = new AbortController();
    const server = createServer().listen({ port: 0, host: '127.0.0.1', signal: controller.signal });
    await once(server, 'listening');
    controller.abort();
    await once(server, 'close');
    return [server.listening, server.address()];
  },

  async 'a signal that has aborted closes it before it listens'({ createServer }) {
    const server = createServer();
    const events = note(server, ['listening', 'error', 'close']);
    server.listen({ port: 0, host: '127.0.0.1', signal: AbortSignal.abort() });
    await once(server, 'close');
    return events;
  },

  async 'a path has the permissions that were asked for'({ createServer }, t) {
    const modes = [];
    for (const access of [{}, { readableAll: true }, { writableAll: true }, { readableAll: true, writableAll: true }]) {
      const file = path.join(freshFolder(t), 'socket');
      const server = closedAfter(t, createServer()).listen({ path: file, ...access });
      await once(server, 'listening');
      modes.push([fs.statSync(file).mode & 0o777, server.address() === file]);
    }
    return modes;
  },

  async 'a path is there no longer when the server has closed'({ createServer }, t) {
    const file = path.join(freshFolder(t), 'socket');
    const server = createServer().listen(file);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return [fs.existsSync(file), server.address() === file, server.listening];
  },

  async 'an abstract path is connected to'({ createServer, connect }, t) {
    if (!IS_LINUX) return undefined;
    const name = `\0safe-socket-${process.pid}-${Math.random()}`;
    const server = closedAfter(
      t,
      createServer((socket) => socket.end('hi')),
    ).listen(name);
    await once(server, 'listening');
    const [data] = await once(connect(name), 'data');
    return [String(data), server.address() === name];
  },

  async 'a path in use, and one without its folder, are told as errors'({ createServer }, t) {
    const folder = freshFolder(t);
    const file = path.join(folder, 'socket');
    await once(closedAfter(t, createServer()).listen(file), 'listening');
    const errors = [];
    for (const target of [file, path.join(folder, 'absent', 'socket')]) {
      errors.push(plain(await outcome(createServer().listen(target)), folder));
    }
    return errors;
  },

  async 'a descriptor that listens is taken over'(implementation, t) {
    const holder = closedAfter(t, net.createServer()).listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { fd } = /** @type {any} */ (holder)._handle;
    const args = ['-e', TAKES_OVER, implementation === net ? 'node:net' : require.resolve('../..')];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', fd] });
    const listening = String((await once(child.stdout, 'data'))[0]);
    const { port } = holder.address();
    holder.close();
    const [greeting] = await once(net.connect(port, '127.0.0.1'), 'data');
    await once(child, 'exit');
    return { listening: listening.replace(String(port), '…'), greeting: String(greeting) };
  },

  async 'a descriptor that cannot listen is told as an error'({ createServer }, t) {
    const file = fs.openSync(path.join(freshFolder(t), 'file'), 'w');
    t.after(() => fs.closeSync(file));
    return plain(await outcome(createServer().listen({ fd: file })));
  },

  async 'close() with connections waits for them'({ createServer, connect }) {
    const server = createServer().listen(0, '127.0.0.1');
    const events = note(server, ['close']);
    await once(server, 'listening');
    const client = connect(server.address());
    const [accepted] = await once(server, 'connection');
    server.close(() => events.push('called back'));
    await nextTurn();
    const address = server.address();
    const before = [...events];
    const refused = await new Promise((resolve) => server.close(resolve) && client.end() && accepted.resume().end());
    return { address, before, refused: refused?.code, events };
  },

  async 'await using closes it'({ createServer }) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    return [server.listening, server.address()];
  },
};

/** What an older Node does not know; ours does, everywhere. */
const SINCE = { 'reusePort lets two servers share a port': 22 };

testAsNet('of a server', CASES, SINCE);

function closedAfter(t, server) {
  t.after(() => server.close());
  return server;
}

function freshFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

function note(emitter, names) {
  const events = [];
  for (const name of names) emitter.on(name, (...args) => events.push([name, ...args]));
  return events;
}

/** The error, or the name of the event that comes instead. */
function outcome(emitter, event) {
  return new Promise((resolve) => {
    emitter.once('error', resolve);
    if (event !== undefined) emitter.once(event, () => resolve(event));
  });
}

async function outcomeOfConnecting(target) {
  const socket = net.connect(target);
  const result = await outcome(socket, 'connect');
  socket.destroy();
  return result.code ?? result;
}

function thrownBy(call) {
  try {
    return { value: call() };
  } catch (error) {
    return plain(error);
  }
}

/** Everything that an error says, less what differs from run to run. */
function plain(error, varying = 'nothing') {
  const words = JSON.stringify({ ...error, name: error.name, message: error.message });
  return words.replaceAll(String(varying), '…');
}
