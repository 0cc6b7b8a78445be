'use strict';

/** The first transition decides who ended a socket; whatever comes after it, and whoever is asked, the answer stays. */

const assert = require('node:assert/strict');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const http = require('node:http');
const nodeNet = require('node:net');
const process = require('node:process');
const { describe, it } = require('node:test');

const safe = require('../..');
const safeHttp = require('../../http');
const { connectedToPaused } = require('../support/connection');
const { listening } = require('../support/listening');
const { refuses } = require('../support/refusal');

const skip = process.platform === 'linux' ? false : 'only Linux tells what was acknowledged';
const TOO_MUCH = 16_000_000;

const sockets = {
  'safe-socket': (options) => safe.connect(options),
  'guarded net': (options) => safe.safeSocket(nodeNet.connect(options), { strict: false }),
};

function tooSlow() {
  return Object.assign(new Error('too slow'), { code: 'ECONNRESET' });
}

/** How each ends, and what happens to it afterwards. */
const LIVES = {
  'end(), then a reset': {
    endedBy: 'local',
    end: ({ ours }) => ours.end(),
    after: ({ theirs }) => theirs.resetAndDestroy(),
  },
  'end(), then destroy(error) of the program': {
    endedBy: 'local',
    end: ({ ours }) => ours.end(),
    after: ({ ours }) => ours.destroy(tooSlow()),
  },
  "the peer's FIN, then a reset": {
    endedBy: 'peer',
    async end({ ours, theirs }) {
      theirs.end();
      await once(ours, 'end');
      while (ours.writable) await new Promise(setImmediate);
    },
    after: ({ theirs }) => theirs.resetAndDestroy(),
  },
  "destroy(error) inside 'timeout'": {
    endedBy: 'timeout',
    end({ ours }) {
      ours.setTimeout(1, () => ours.destroy(tooSlow()));
      return new Promise((resolve) => ours.once('timeout', resolve));
    },
    after() {},
  },
};

for (const [kind, connect] of Object.entries(sockets)) {
  describe(`who ended a socket of ${kind}`, { skip, timeout: 150_000 }, () => {
    for (const [name, life] of Object.entries(LIVES)) {
      it(`stays ${life.endedBy} after ${name}`, async (t) => {
        const pair = await connectedToPaused(t, connect);
        const { ours } = pair;
        const closed = [];
        const listener = (message) => message.socket === ours && closed.push(message.endedBy);
        diagnostics.subscribe('safe-socket:closed', listener);
        t.after(() => diagnostics.unsubscribe('safe-socket:closed', listener));
        ours.on('error', () => {}).resume();
        ours.write(Buffer.alloc(TOO_MUCH));
        const waiting = safe.delivered(ours);
        const isLost = assert.rejects(waiting, { code: 'ERR_SOCKET_ALREADY_ENDED', endedBy: life.endedBy });
        const isClosed = new Promise((resolve) => ours.once('close', resolve));

        await life.end(pair);
        refuses(() => ours.write('x'), { endedBy: life.endedBy });
        life.after(pair);
        await isClosed;

        refuses(() => ours.write('x'), { endedBy: life.endedBy });
        await isLost;
        await assert.rejects(safe.delivered(ours), { endedBy: life.endedBy });
        assert.deepEqual(closed, [life.endedBy]);
        // There it is the connection's end that `'local'` is made more precise by.
        if (life.endedBy !== 'local') assert.equal((await safe.closeGracefully(ours)).endedBy, life.endedBy);
      });
    }

    it('stays what it was while closeGracefully() waits', async (t) => {
      const { ours, theirs } = await connectedToPaused(t, connect);
      ours.on('error', () => {}).resume();
      ours.write(Buffer.alloc(TOO_MUCH));
      theirs.end();
      await once(ours, 'end');
      while (ours.writable) await new Promise(setImmediate);
      assert.equal((await safe.closeGracefully(ours, { timeout: 20 })).endedBy, 'peer');
      refuses(() => ours.write('x'), { endedBy: 'peer' });
    });
  });
}

describe("destroy(error) inside 'timeout'", { timeout: 150_000 }, () => {
  for (const [name, module] of Object.entries({ 'node:http': http, 'safe-socket/http': safeHttp })) {
    it(`has ended a response of ${name} by the timeout`, async (t) => {
      const server = module.createServer();
      const port = await listening(t, server);
      const request = http.get({ port, host: '127.0.0.1' }).on('error', () => {});
      t.after(() => request.destroy());
      const [, response] = await once(server, 'request');
      safe.safeSocket(response);
      response.on('error', () => {});
      const cause = tooSlow();
      response.setTimeout(1, () => response.destroy(cause));
      await new Promise((resolve) => response.once('close', resolve));
      refuses(() => response.write('x'), { endedBy: 'timeout', cause });
    });

    it(`has ended a request of ${name} by the timeout`, async (t) => {
      const port = await listening(t, http.createServer());
      const request = safe.safeSocket(module.request({ port, host: '127.0.0.1', method: 'POST' }));
      const cause = tooSlow();
      request.on('error', () => {}).flushHeaders();
      await once(request, 'socket');
      request.setTimeout(1, () => request.destroy(cause));
      await new Promise((resolve) => request.once('close', resolve));
      refuses(() => request.write('x'), { endedBy: 'timeout', cause });
    });
  }

  it('emits what it emits on net', async (t) => {
    const eventsOf = async (connect) => {
      const { ours } = await connectedToPaused(t, connect);
      const events = [];
      for (const name of ['timeout', 'error', 'end', 'close']) {
        ours.on(name, (detail) => events.push([name, detail?.message ?? detail]));
      }
      ours.setTimeout(1, () => ours.destroy(tooSlow()));
      await new Promise((resolve) => ours.once('close', resolve));
      return events;
    };
    const expected = await eventsOf((options) => nodeNet.connect(options));
    assert.equal(expected.length, 3);
    for (const connect of Object.values(sockets)) assert.deepEqual(await eventsOf(connect), expected);
  });
});
