'use strict';

/** What `safeSocket()` takes: where it connects, which options it knows, and what it says of everything else. */

const assert = require('node:assert/strict');
const { EventEmitter, once } = require('node:events');
const nodeNet = require('node:net');
const { PassThrough, Readable } = require('node:stream');
const { describe, it } = require('node:test');
const { inspect } = require('node:util');

const safe = require('../..');
const { listening } = require('../support/listening');

const { safeSocket } = safe;

/**
 * @param {(lookup: Function) => any} connect makes a socket
 * @returns {Promise<{ asked: string[], remotePort: number }>} the hosts that were looked up, and where it has arrived
 */
async function arrival(connect) {
  const asked = [];
  const socket = connect((host, options, callback) => {
    asked.push(host);
    if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  });
  await once(socket, 'connect');
  const { remotePort } = socket;
  socket.destroy();
  return { asked, remotePort };
}

/** @param {() => unknown} call */
function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return assert.fail('did not throw');
}

describe('safeSocket(port, host)', () => {
  for (const [name, connect] of [
    ['(port, host, options)', (port, lookup) => safeSocket(port, 'there.example', { lookup })],
    ['(port as a string, host, options)', (port, lookup) => safeSocket(`${port}`, 'there.example', { lookup })],
    ['(port, options)', (port, lookup) => safeSocket(port, { host: 'there.example', lookup })],
    ['(options)', (port, lookup) => safeSocket({ port, host: 'there.example', lookup })],
  ]) {
    it(`connects where net.connect() does: ${name}`, async (t) => {
      const port = await listening(t, nodeNet.createServer());
      const expected = await arrival((lookup) => nodeNet.connect({ port, host: 'there.example', lookup }));
      assert.deepEqual(expected, { asked: ['there.example'], remotePort: port });
      assert.deepEqual(await arrival((lookup) => connect(port, lookup)), expected);
    });
  }

  for (const [name, connect] of [
    ['(port)', (port) => safeSocket(port)],
    ['(port, undefined, options)', (port) => safeSocket(port, undefined, { noDelay: true })],
    ['(port, null, options)', (port) => safeSocket(port, null, { noDelay: true })],
  ]) {
    it(`connects to localhost without a host: ${name}`, async (t) => {
      const server = nodeNet.createServer();
      t.after(() => server.close());
      server.listen(0, 'localhost');
      await once(server, 'listening');
      const socket = connect(server.address().port);
      await once(socket, 'connect');
      assert.equal(socket._host, 'localhost');
      socket.destroy();
    });
  }

  it('hears of a host that is an address', async (t) => {
    const port = await listening(t, nodeNet.createServer());
    const socket = safeSocket(port, '127.0.0.1', { strict: false });
    await once(socket, 'connect');
    assert.deepEqual([socket.remoteAddress, socket.remotePort], ['127.0.0.1', port]);
    socket.end();
    socket.end();
    socket.destroy();
  });

  for (const args of [
    [1, 2],
    [1, () => {}],
    [1, 'localhost', 'x'],
    ['/path', 'localhost'],
    [{ port: 1 }, 'localhost'],
    [new PassThrough(), 'strict'],
  ]) {
    it(`throws for options that are none: ${inspect(args, { depth: -1 })}`, () => {
      assert.throws(() => safeSocket(...args), {
        code: 'ERR_INVALID_ARG_TYPE',
        message: /^The "options" argument must/,
      });
    });
  }
});

describe('safeSocket() of something else', () => {
  for (const [target, received] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'an instance of Object'],
    [{ host: 'localhost' }, 'an instance of Object'],
    [[1], 'an instance of Array'],
    [true, 'type boolean (true)'],
    [10n, 'type bigint (10n)'],
    [Symbol('s'), 'type symbol (Symbol(s))'],
    [function open() {}, 'function open'],
    [new EventEmitter(), 'an instance of EventEmitter'],
    [new Readable({ read() {} }), 'an instance of Readable'],
    [nodeNet.createServer(), 'an instance of Server'],
  ]) {
    it(`throws one sentence that says what it takes: ${received}`, () => {
      const { stack, ...error } = thrownBy(() => safeSocket(target));
      assert.equal(error.code, 'ERR_INVALID_ARG_TYPE');
      const [first, caller] = stack.split('\n');
      assert.equal(
        first,
        'TypeError [ERR_INVALID_ARG_TYPE]: The "target" argument must be a stream to guard, or a port, a path or the ' +
          `options of net.connect() to connect to. Received ${received}`,
      );
      assert.match(caller, /safe-socket-arguments\.test\.js/);
    });
  }

  for (const port of [-1, 65_536, Number.NaN, 1.5]) {
    it(`says of a bad port what net says: ${port}`, () => {
      const { code, message } = thrownBy(() => nodeNet.connect(port));
      assert.throws(() => safeSocket(port), { code, message });
    });
  }
});

const GUARDS = {
  'a guard on a socket of net': (options) => safeSocket(new nodeNet.Socket(), options),
  'a guard on a stream': (options) => safeSocket(new PassThrough(), options),
  'a guard on a socket of ours': (options) => safeSocket(new safe.Socket(), options),
};
const CONNECTION = { 'a connection': (options) => safeSocket({ port: 1, ...options }) };
const WAITS = {
  'delivered()': (options) => safe.delivered(new safe.Socket(), options),
  'closeGracefully()': (options) => safe.closeGracefully(new safe.Socket(), options),
  'flushBeforeExit()': (options) => safe.flushBeforeExit(options),
};

/** What is misspelt, and what was meant. */
const SLIPS = {
  onRefuse: 'onRefused',
  onrefused: 'onRefused',
  onRefsued: 'onRefused',
  stict: 'strict',
  STRICT: 'strict',
  tarce: 'trace',
  lingr: 'linger',
  writeTimeOut: 'writeTimeout',
};
const SLIPS_OF_CONNECTIONS = { gahter: 'gather', userTimeouts: 'userTimeout', keepAliveIntervall: 'keepAliveInterval' };
const SLIPS_OF_WAITS = { timout: 'timeout', Timeout: 'timeout', singal: 'signal' };

/** @returns {Promise<any>} what the call throws or rejects with */
async function refusalOf(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return assert.fail('took it');
}

describe('an option that does not exist', () => {
  for (const [ways, slips] of [
    [{ ...GUARDS, ...CONNECTION }, SLIPS],
    [CONNECTION, SLIPS_OF_CONNECTIONS],
    [WAITS, SLIPS_OF_WAITS],
  ]) {
    for (const [way, call] of Object.entries(ways)) {
      for (const [slip, meant] of Object.entries(slips)) {
        it(`is an error that names the nearest one: ${slip} of ${way}`, async () => {
          const error = await refusalOf(() => call({ [slip]: false }));
          assert.equal(error.code, 'ERR_INVALID_ARG_VALUE');
          const expected = `The property 'options.${slip}' does not exist; the nearest is 'options.${meant}'. Received false`;
          assert.equal(error.message, expected);
        });
      }
    }
  }

  for (const [ways, names] of [
    [GUARDS, 'strict, trace, onRefused, linger, writeTimeout'],
    [WAITS, 'timeout, signal'],
  ]) {
    for (const [way, call] of Object.entries(ways)) {
      for (const name of ['host', 'noDelay', 'whatever', 'place']) {
        it(`is an error that names all, where none is near: ${name} of ${way}`, async () => {
          const error = await refusalOf(() => call({ [name]: 1 }));
          assert.equal(error.code, 'ERR_INVALID_ARG_VALUE');
          assert.equal(
            error.message,
            `The property 'options.${name}' does not exist; the options are ${names}. Received 1`,
          );
        });
      }
    }
  }

  it('leaves the socket unguarded', async () => {
    const socket = new nodeNet.Socket();
    const before = Object.getOwnPropertyNames(socket);
    await refusalOf(() => safeSocket(socket, { onRefuse: 'drop' }));
    assert.deepEqual(Object.getOwnPropertyNames(socket), before);
  });
});

describe('an option that cannot apply', () => {
  for (const [way, call] of Object.entries(GUARDS)) {
    for (const name of ['gather', 'userTimeout', 'notSentLowWatermark', 'keepAliveInterval', 'keepAliveCount']) {
      it(`is an error that says why: ${name} of ${way}`, () => {
        assert.throws(() => call({ [name]: 1 }), {
          code: 'ERR_INVALID_ARG_VALUE',
          message: `The property 'options.${name}' does not apply to a stream that is there already: it is for a connection that safeSocket() makes. Received 1`,
        });
      });
    }
  }
});

describe('an option of others', () => {
  it('is left alone on a connection, known or not, unless it is a slip for one of ours', async (t) => {
    const port = await listening(t, nodeNet.createServer());
    const options = {
      keepAlive: true,
      timeout: 1000,
      servername: 'x',
      place: 1,
      stringy: 1,
      agent: undefined,
      tag: {},
    };
    const socket = safeSocket({ port, host: '127.0.0.1', ...options });
    await once(socket, 'connect');
    socket.destroy();
  });

  for (const [way, call] of Object.entries({ ...GUARDS, ...WAITS })) {
    it(`is none where it is undefined: ${way}`, async () => {
      await Promise.race([call({ gather: undefined, host: undefined }), new Promise(setImmediate)]).catch((error) => {
        assert.notEqual(error.code, 'ERR_INVALID_ARG_VALUE');
      });
    });
  }
});
