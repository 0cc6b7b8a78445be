'use strict';

/** What options of a server do to the sockets that it accepts: each case on `net` and on this package in the same run. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, test } = require('node:test');

const safe = /** @type {any} */ (require('../..'));
const { quiet } = require('../differential/quiet');
const { connected } = require('../support/connection');

const IMPLEMENTATIONS = new Set([net, safe]);
const EVENTS = ['pause', 'resume', 'end', 'finish', 'close'];

/**
 * What each case returns is compared. `accept` gives the accepted socket, the one that connected, and the log of events
 * at the accepted one.
 *
 * @type {Record<string, (accept: (options?: object) => Promise<any>) => Promise<unknown>>}
 */
const CASES = {
  async 'without any'(accept) {
    const { accepted, client, log } = await accept();
    client.end('hello');
    await once(accepted, 'close');
    return [settingsOf(accepted), log];
  },

  async 'pauseOnConnect leaves the bytes in the kernel until resume()'(accept) {
    const { accepted, client, log } = await accept({ pauseOnConnect: true });
    client.end('hello');
    await rest(log);
    const paused = [
      accepted.isPaused(),
      accepted.bytesRead,
      accepted.readableLength,
      accepted.readableFlowing,
      [...log],
    ];
    accepted.resume();
    await once(accepted, 'close');
    return [paused, settingsOf(accepted), log];
  },

  async 'pauseOnConnect gives way to read()'(accept) {
    const { accepted, client, log } = await accept({ pauseOnConnect: true });
    client.write('hello');
    accepted.read(0);
    await rest(log);
    return [accepted.bytesRead, accepted.readableLength, accepted.isPaused(), String(accepted.read()), log];
  },

  async 'allowHalfOpen leaves the answer to the program'(accept) {
    const { accepted, client, log } = await accept({ allowHalfOpen: true });
    client.end('question');
    await once(accepted, 'end');
    await rest(log);
    const halfOpen = [accepted.writable, accepted.readyState, [...log]];
    accepted.end('answer');
    const [answer] = await once(client, 'data');
    await rest(log);
    return [halfOpen, String(answer), settingsOf(accepted), log];
  },

  async 'highWaterMark says when to wait'(accept) {
    const { accepted, log } = await accept({ highWaterMark: 1_000, pauseOnConnect: true });
    accepted.cork();
    const results = [accepted.write(Buffer.alloc(999)), accepted.write(Buffer.alloc(1))];
    return [results, accepted.writableNeedDrain, settingsOf(accepted), log];
  },
};

describe('an accepted socket', { timeout: 60_000 }, () => {
  for (const [title, perform] of Object.entries(CASES)) {
    test(title, async (t) => {
      const outcomeOn = (implementation) => perform((options) => accept(implementation, t, options));
      assert.deepEqual(await outcomeOn(safe), await outcomeOn(net));
    });
  }
});

async function accept(implementation, t, options) {
  const log = [];
  const server = implementation.createServer(options, (socket) => {
    for (const event of EVENTS) socket.on(event, () => log.push(event));
    if (!socket.isPaused()) socket.on('data', (chunk) => log.push(String(chunk)));
  });
  const connect = (target) => net.connect({ ...target, allowHalfOpen: true });
  const { socket, peer } = await connected(t, connect, server);
  return { accepted: peer, client: socket, log };
}

function settingsOf({ allowHalfOpen, readableHighWaterMark, writableHighWaterMark, bytesRead, timeout, server }) {
  return {
    allowHalfOpen,
    readableHighWaterMark,
    writableHighWaterMark,
    bytesRead,
    timeout,
    hasServer: server !== null,
  };
}

/** What is on its way has come, and what has not come will not. */
function rest(log) {
  return quiet(
    IMPLEMENTATIONS,
    () => log.length,
    () => true,
  );
}
