'use strict';

const { kState } = require('./state');

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
  /** See `guarded-deadlines.js`. @type {number | undefined} */
  lingerMs = undefined;
  /** @type {number | undefined} */
  writeTimeoutMs = undefined;
  /** Who ended it; see `ending.js`. @type {import('./ending').Ending | undefined} */
  ending = undefined;
}

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
   * @returns {StreamRecord | undefined}
   */
  static recordOf(stream) {
    return #record in stream ? stream.#record : undefined;
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
 * @returns {StreamRecord} made where there was none
 */
function foreignRecordFor(stream) {
  const known = foreignRecordOf(stream);
  if (known !== undefined) return known;
  void new Recorded(stream);
  return /** @type {StreamRecord} */ (foreignRecordOf(stream));
}

/**
 * @param {any} stream
 * @returns {{ policy?: import('./policy').Policy, ending?: import('./ending').Ending }}
 */
function recordFor(stream) {
  return stream[kState] ?? foreignRecordFor(stream);
}

module.exports = { foreignRecordFor, foreignRecordOf, hasRecord, recordFor, recordOf };
