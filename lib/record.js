'use strict';

const { kState } = require('./state');

/** What few streams set. It stands on the prototype, so that the others do not carry it. */
const rare = {
  /** See `guarded-deadlines.js`. @type {number | undefined} */
  lingerMs: undefined,
  /** @type {number | undefined} */
  writeTimeoutMs: undefined,
  /** Whether somebody asks about the connection of this socket; see `guard.js`. */
  isFollowed: false,
  /** Whether the socket keeps the process alive, as far as we have seen. */
  isReferenced: true,
  /** What the kernel has said of this connection; see `look.js`. @type {import('./look').Counted | undefined} */
  counted: undefined,
  /** Told of `ref()` and `unref()`, where something waits for the socket. @type {Set<() => void> | undefined} */
  referenced: undefined,
};

/**
 * What the package knows of a stream, whoever's it is: ours keep it in their state, any other carries a record.
 *
 * The record is a private field that is put on the object from outside, by a constructor which returns it. No program can
 * see it, whatever it enumerates, and it goes when the object goes. An entry of a WeakMap would do the same, but costs a
 * short connection more than everything else that the guard does: V8's collector looks at all of them, again and again.
 */
class StreamRecord {
  /** Whether the guard may refuse; otherwise the stream is only watched. */
  isGuarded = false;
  /** Our methods, where they are on this very object. @type {import('./guarded-methods').GuardedMethods | null} */
  methods = null;
  /** @type {import('./policy').Policy | undefined} */
  policy = undefined;
  /** Who ended it; see `ending.js`. @type {import('./ending').Ending | undefined} */
  ending = undefined;
}

Object.assign(StreamRecord.prototype, rare);

/**
 * @param {object} stream
 * @returns {object}
 */
function givenBack(stream) {
  return stream;
}

const Carrier = /** @type {new (stream: object) => object} */ (/** @type {unknown} */ (givenBack));

class Recorded extends Carrier {
  #record = new StreamRecord();

  /**
   * @param {object} stream
   * @returns {(StreamRecord & typeof rare) | undefined}
   */
  static recordOf(stream) {
    return #record in stream ? /** @type {StreamRecord & typeof rare} */ (stream.#record) : undefined;
  }
}

const { recordOf: foreignRecordOf } = Recorded;

/**
 * @param {object} stream not one of ours
 * @returns {boolean}
 */
function hasRecord(stream) {
  return foreignRecordOf(stream) !== undefined;
}

/**
 * @param {any} stream
 * @returns {{ policy?: import('./policy').Policy, ending?: import('./ending').Ending } | undefined}
 */
function recordOf(stream) {
  return stream[kState] ?? foreignRecordOf(stream);
}

/**
 * @param {object} stream not one of ours
 * @returns {StreamRecord & typeof rare} made where there was none
 */
function foreignRecordFor(stream) {
  const known = foreignRecordOf(stream);
  if (known !== undefined) return known;
  // The constructor returns the stream. Bundlers would drop the call if nobody used what it returns.
  return /** @type {StreamRecord & typeof rare} */ (foreignRecordOf(new Recorded(stream)));
}

/**
 * @param {any} stream
 * @returns {{ policy?: import('./policy').Policy, ending?: import('./ending').Ending, referenced?: Set<() => void> }}
 */
function recordFor(stream) {
  return stream[kState] ?? foreignRecordFor(stream);
}

/**
 * `ref()` or `unref()` was called.
 *
 * @param {{ referenced?: Set<() => void> }} record
 */
function tellReferenced(record) {
  record.referenced?.forEach((listener) => listener());
}

module.exports = { foreignRecordFor, foreignRecordOf, hasRecord, recordFor, recordOf, tellReferenced };
