'use strict';

/**
 * The space of scenarios: what two ends of a connection are, and what they are asked to do, as plain JSON.
 */

const fc = require('fast-check');

/**
 * @typedef {{ as: string, size: number }} Content
 * @typedef {{ kind: string, [argument: string]: any }} Operation
 * @typedef {{ event: string, operations: Operation[] }} Reaction done once, inside the event
 * @typedef {object} EndOptions
 * @property {boolean} allowHalfOpen
 * @property {number | null} highWaterMark of this end's socket (a server gives it to the sockets it accepts)
 * @property {boolean} [pauseOnConnect] server only
 * @property {'flowing' | 'readable' | 'idle'} mode who consumes what arrives; `idle`: nobody, until told
 * @property {Reaction[]} reactions
 *
 * @typedef {object} Scenario
 * @property {'tcp' | 'unix'} transport
 * @property {'client' | 'server' | 'both'} subject which end is the implementation under test; the other is `net`
 * @property {'listening' | 'lookup' | 'refused'} target what the client connects to
 * @property {boolean} addresses whether addresses are read at every rest, or only at the end
 * @property {EndOptions} client
 * @property {EndOptions} server
 * @property {Operation[]} early done by the client right after `connect()`, in the same tick
 * @property {Operation[]} greeting done by the server inside 'connection'
 * @property {{ end: 'client' | 'server', operations: Operation[] }[]} steps each after the last has come to rest
 * @property {boolean} gathers whether the sockets under test gather the small writes of a tick, which leaves more open
 * @property {Operation[] | null} reconnect once all is closed the client connects again, and then does this
 */

const SIZES = [0, 1, 5, 100, 1_000, 5_000, 16_384, 20_000, 65_536, 70_000, 300_000, 1_000_000];

const smallSize = fc.integer({ min: 1, max: 200 });
const size = fc.oneof({ weight: 5, arbitrary: smallSize }, { weight: 2, arbitrary: fc.constantFrom(...SIZES) });
const encoding = fc.constantFrom('utf8', 'latin1', 'ucs2', 'hex', 'base64', 'ascii');
const as = fc.oneof(fc.constantFrom('buffer', 'buffer', 'uint8array', 'default'), encoding);
/** @type {fc.Arbitrary<Content>} */
const content = fc.record({ as, size });
const smallContent = fc.record({ as, size: smallSize });

const kind = (name, args = {}) => fc.record({ kind: fc.constant(name), ...args });
const write = kind('write', { content, callback: fc.boolean() });
const end = kind('end', { content: fc.option(content), callback: fc.boolean() });
const destroy = kind('destroy', { withError: fc.boolean() });

/** What does not close the connection in one stroke. */
const gentle = [
  { weight: 14, arbitrary: write },
  { weight: 4, arbitrary: end },
  { weight: 3, arbitrary: kind('cork') },
  { weight: 3, arbitrary: kind('uncork') },
  { weight: 2, arbitrary: kind('pause') },
  { weight: 3, arbitrary: kind('resume') },
  { weight: 1, arbitrary: kind('read', { size: fc.option(fc.constantFrom(0, 1, 10, 1_000)) }) },
  { weight: 1, arbitrary: kind('setTimeout', { ms: fc.constantFrom(0, 60_000), callback: fc.boolean() }) },
  { weight: 1, arbitrary: kind('setEncoding', { encoding: fc.constantFrom('utf8', 'hex', 'latin1') }) },
  { weight: 1, arbitrary: kind('setDefaultEncoding', { encoding: fc.constantFrom('utf8', 'latin1', 'ucs2') }) },
  { weight: 1, arbitrary: kind('setNoDelay', { enable: fc.boolean() }) },
  { weight: 1, arbitrary: kind('setKeepAlive', { enable: fc.boolean() }) },
  { weight: 1, arbitrary: fc.oneof(kind('unref'), kind('ref')) },
  { weight: 1, arbitrary: kind('pipeFrom', { size: fc.constantFrom(10, 1_000, 50_000), ends: fc.boolean() }) },
  { weight: 1, arbitrary: kind('pipeTo') },
  { weight: 1, arbitrary: kind('unpipe') },
];
const simple = fc.oneof(
  ...gentle,
  { weight: 2, arbitrary: destroy },
  { weight: 1, arbitrary: kind('destroySoon') },
  { weight: 1, arbitrary: kind('reset') },
);
const later = kind('later', {
  how: fc.constantFrom('nextTick', 'microtask'),
  operations: fc.array(simple, { minLength: 1, maxLength: 3 }),
});
const operation = fc.oneof({ weight: 10, arbitrary: simple }, { weight: 1, arbitrary: later });
/** After so many small writes of a tick the first of the next one may be gathered. */
const manyWrites = fc.array(kind('write', { content: smallContent, callback: fc.boolean() }), {
  minLength: 5,
  maxLength: 7,
});
const burst = fc.oneof(
  { weight: 6, arbitrary: fc.array(operation, { minLength: 1, maxLength: 2 }) },
  { weight: 2, arbitrary: fc.array(operation, { minLength: 3, maxLength: 8 }) },
  { weight: 1, arbitrary: manyWrites },
);
/** Waits for the timeout it sets, so it has a step of its own. */
const idle = fc.tuple(kind('setTimeout', { ms: fc.constantFrom(1, 5), callback: fc.boolean() }));

const EVENTS = ['end', 'finish', 'drain', 'timeout', 'error', 'close'];
/** Those of a client that come before it has heard of the connection, or when it does. */
const WHILE_CONNECTING = ['connect', 'ready', 'pause', 'resume'];
const reactionsTo = (events) =>
  fc.array(
    fc.record({
      event: fc.constantFrom(...events),
      operations: fc.array(operation, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 2 },
  );
const endOptions = (events) => ({
  allowHalfOpen: fc.boolean(),
  highWaterMark: fc.option(fc.constantFrom(1, 100, 1_000, 100_000), { freq: 4 }),
  mode: fc.constantFrom('flowing', 'flowing', 'flowing', 'readable', 'idle'),
  reactions: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: reactionsTo(events) }),
});
const sometimes = (arbitrary) => fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary });

const parts = fc.record({
  transport: fc.constantFrom('tcp', 'unix'),
  subject: fc.constantFrom('client', 'server', 'both'),
  target: fc.constantFrom('listening', 'listening', 'listening', 'listening', 'listening', 'lookup', 'refused'),
  addresses: fc.boolean(),
  client: fc.record(endOptions([...EVENTS, ...WHILE_CONNECTING])),
  server: fc.record({ ...endOptions(EVENTS), pauseOnConnect: fc.nat(9).map((n) => n === 0) }),
  early: sometimes(burst),
  greeting: sometimes(fc.array(fc.oneof(...gentle), { minLength: 1, maxLength: 5 })),
  steps: fc.array(
    fc.record({
      end: fc.constantFrom('client', 'server'),
      operations: fc.oneof({ weight: 15, arbitrary: burst }, { weight: 1, arbitrary: idle }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  reconnect: fc.option(burst, { freq: 4 }),
  gathers: fc.boolean(),
});

/**
 * Whether the client learns first that it is connected, or the server that it has a connection, is the event loop's
 * business: at that moment only one of them acts, and a greeting does not close. What the client writes while it is
 * connecting is sent at that moment.
 *
 * @type {fc.Arbitrary<Scenario>}
 */
const scenario = parts.map((drawn) => {
  if (drawn.greeting.length === 0) return drawn;
  const reactions = drawn.client.reactions.filter(({ event }) => !WHILE_CONNECTING.includes(event));
  return { ...drawn, early: [], client: { ...drawn.client, reactions } };
});

module.exports = { scenario };
