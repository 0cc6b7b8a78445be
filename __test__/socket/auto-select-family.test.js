'use strict';

/** Several addresses tried one after the other, on `net` and on this package in the same run. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { test } = require('node:test');

const safe = require('../..');
const { listeningPort, silentPort } = require('../support/silent-port');

/** Nobody listens there; an ephemeral port could connect with itself. */
const CLOSED_PORT = 1;

const SIX = { address: '::1', family: 6 };
const FOUR = { address: '127.0.0.1', family: 4 };
/** No client has these for its own address, so that a port which is free at one is free at the other. */
const OTHER_FOUR = { address: '127.0.0.2', family: 4 };
const THIRD_FOUR = { address: '127.0.0.3', family: 4 };

const EVENTS = [
  'lookup',
  'connectionAttempt',
  'connectionAttemptFailed',
  'connectionAttemptTimeout',
  'connect',
  'ready',
  'error',
  'close',
];

/**
 * Nobody listens at the addresses in which all of these end.
 *
 * @type {Array<{ title: string, addresses: object[], options?: object, act?: (socket: net.Socket, controller: AbortController) => void }>}
 */
const FAILURES = [
  { title: 'both families refuse', addresses: [SIX, FOUR] },
  { title: 'both families refuse, IPv4 first', addresses: [FOUR, SIX] },
  { title: 'three addresses refuse', addresses: [FOUR, OTHER_FOUR, SIX] },
  { title: 'the only address refuses', addresses: [FOUR] },
  {
    title: 'the first address refuses, and only it is tried',
    addresses: [SIX, FOUR],
    options: { autoSelectFamily: false },
  },
  { title: 'only one family is asked for', addresses: [SIX, FOUR], options: { family: 4 } },
  {
    title: 'the local address is of one family',
    addresses: [SIX, FOUR],
    options: { localAddress: '127.0.0.1' },
  },
  {
    title: 'the socket is destroyed when an attempt has failed',
    addresses: [SIX, FOUR],
    act: (socket) => socket.once('connectionAttemptFailed', () => socket.destroy()),
  },
  {
    title: 'the signal aborts when an attempt has failed',
    addresses: [SIX, FOUR],
    act: (socket, controller) => socket.once('connectionAttemptFailed', () => controller.abort()),
  },
  {
    title: 'the signal aborts with the answer of the lookup',
    addresses: [SIX, FOUR],
    act: (socket, controller) => socket.once('lookup', () => controller.abort()),
  },
];

for (const { title, addresses, options, act } of FAILURES) {
  test(`tells as net does that ${title}`, async () => {
    const attempt = (implementation) => traceOf(implementation, CLOSED_PORT, addresses, { options, act });
    assert.deepEqual(await attempt(safe), await attempt(net));
  });
}

test('fails with an AggregateError that has the error of each family', async () => {
  const { error } = await traceOf(safe, CLOSED_PORT, [SIX, FOUR]);
  assert.equal(error.name, 'AggregateError');
  assert.equal(error.code, 'ECONNREFUSED');
  assert.deepEqual(
    error.errors.map(({ address }) => address),
    ['::1', '127.0.0.1'],
  );
});

test('connects to the second family, when the first refuses, with the events of net', async (t) => {
  const port = await listeningPort(t, '127.0.0.1');
  const attempt = (implementation) => traceOf(implementation, port, [SIX, FOUR]);
  const expected = await attempt(net);
  assert.ok(expected.events.some(([name]) => name === 'connect'));
  assert.deepEqual(await attempt(safe), expected);
});

test('goes on to the next address, when one does not answer in time, with the events of net', async (t) => {
  const port = await silentPort(t, OTHER_FOUR.address);
  await listeningPort(t, THIRD_FOUR.address, port);
  const options = { autoSelectFamilyAttemptTimeout: 50 };
  const attempt = (implementation) => traceOf(implementation, port, [OTHER_FOUR, THIRD_FOUR], { options });
  const expected = await attempt(net);
  assert.ok(expected.events.some(([name]) => name === 'connectionAttemptTimeout'));
  assert.deepEqual(await attempt(safe), expected);
});

test('says after all have failed how each did, the one that did not answer too', async (t) => {
  const port = await silentPort(t, OTHER_FOUR.address);
  const options = { autoSelectFamilyAttemptTimeout: 50 };
  const attempt = (implementation) => traceOf(implementation, port, [OTHER_FOUR, THIRD_FOUR], { options });
  const expected = await attempt(net);
  assert.deepEqual(
    expected.error.errors.map(({ code }) => code),
    ['ETIMEDOUT', 'ECONNREFUSED'],
  );
  assert.deepEqual(await attempt(safe), expected);
});

/**
 * @param {typeof net} implementation
 * @param {number} port
 * @param {object[]} addresses what the name stands for
 * @param {{ options?: object, act?: (socket: net.Socket, controller: AbortController) => void }} [scenario]
 */
async function traceOf(implementation, port, addresses, { options, act = () => {} } = {}) {
  const lookup = (name, { all, family }, done) => {
    const fitting = addresses.filter((entry) => !family || entry.family === family);
    process.nextTick(() => (all ? done(null, fitting) : done(null, fitting[0].address, fitting[0].family)));
  };
  const controller = new AbortController();
  const { signal } = controller;
  const socket = implementation.connect({ host: 'two.test', port, lookup, autoSelectFamily: true, signal, ...options });
  const events = [];
  let error;
  for (const name of EVENTS) {
    socket.on(name, (...args) => {
      events.push([name, ...args.map(plain), socket.connecting, socket.pending, socket.destroyed, socket.readyState]);
      if (name === 'error') [error] = args;
      if (name === 'ready') socket.destroy();
    });
  }
  act(socket, controller);
  await once(socket, 'close').catch(() => once(socket, 'close'));
  return { events, error: plain(error), attempted: socket.autoSelectFamilyAttemptedAddresses };
}

/** What a program can see of an error, those inside it included, and of anything else that comes with an event. */
function plain(value) {
  if (!(value instanceof Error)) return value;
  const { errors } = /** @type {AggregateError} */ (value);
  const [headline] = String(value.stack).split('\n    at ');
  return {
    ...value,
    name: value.name,
    constructor: value.constructor.name,
    message: value.message,
    keys: Object.getOwnPropertyNames(value).sort(),
    headline,
    errors: errors?.map(plain),
  };
}
