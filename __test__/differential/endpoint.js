'use strict';

/**
 * One end of a connection under observation: its socket, what was seen of it, and what it was asked to do.
 */

const { Trace, briefly, fully, describeError } = require('./trace');

class Endpoint {
  #names;
  #nextCall = 1;

  /**
   * @param {string} role `client` or `server`
   * @param {import('./scenario').EndOptions} options
   * @param {Map<string, string>} names
   * @param {boolean} isUnix
   */
  constructor(role, options, names, isUnix) {
    this.role = role;
    this.options = options;
    this.isUnix = isUnix;
    this.gathers = true;
    this.#names = names;
    this.trace = new Trace(names);
    /** @type {import('node:net').Socket | undefined} */
    this.socket = undefined;
    /** Bytes handed to `write()` or `end()` and not refused, on this connection. */
    this.accepted = 0;
    /** @type {BufferEncoding} */
    this.defaultEncoding = 'utf8';
    this.timeouts = 0;
    this.waitsForTimeout = false;
    this.hasEnded = false;
    this.hasClosed = false;
    this.isConnected = false;
    this.hasReconnected = false;
    /** Bytes, and one for each write, in this turn of the loop. */
    this.justWritten = 0;
    /** The same, since somebody began to perform operations, and since the last moment of rest. */
    this.writtenInGo = 0;
    this.writtenInStep = 0;
    this.writesInStep = 0;
    /** Whether there were so many in a step that the first of the next one may wait. */
    this.hasWrittenMany = false;
    this.hasJustRead = false;
    /** Whether it wrote several times in one go to an end that did not read. */
    this.hasGatheredUnread = false;
    this.willReset = false;
    /** @type {Endpoint | undefined} */
    this.peer = undefined;
  }

  /**
   * @param {import('node:net').Socket} socket
   * @param {(operations: import('./scenario').Operation[]) => void} perform
   */
  observe(socket, perform) {
    this.socket = socket;
    this.#record(socket);
    socket.on('error', () => {});
    for (const { event, operations } of this.options.reactions) {
      socket.once(event, () => {
        this.trace.add(`in ${event}`);
        perform(operations);
      });
    }
    if (this.options.mode === 'flowing') socket.on('data', () => {});
    if (this.options.mode === 'readable') socket.on('readable', drain);
  }

  /** A new connection of the same socket. */
  restart() {
    this.willReset = false;
    this.hasGatheredUnread = false;
    this.accepted = 0;
    this.hasEnded = false;
    this.hasClosed = false;
    this.isConnected = false;
  }

  nextCall() {
    return this.#nextCall++;
  }

  get isPeerGone() {
    return this.peer?.socket?.destroyed === true;
  }

  /** As `isConsuming` once there is a socket: it may be accepted before the client hears of it, or after. */
  get consumesFromStart() {
    const { mode, pauseOnConnect } = this.options;
    return mode === 'readable' || (mode === 'flowing' && !pauseOnConnect);
  }

  /**
   * Whether bytes that arrive are consumed without anybody asking for them. A listener to 'readable' has the first
   * connection read, and no later one.
   */
  get isConsuming() {
    if (this.socket.readableFlowing === true) return true;
    return this.socket.listenerCount('readable') > 0 && !this.hasReconnected;
  }

  /**
   * Notes the state at a moment of rest.
   *
   * @param {boolean} withAddresses reading an address makes a socket remember it, so that is part of the scenario
   */
  rest(withAddresses) {
    this.writtenInStep = 0;
    this.writesInStep = 0;
    if (this.socket === undefined) {
      this.trace.rest('-- no socket');
      return;
    }
    if (withAddresses) this.#nameAddresses();
    this.trace.rest(`-- ${fully(this.socket, withAddresses)}`);
  }

  /** Events are taken at `emit`, not with listeners: a listener would change what the socket does. */
  #record(socket) {
    const emit = socket.emit;
    socket.emit = (name, ...args) => {
      this.#note(socket, name, args);
      const hadListeners = emit.call(socket, name, ...args);
      // What a listener writes makes the time run again: whether it runs out once more before all is quiet is chance.
      if (name === 'timeout' && this.waitsForTimeout) socket.setTimeout(0);
      return hadListeners;
    };
  }

  #note(socket, name, args) {
    if (name === 'newListener' || name === 'removeListener') return;
    if (name === 'readable') {
      this.trace.activity += 1;
      return;
    }
    if (name === 'data') {
      this.trace.addData(args[0]);
      return;
    }
    if (name === 'timeout') this.timeouts += 1;
    if (name === 'end') this.hasEnded = true;
    if (name === 'close') this.hasClosed = true;
    if (name === 'connect') this.isConnected = true;
    this.trace.add(`${String(name)} ${args.map((argument) => this.#describe(argument)).join(' ')} ${briefly(socket)}`);
  }

  #describe(argument) {
    if (argument instanceof Error) return describeError(argument);
    if (argument !== null && typeof argument === 'object') return argument.constructor.name;
    return this.#names.get(`:${argument}`) ?? String(argument);
  }

  #nameAddresses() {
    const { localPort, remotePort } = this.socket;
    const other = this.role === 'client' ? 'server' : 'client';
    if (localPort !== undefined) this.#names.set(`:${localPort}`, `:<${this.role} port>`);
    if (remotePort !== undefined) this.#names.set(`:${remotePort}`, `:<${other} port>`);
  }
}

/** @this {import('node:net').Socket} */
function drain() {
  while (this.read() !== null);
}

module.exports = { Endpoint };
