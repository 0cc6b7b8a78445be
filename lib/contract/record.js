'use strict';

/** @import { AnyStream } from '../node/stream' */
/** @import { SocketState } from '../socket/state' */

/** Under this symbol a socket of ours keeps its state, which is its record, too. */
const kState = Symbol('safe-socket.state');

/**
 * What is known of a connection of Node's from the last look at which the kernel had taken everything: `before` is what its
 * counter showed before the first byte of ours (1 for the SYN of a client, and whatever an adopted descriptor had sent),
 * `accepted` what it had taken then, `hasSentFin` whether the FIN was sent: a connection that was reset does not tell,
 * and one byte too few is promised rather than one too many. Only a socket that is watched has a record to keep it in,
 * so that its next `connect()` is seen, and forgets it.
 *
 * @typedef {{ before: number, accepted: number, hasSentFin: boolean }} Counted
 */

/** What waits for a stream hooks in here, and finds out in time. Few streams have any. */
const hooks = {
  /** Told of `ref()` and `unref()`. @type {Set<() => void> | undefined} */
  referenced: undefined,
  /** Told before the descriptor is closed, with the error that destroys the socket. @type {Set<(error: Error | null) => void> | undefined} */
  closing: undefined,
};

/** What few streams set. It stands on the prototype, so that the others do not carry it. */
const rare = {
  /** See `guard/deadlines.js`. @type {number | undefined} */
  lingerMs: undefined,
  /** @type {number | undefined} */
  writeTimeoutMs: undefined,
  /** Whether somebody asks about the connection of this socket; see `guard.js`. */
  isFollowed: false,
  /** Whether the socket keeps the process alive, as far as we have seen. */
  isReferenced: true,
  /** What the kernel has said of this connection; see `delivery/snapshot.js`. @type {Counted | undefined} */
  counted: undefined,
  ...hooks,
};

/**
 * What the package knows of a stream, whoever's it is: ours keep it in their state, any other carries a record.
 *
 * The record is a private field that is put on the object from outside, by a constructor which returns it. No program can
 * see it, whatever it enumerates, and it goes when the object goes. An entry of a WeakMap would do the same, but costs a
 * short connection more than everything else that the guard does: V8's collector looks at all of them, again and again.
 */
const StreamRecord = class {
  /** Whether the guard may refuse; otherwise the stream is only watched. */
  isGuarded = false;
  /** Our methods, where they are on this very object. @type {import('../guard/methods').GuardedMethods | null} */
  methods = null;
  /** @type {import('./policy').Policy | undefined} */
  policy = undefined;
  /** Who ended it; see `ending.js`. @type {import('./ending').Ending | undefined} */
  ending = undefined;
};

Object.assign(StreamRecord.prototype, rare);

/** @typedef {InstanceType<typeof StreamRecord> & typeof rare} StreamRecord */

/**
 * @param {AnyStream} stream
 * @returns {object}
 */
function givenBack(stream) {
  return stream;
}

const Carrier = /** @type {new (stream: object) => object} */ (/** @type {unknown} */ (givenBack));

class Recorded extends Carrier {
  #record = new StreamRecord();

  /**
   * @param {AnyStream} stream
   * @returns {StreamRecord | undefined}
   */
  static recordOf(stream) {
    return #record in stream ? /** @type {StreamRecord} */ (stream.#record) : undefined;
  }
}

const { recordOf: foreignRecordOf } = Recorded;

/** @typedef {AnyStream & { [kState]?: SocketState }} KnownStream a stream of ours, or any other */

/**
 * What every record has, ours or not.
 *
 * @typedef {object} CommonRecord
 * @property {import('./policy').Policy} [policy] that of this stream alone; see `policy.js`
 * @property {import('./ending').Ending} [ending] who ended it; see `ending.js`
 * @property {typeof hooks['referenced']} [referenced]
 * @property {typeof hooks['closing']} [closing]
 * @property {number} [lingerMs] how long `end()` waits for the peer
 * @property {(socket: any) => import('./refused-error').Addresses} [addressesOf] of a socket of ours
 */

/**
 * @param {KnownStream} stream
 * @returns {CommonRecord | undefined}
 */
function recordOf(stream) {
  return stream[kState] ?? foreignRecordOf(stream);
}

/**
 * @param {AnyStream} stream not one of ours
 * @returns {StreamRecord} made where there was none
 */
function foreignRecordFor(stream) {
  const known = foreignRecordOf(stream);
  if (known !== undefined) return known;
  // The constructor returns the stream. Bundlers would drop the call if nobody used what it returns.
  return /** @type {StreamRecord} */ (foreignRecordOf(/** @type {any} */ (new Recorded(stream))));
}

/**
 * @param {KnownStream} stream
 * @returns {CommonRecord}
 */
function recordFor(stream) {
  return stream[kState] ?? foreignRecordFor(stream);
}

/**
 * Both ends of the connection of a stream, or of the one below a message, as far as documented properties tell. A stream
 * that is no socket may have anything under these names, and one of HTTP/2 may throw.
 *
 * @param {KnownStream} stream
 * @returns {import('./refused-error').Addresses}
 */
function addressesOf(stream) {
  const ours = recordOf(stream)?.addressesOf;
  if (ours !== undefined) return ours(stream);
  try {
    /** @type {any} */
    const socket = typeof stream.setHeader === 'function' ? (stream.socket ?? stream.req?.socket) : stream;
    if (socket !== stream && socket?.[kState] !== undefined) return addressesOf(socket);
    const { remoteAddress, remotePort, localAddress, localPort } = socket ?? {};
    const isKnown = typeof remoteAddress === 'string' || typeof localAddress === 'string';
    return isKnown ? { remoteAddress, remotePort, localAddress, localPort } : {};
  } catch {
    return {};
  }
}

/**
 * Has a socket looked at once more before its descriptor is closed: afterwards the kernel tells nothing.
 *
 * @param {AnyStream} stream
 * @param {(error: Error | null) => void} listener called once, with the error that destroys the socket
 * @returns {() => void} takes it back
 */
function beforeClose(stream, listener) {
  const record = recordFor(stream);
  const listeners = (record.closing ??= new Set());
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * The descriptor of the stream is about to be closed.
 *
 * @param {AnyStream} stream
 * @param {Error | null | undefined} error
 */
function tellClosing(stream, error) {
  const record = recordOf(stream);
  const listeners = record?.closing;
  if (record === undefined || listeners === undefined) return;
  record.closing = undefined;
  for (const listener of listeners) listener(error ?? null);
}

/**
 * `ref()` or `unref()` was called.
 *
 * @param {{ referenced?: Set<() => void> }} record
 */
function tellReferenced(record) {
  record.referenced?.forEach((listener) => listener());
}

module.exports = {
  addressesOf,
  beforeClose,
  foreignRecordFor,
  foreignRecordOf,
  hooks,
  kState: /** @type {typeof kState} */ (kState),
  recordFor,
  recordOf,
  tellClosing,
  tellReferenced,
};
