'use strict';

/** What a Rust-backed socket keeps about itself, under one symbol. */

const { hooks, kState } = require('../contract/record');

/** @import { Ending } from '../contract/ending' */
/** @import { Policy } from '../contract/policy' */
/** @import { NativeStream } from '../native/stream' */
/** @import { AsyncCallback } from '../node/async-callback' */
/** @import { Batch } from './batch' */
/** @import { PendingWrite } from './pending-write' */

/**
 * @typedef {object} Attempt
 * @property {(status: number) => void} complete the native stream has connected, or has not
 * @property {() => void} cancel the socket was destroyed meanwhile
 *
 * @typedef {object} Answer
 * @property {(error?: Error | null) => void} callback that of the program
 * @property {Array<InstanceType<typeof Batch> | null>} batches that it waits for, null where a write went alone
 * @property {() => void} call what the Writable calls instead
 *
 * @typedef {object} UserBuffer
 * @property {Uint8Array | true} buffer true: a function that has given none yet
 * @property {(() => Uint8Array) | null} next gives the next one
 * @property {(length: number, buffer: Uint8Array | true) => unknown} callback
 */

/**
 * What few sockets set. It stands on the prototype, so that the others do not carry it: a field is 8 bytes of every
 * idle connection.
 */
const rare = {
  /** The attempt that `connect()` has under way. @type {Attempt | null} */
  attempt: null,
  /** Bytes of `bytesDispatched` that the kernel will never take: their write has failed, or was cut off by `destroy()`. */
  bytesUnsent: 0,
  /** What the kernel took of the chunk that `write()` now hands to `_write()`, or an errno. @type {number | null} */
  presend: null,
  /** Its bytes. @type {Uint8Array | null} */
  presendBytes: null,
  /** That of `setTimeout()`. @type {NodeJS.Timeout | null} */
  timer: null,
  /** That of this socket alone; see `policy.js`. @type {Policy | undefined} */
  policy: undefined,
  /** The stream came from a BoundSocket, which fixes its kind and its local address. */
  bound: false,
  /** False when a `_construct` may hold writes back behind the fast path's back. */
  direct: true,
  /** Answers the callback of the last write that is done, until it is called; see `write.js`. @type {Answer | null} */
  answer: null,
  /** Bytes that the last timer saw waiting; 0 when the last write went out whole. */
  lastQueued: 0,
  /** The path of an adopted, bound Unix socket. @type {string | undefined} */
  boundPath: undefined,
  /** The path of a Unix socket that was connected. @type {string | undefined} */
  peerPath: undefined,
  /** See `contract/record.js`. */
  addressesOf,
  /** Node's `tls` or `http2` works on top of the socket, and ends it; see `internals/handle-facade.js`. */
  isWrapped: false,
  /** The `onread` option. @type {UserBuffer | null} */
  userBuffer: null,
  /** How `write()` encodes strings when it is not told. @type {BufferEncoding} */
  defaultEncoding: 'utf8',
  /** The `gather` option. */
  gathers: true,
  /** False once the first write of a tick has waited in vain; see `gather.js`. */
  delaysFirst: true,
  /** True from resetAndDestroy() to destroy(). */
  resetting: false,
  noDelay: false,
  keepAlive: false,
  /** Seconds, as the kernel counts them. */
  keepAliveInitialDelay: 0,
  /** @type {number | undefined} */
  keepAliveInterval: undefined,
  /** @type {number | undefined} */
  keepAliveCount: undefined,
  /** @type {number | undefined} */
  typeOfService: undefined,
  /** `TCP_USER_TIMEOUT`. @type {number | undefined} */
  userTimeoutMs: undefined,
  /** `TCP_NOTSENT_LOWAT`. @type {number | undefined} */
  notSentLowWatermark: undefined,
  /** Whether one of these two is set. */
  hasKernelOptions: false,
  /** How long a write may be unfinished; 0: for ever. */
  writeTimeoutMs: 0,
  /** Runs as long as a write is unfinished, where there is such a limit. @type {NodeJS.Timeout | null} */
  writeTimer: null,
  /** How long `end()` waits for the peer. @type {number | undefined} */
  lingerMs: undefined,
  ...hooks,
  /** Set by the `signal` option: no further attempt to connect is made. */
  aborted: false,
};

const SocketState = class {
  /** The native stream, from `connect()` or adoption until `destroy()`. @type {NativeStream | null} */
  stream = null;
  /** True from the first `connect()` or adoption: only then can a write be refused. */
  begun = false;
  /** True while the native stream has been told to read. */
  reading = false;
  /** `bytesRead` of this connection. */
  bytesRead = 0;
  /** Bytes handed to the kernel, or waiting for it: what `bytesWritten` counts, less the Writable's own queue. */
  bytesDispatched = 0;
  /** Bytes that the peer had not acknowledged when the connection was closed; below 0: not closed, or not known. */
  unacknowledged = -1;
  /** True while `write()` hands a chunk that has been sent, or gathered, to `_write()`, for its callback to be called. */
  isSent = false;
  /** The write that waits for the kernel. @type {InstanceType<typeof PendingWrite> | null} */
  pending = null;
  /** Small writes of this tick, on their way. @type {InstanceType<typeof Batch> | null} */
  batch = null;
  /** When the last write went straight to the kernel; see `gather.js`. */
  turn = -1;
  /**
   * True from shutdown(2) of this connection; until it is over, what settles `_final()`.
   *
   * @type {InstanceType<typeof AsyncCallback> | boolean}
   */
  shutdown = false;
  /**
   * Each emits one `'close'`, when the native stream has closed: a socket may be connected anew before that.
   *
   * @type {Array<(() => void) | undefined> | null}
   */
  onclosed = null;
  /** Who ended this connection; see `ending.js`. @type {Ending | undefined} */
  ending = undefined;
};

Object.assign(SocketState.prototype, rare);

/** @typedef {InstanceType<typeof SocketState> & typeof rare} SocketState */

/**
 * Both ends of the connection, for the error of a late call: the last ones known once it is gone. Unlike the properties of
 * the socket, it leaves nothing behind that a program could see.
 *
 * @param {import('./socket').RustSocket} socket
 * @returns {import('../contract/refused-error').Addresses}
 */
function addressesOf(socket) {
  const { boundPath, ending, peerPath, stream } = socket[kState];
  if (stream === null) return ending?.addresses ?? {};
  if (stream.kind !== 'tcp') return { remoteAddress: peerPath, localAddress: boundPath ?? socket._server?._pipeName };
  /** @typedef {import('./socket').PartialAddress} PartialAddress an errno has none of its fields */
  const remote = /** @type {PartialAddress} */ (socket._peername ?? stream.remoteAddress());
  const local = /** @type {PartialAddress} */ (socket._sockname ?? stream.localAddress());
  return {
    remoteAddress: remote.address,
    remotePort: remote.port,
    localAddress: local.address,
    localPort: local.port,
  };
}

/**
 * @param {SocketState} state
 * @returns {number} bytes that the kernel has taken. `bytesWritten`, as in `net`, also counts those that never leave the
 *   process
 */
function bytesAcceptedOf({ batch, bytesDispatched, bytesUnsent, pending }) {
  return (
    bytesDispatched - bytesUnsent - (batch === null ? 0 : batch.length) - (pending === null ? 0 : pending.remaining)
  );
}

/**
 * @param {SocketState} state of a socket that was closed
 * @returns {number | undefined} bytes that the peer's kernel had acknowledged, if that is known
 */
function bytesDeliveredAtClose({ bytesDispatched, bytesUnsent, unacknowledged }) {
  return unacknowledged < 0 ? undefined : Math.max(0, bytesDispatched - bytesUnsent - unacknowledged);
}

module.exports = { SocketState, bytesAcceptedOf, bytesDeliveredAtClose };
