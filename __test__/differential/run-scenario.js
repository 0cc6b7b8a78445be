'use strict';

/**
 * Runs one scenario on one implementation and returns what was seen at both ends.
 *
 * Steps do not race: the next one begins when the last has come to rest (quiet.js). What happens within a step is
 * performed in one go, or at moments that the event loop orders.
 */

const net = require('node:net');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');

const { underContract } = require('./contract');
const { Endpoint } = require('./endpoint');
const { perform } = require('./operations');
const { quiet } = require('./quiet');

const HOST = '127.0.0.1';
/** Nobody listens there; an ephemeral port could connect with itself. */
const CLOSED_PORT = 1;
/** Timers come late on a busy machine. */
const TIMEOUT_PATIENCE_MS = 1_000;
const DIRECTORY = fs.mkdtempSync(path.join(os.tmpdir(), 'diff-'));
process.once('exit', () => fs.rmSync(DIRECTORY, { recursive: true, force: true }));

/**
 * @typedef {object} Subject
 * @property {string} name
 * @property {typeof net} implementation
 * @property {(socket: net.Socket) => net.Socket} prepare done to each of its sockets before anything else
 * @property {(socket: net.Socket) => void} [damage] done to each of its sockets once it is under observation
 */

/** @type {Subject} */
const reference = { name: 'net', implementation: net, prepare: underContract };

/** @type {Subject} the other end of a connection, whatever is under test */
const bystander = { name: 'net', implementation: net, prepare: (socket) => socket };

/**
 * @param {import('./scenario').Scenario} scenario
 * @param {Subject} subject
 * @returns {Promise<{ client: string[], server: string[] }>}
 */
async function runScenario(scenario, subject) {
  const run = new Run(scenario, subject);
  await run.all();
  return { client: run.client.trace.lines(), server: run.server.trace.lines() };
}

class Run {
  /**
   * @param {import('./scenario').Scenario} scenario
   * @param {Subject} subject
   */
  constructor(scenario, subject) {
    this.scenario = scenario;
    this.clientKind = scenario.subject === 'server' ? bystander : subject;
    this.serverKind = scenario.subject === 'client' ? bystander : subject;
    this.implementations = new Set([this.clientKind.implementation, this.serverKind.implementation]);
    this.names = new Map();
    const isUnix = scenario.transport === 'unix';
    this.client = new Endpoint('client', scenario.client, this.names, isUnix);
    this.server = new Endpoint('server', scenario.server, this.names, isUnix);
    this.client.gathers = scenario.gathers;
    this.server.gathers = scenario.gathers;
    this.client.peer = this.server;
    this.server.peer = this.client;
  }

  async all() {
    const { scenario } = this;
    this.listener = await listenerFor(this.serverKind, scenario);
    this.listener.accept = (socket) => this.accepted(socket);
    this.names.set(this.listener.path ?? `:${this.listener.port}`, this.listener.path ? '<path>' : ':<server port>');

    const options = socketOptions(scenario.client, scenario.gathers);
    const socket = this.clientKind.prepare(new this.clientKind.implementation.Socket(options));
    this.client.observe(socket, (operations) => perform(this.client, operations));
    this.clientKind.damage?.(socket);
    this.connect();
    perform(this.client, scenario.early);
    await this.rest();
    for (const { end, operations } of scenario.steps) await this.step(this[end], operations);
    if (scenario.reconnect !== null) await this.reconnect(scenario.reconnect);
    await this.finish();
  }

  connect() {
    const { scenario, listener, client } = this;
    if (scenario.transport === 'unix') {
      client.socket.connect(scenario.target === 'refused' ? `${listener.path}.absent` : listener.path);
      return;
    }
    const port = scenario.target === 'refused' ? CLOSED_PORT : listener.port;
    this.names.set(`:${port}`, ':<server port>');
    const lookup = (hostname, options, callback) => process.nextTick(answer, options, callback);
    if (scenario.target === 'lookup') client.socket.connect({ port, host: 'somewhere.test', lookup });
    else client.socket.connect({ port, host: HOST });
  }

  accepted(socket) {
    if (this.server.socket !== undefined && !this.server.hasClosed) {
      this.server.trace.add('accepted a second connection');
      socket.destroy();
      return;
    }
    this.server.restart();
    this.server.isConnected = true;
    this.server.observe(this.serverKind.prepare(socket), (operations) => perform(this.server, operations));
    this.serverKind.damage?.(socket);
    perform(this.server, this.scenario.greeting);
  }

  /**
   * @param {Endpoint} end
   * @param {import('./scenario').Operation[]} operations
   */
  async step(end, operations) {
    const timeoutsBefore = end.timeouts;
    const [first] = operations;
    end.waitsForTimeout = first.kind === 'setTimeout' && first.ms > 0 && first.ms < 1_000;
    perform(end, operations);
    if (end.waitsForTimeout) {
      await this.rest(() => end.timeouts > timeoutsBefore || !canTimeOut(end.socket), TIMEOUT_PATIENCE_MS);
    } else {
      await this.rest();
    }
    // It may not have come because the socket was never idle.
    if (end.waitsForTimeout) end.socket?.setTimeout(0);
    end.waitsForTimeout = false;
  }

  async rest(condition = () => true, patienceMs = undefined) {
    const { client, server } = this;
    const isSettled = () => condition() && this.isDecided() && hasArrived(client, server) && hasArrived(server, client);
    const hasSettled = await quiet(
      this.implementations,
      () => client.trace.activity + server.trace.activity,
      isSettled,
      patienceMs,
    );
    for (const end of [client, server]) {
      if (!hasSettled) end.trace.add('never came to rest');
      end.rest(this.scenario.addresses);
    }
  }

  /** Whether the connection has been made, or never will be. */
  isDecided() {
    const { socket } = this.client;
    return !socket.connecting && (socket.destroyed || this.server.isConnected);
  }

  async reconnect(operations) {
    // Of a socket destroyed while it was connecting, the listeners of its first life are still there: on `net` they
    // write what was queued then.
    if (!this.client.isConnected && this.client.accepted > 0) return;
    await this.closeAll();
    this.client.restart();
    this.client.hasReconnected = true;
    // What the client is about to reach is another socket, whenever it comes.
    this.server.socket = undefined;
    this.connect();
    await this.rest();
    await this.step(this.client, operations);
  }

  async finish() {
    await this.closeAll();
    for (const end of [this.client, this.server]) {
      end.rest(true);
    }
    this.listener.accept = undefined;
  }

  async closeAll() {
    const ends = [this.client, this.server].filter((end) => end.socket !== undefined);
    for (const end of ends) end.socket.destroy();
    const hasClosed = await quiet(
      this.implementations,
      () => this.client.trace.activity + this.server.trace.activity,
      () => ends.every((end) => end.hasClosed),
    );
    if (!hasClosed) for (const end of ends) end.trace.add('never closed');
  }
}

/** Whether all that the writer was allowed to send, its end included, has reached a reader that wants it. */
function hasArrived(writer, reader) {
  const [from, to] = [writer.socket, reader.socket];
  if (from === undefined || to === undefined || from.destroyed || to.destroyed) return true;
  if (from.connecting || !reader.isConsuming) return true;
  const held = from.writableCorked > 0 ? from.writableLength : 0;
  // A pipe may hand over less than its source has: the socket ended meanwhile.
  if (to.bytesRead < Math.min(writer.accepted, from.bytesWritten) - held) return false;
  return !from.writableEnded || reader.hasEnded;
}

function canTimeOut(socket) {
  return socket !== undefined && !socket.destroyed && socket.timeout > 0;
}

function answer(options, callback) {
  if (options.all) callback(null, [{ address: HOST, family: 4 }]);
  else callback(null, HOST, 4);
}

/** `net` does not know `gather`, and never does. */
function socketOptions({ allowHalfOpen, highWaterMark }, gather) {
  return { allowHalfOpen, gather, ...(highWaterMark !== null && { highWaterMark }) };
}

/** Servers are kept: a scenario is about a connection, and thousands of them run in a process. */
const listeners = new Map();

/**
 * @param {Subject} kind
 * @param {import('./scenario').Scenario} scenario
 */
function listenerFor(kind, { transport, server, gathers }) {
  const options = { ...socketOptions(server, gathers), pauseOnConnect: server.pauseOnConnect };
  const key = `${kind.name} ${transport} ${JSON.stringify(options)}`;
  if (!listeners.has(key)) listeners.set(key, listen(kind.implementation, transport, options));
  return listeners.get(key);
}

async function listen(implementation, transport, options) {
  const listener = { accept: undefined, port: undefined, path: undefined };
  const server = implementation.createServer(options, (socket) => listener.accept?.(socket));
  if (transport === 'unix') {
    listener.path = path.join(DIRECTORY, String(listeners.size));
    server.listen(listener.path);
    await once(server, 'listening');
  } else {
    server.listen(0, HOST);
    await once(server, 'listening');
    listener.port = server.address().port;
  }
  server.unref();
  return listener;
}

module.exports = { runScenario, reference };
