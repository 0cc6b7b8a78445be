'use strict';

/**
 * A moment of rest: everything that was on its way when it was asked for has arrived.
 *
 * No sleeping. A byte goes over a connection of its own and comes back, once for each implementation that takes part
 * (theirs may be driven by another thread): loopback delivers in order, so what was sent earlier has been dispatched
 * by then. Rest is two such rounds in which nothing more happened.
 */

const os = require('node:os');
const path = require('node:path');
const { once } = require('node:events');
const { setImmediate: nextTurn } = require('node:timers/promises');

const QUIET_ROUNDS = 2;
/** Longer than a kernel delays an acknowledgement (200 ms), for which the next small segment waits (RFC 896). */
const PATIENCE_MS = 250;
/** A round that takes longer was not silence: the process itself stood still, and what it waited for may have come since. */
const MAX_ROUND_MS = 25;
/** Far beyond what a busy machine needs: whoever is still busy then does not stop. */
const DEADLINE_MS = 20_000;

/** A connection with itself, over which one byte at a time goes there and back. */
class Pinger {
  #near;
  #answered = () => {};

  /**
   * @param {typeof import('node:net')} implementation
   * @returns {Promise<Pinger>}
   */
  static async open(implementation) {
    const file = path.join(os.tmpdir(), `ping-${process.pid}-${Math.random().toString(36).slice(2, 10)}`);
    const server = implementation.createServer().listen(file);
    await once(server, 'listening');
    const near = implementation.connect(file);
    const [[far]] = await Promise.all([once(server, 'connection'), once(near, 'connect')]);
    server.close();
    server.unref();
    near.unref();
    far.unref();
    far.on('data', (chunk) => far.write(chunk));
    return new Pinger(near);
  }

  constructor(near) {
    this.#near = near;
    near.on('data', () => this.#answered());
  }

  ping() {
    return new Promise((resolve) => {
      this.#near.ref();
      this.#answered = () => {
        this.#near.unref();
        resolve(undefined);
      };
      this.#near.write('.');
    });
  }
}

/** @type {Map<typeof import('node:net'), Promise<Pinger>>} */
const pingers = new Map();

/** @param {typeof import('node:net')} implementation */
function pingerOf(implementation) {
  if (!pingers.has(implementation)) pingers.set(implementation, Pinger.open(implementation));
  return pingers.get(implementation);
}

/**
 * @param {Set<typeof import('node:net')>} implementations the ones taking part
 * @param {() => number} activity grows with everything that happens
 * @param {() => boolean} isExpected false while something should still happen, for example bytes should still arrive;
 *   silence ends that too, only later
 * @param {number} [patienceMs] how long silence has to last for that
 * @returns {Promise<boolean>} false when it did not come to rest at all
 */
async function quiet(implementations, activity, isExpected, patienceMs = PATIENCE_MS) {
  const start = performance.now();
  let rounds = 0;
  let before = activity();
  let silentMs = 0;
  let last = start;
  for (;;) {
    for (const implementation of implementations) await (await pingerOf(implementation)).ping();
    await nextTurn();
    const current = activity();
    const now = performance.now();
    if (current !== before) {
      before = current;
      rounds = 0;
      silentMs = 0;
    } else {
      rounds += 1;
      silentMs += Math.min(now - last, MAX_ROUND_MS);
    }
    last = now;
    if (rounds >= QUIET_ROUNDS && (isExpected() || silentMs > patienceMs)) return true;
    if (now - start > DEADLINE_MS) return false;
  }
}

module.exports = { quiet };
