'use strict';

/** An attempt to connect to several addresses, one after the other (RFC 8305, "happy eyeballs"). */

const { kState } = require('../contract/record');
const { netError } = require('../errors/net');
const { ECANCELED, ETIMEDOUT, attemptsError, endpointError } = require('../errors/system');
const { AsyncCallback } = require('../node/async-callback');
const { clearTimeout, setTimeout } = require('../node/clock');
const { ANY_ADDRESS, bindLocal, connectError, connected, start, startError } = require('./attempt');
const { abandonStream, reopenStream } = require('./open');

/** @import { NativeStream } from '../native/stream' */
/** @import { Target } from './attempt' */
/** @import { RustSocket } from './socket' */

/** @typedef {Target & { port: number, addressType: 4 | 6 }} HostTarget */

class MultipleAttempt {
  #socket;
  #targets;
  #timeoutMs;
  /** @type {Array<Error & { code?: string }>} */
  #errors = [];
  #next = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** Of the attempt that is under way; see `SingleAttempt`. @type {InstanceType<typeof AsyncCallback> | null} */
  #request = null;

  /**
   * @param {RustSocket} socket
   * @param {HostTarget[]} targets in the order of the attempts
   * @param {number} timeoutMs how long an attempt has before the next one begins
   */
  constructor(socket, targets, timeoutMs) {
    this.#socket = socket;
    this.#targets = targets;
    this.#timeoutMs = timeoutMs;
  }

  begin() {
    this.#socket.autoSelectFamilyAttemptedAddresses = [];
    this.#tryNext();
  }

  /** @param {number} status */
  complete(status) {
    this.#request?.call(status);
  }

  /** @param {number} status */
  #settle(status) {
    clearTimeout(this.#timer);
    this.#socket[kState].attempt = null;
    if (status === 0) connected(this.#socket);
    else this.#failed(connectError(status, this.#target), status === ECANCELED);
  }

  /** The socket was destroyed while an attempt was under way. */
  cancel() {
    this.complete(ECANCELED);
  }

  /** @returns {HostTarget} the one that is being tried */
  get #target() {
    return this.#targets[this.#next - 1];
  }

  #tryNext() {
    const socket = this.#socket;
    clearTimeout(this.#timer);
    if (socket[kState].aborted) return;
    if (this.#next === this.#targets.length) {
      this.#giveUp();
      return;
    }
    this.#next += 1;
    if (this.#next > 1) reopenStream(socket);
    const stream = /** @type {NativeStream} */ (socket[kState].stream);
    const target = this.#target;
    const { address, port, addressType } = target;
    if (target.localPort) {
      const localAddress = ANY_ADDRESS[addressType];
      target.localAddress = localAddress;
      const errno = bindLocal(stream, localAddress, target);
      if (errno < 0) {
        this.#errors.push(endpointError(errno, 'bind', localAddress, target.localPort));
        this.#tryNext();
        return;
      }
    }
    if (socket.blockList?.check(address, `ipv${addressType}`)) {
      this.#failed(netError('ERR_IP_BLOCKED', address), false);
      return;
    }
    socket.emit('connectionAttempt', address, port, addressType);
    if (socket[kState].stream === null) return;
    socket.autoSelectFamilyAttemptedAddresses.push(`${address}:${port}`);
    const failure = start(stream, target);
    if (failure !== 0) {
      this.#failed(startError(socket, failure, target), false);
      return;
    }
    this.#request = new AsyncCallback('TCPCONNECTWRAP', (status) => this.#settle(status));
    socket[kState].attempt = this;
    if (this.#next < this.#targets.length) this.#timer = setTimeout(() => this.#timedOut(), this.#timeoutMs);
  }

  #timedOut() {
    const socket = this.#socket;
    const { address, port, addressType } = this.#target;
    socket.emit('connectionAttemptTimeout', address, port, addressType);
    this.#errors.push(connectError(ETIMEDOUT, this.#target));
    if (socket.connecting) {
      socket[kState].attempt = null;
      abandonStream(socket);
      this.#tryNext();
    }
  }

  /**
   * @param {Error & { code?: string }} error
   * @param {boolean} isCanceled
   */
  #failed(error, isCanceled) {
    const socket = this.#socket;
    const { address, port, addressType } = this.#target;
    this.#errors.push(error);
    socket.emit('connectionAttemptFailed', address, port, addressType, error);
    if (!socket.connecting) return;
    if (isCanceled) this.#giveUp();
    else this.#tryNext();
  }

  #giveUp() {
    const [first] = this.#errors;
    this.#socket.destroy(first === undefined ? netError('ERR_SOCKET_CONNECTION_TIMEOUT') : attemptsError(this.#errors));
  }
}

module.exports = { MultipleAttempt };
