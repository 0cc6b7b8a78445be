'use strict';

/**
 * The public surface of the running Node's `net`, by reflection, against this package's: whatever Node adds one day
 * fails here until it is provided, or listed with the reason why not.
 */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { describe, test } = require('node:test');

const safe = require('../..');

const HANDLES = 'hands out a C++ handle, which our sockets do not have';
const TRANSFER = 'moves a C++ handle to another thread; ours belong to the event loop of their environment';
const INTERNAL = "a symbol-keyed field of Node's implementation, out of reach for programs";

/** What `net` has and this package does not, deliberately. */
const ABSENT = {
  exports: {
    _createServerHandle: HANDLES,
    _setSimultaneousAccepts: 'a setting of Windows, for handles',
    _TransferredBoundSocket: TRANSFER,
  },
  'Socket.prototype': {
    'Symbol(kUpdateTimer)': INTERNAL,
    'Symbol(kAfterAsyncWrite)': INTERNAL,
    'Symbol(kReinitializeHandle)': INTERNAL,
    'Symbol(messaging_transfer_list_symbol)': TRANSFER,
    'Symbol(messaging_transfer_symbol)': TRANSFER,
    'Symbol(messaging_deserialize_symbol)': TRANSFER,
  },
  'Server.prototype': {
    'Symbol(messaging_transfer_list_symbol)': TRANSFER,
    'Symbol(messaging_transfer_symbol)': TRANSFER,
    'Symbol(messaging_deserialize_symbol)': TRANSFER,
  },
  'BoundSocket.prototype': {
    'Symbol(kBoundSocketHandle)': HANDLES,
    'Symbol(kBoundSocketPath)': INTERNAL,
    'Symbol(kBoundSocketConsume)': INTERNAL,
    'Symbol(messaging_transfer_list_symbol)': TRANSFER,
    'Symbol(messaging_transfer_symbol)': TRANSFER,
    'Symbol(messaging_deserialize_symbol)': TRANSFER,
  },
  'a socket': {
    _closeAfterHandlingError: "bookkeeping of Node's destroy() that nothing outside it reads",
  },
  'a server': {
    _handle: 'is on the prototype: it tells whether the server listens',
  },
};

/** What this package has and the running `net` does not. */
const ADDED = {
  exports: {
    safeSocket: 'the contract',
    safeSend: 'the contract',
    SocketAlreadyEndedError: 'the contract',
    isSocketAlreadyEnded: 'the contract',
    delivered: 'the contract',
    tcpInfo: 'the contract',
    closeGracefully: 'the fate of bytes',
    flushBeforeExit: 'the fate of bytes',
    peerState: 'the fate of bytes',
    BoundSocket: 'of the newest Node, on every version',
  },
  'Socket.prototype': {
    write: 'refuses, and sends small chunks at once',
    cork: 'sends what was gathered first',
    setDefaultEncoding: 'keeps the encoding for write()',
    bytesAccepted: 'the fate of bytes',
    setNotSentLowWatermark: 'the fate of bytes',
    setUserTimeout: 'the fate of bytes',
    setWriteTimeout: 'the fate of bytes',
    setTypeOfService: 'of the newest Node, on every version',
    getTypeOfService: 'of the newest Node, on every version',
  },
  'Server.prototype': {
    _handle: 'an own property there',
  },
  'BoundSocket.prototype': {
    isPipe: 'of the newest Node, on every version',
  },
};

// Ours are ordinary properties from the moment when they are asked for.
for (const name of Object.keys(safe)) assert.notEqual(Reflect.get(safe, name), undefined, name);

/** Pairs of `net`'s object and ours. */
const pairs = [
  ['exports', net, safe],
  ['Socket', net.Socket, safe.Socket],
  ['Server', net.Server, safe.Server],
  ['Socket.prototype', net.Socket.prototype, safe.Socket.prototype],
  ['Server.prototype', net.Server.prototype, safe.Server.prototype],
  ['a socket', new net.Socket(), new safe.Socket()],
  ['a server', new net.Server(), new safe.Server()],
];
if (net.BoundSocket) pairs.push(['BoundSocket.prototype', net.BoundSocket.prototype, safe.BoundSocket.prototype]);

describe('the surface', () => {
  for (const [name, theirs, ours] of pairs) {
    test(`of ${name} has every member of net's`, () => {
      const missing = membersOf(theirs).filter((key) => !membersOf(ours).includes(key) && !isInternal(name, key));
      const excused = Object.keys(ABSENT[name] ?? {});
      assert.deepEqual(
        missing.filter((key) => !excused.includes(key)),
        [],
      );
    });

    test(`of ${name} has no member that net's has not`, () => {
      const added = membersOf(ours).filter((key) => !membersOf(theirs).includes(key) && !isOurs(key));
      const excused = Object.keys(ADDED[name] ?? {});
      assert.deepEqual(
        added.filter((key) => !excused.includes(key)),
        [],
      );
    });

    test(`of ${name} has members of the same kind`, () => {
      for (const key of Object.getOwnPropertyNames(theirs)) {
        if (Object.hasOwn(ours, key)) assert.deepEqual(kindOf(ours, key), kindOf(theirs, key), key);
      }
    });
  }

  test('of a new socket and a new server shows the same values', () => {
    for (const [name, theirs, ours] of pairs) {
      if (name !== 'a socket' && name !== 'a server') continue;
      for (const key of everyKeyOf(theirs)) {
        if (Object.hasOwn(ABSENT[name], key) || (key.startsWith('_') && typeof theirs[key] === 'object')) continue;
        const [expected, actual] = [theirs[key], ours[key]];
        if (typeof expected !== 'function' && typeof expected !== 'object')
          assert.equal(actual, expected, `${name}.${key}`);
        else assert.equal(typeof actual, typeof expected, `${name}.${key}`);
      }
    }
  });

  test('of the bare prototypes answers undefined where net does', () => {
    for (const [name, theirs, ours] of pairs) {
      if (!name.endsWith('.prototype')) continue;
      for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(theirs))) {
        if (get === undefined || !Object.hasOwn(ours, key)) continue;
        assert.deepEqual(
          outcomeOf(() => ours[key]),
          outcomeOf(() => theirs[key]),
          `${name}.${key}`,
        );
      }
    }
  });

  test('of a new socket has the same listeners', () => {
    const listenersOf = (emitter) => emitter.eventNames().map((name) => [name, emitter.listenerCount(name)]);
    assert.deepEqual(listenersOf(new net.Socket()), [['end', 1]]);
    assert.deepEqual(listenersOf(new safe.Socket()), listenersOf(new net.Socket()));
    assert.deepEqual(listenersOf(new safe.Server()), listenersOf(new net.Server()));
  });

  test('adds no global', () => {
    const { execFileSync } = require('node:child_process');
    const script = `const before = Object.getOwnPropertyNames(globalThis);
      require(${JSON.stringify(require.resolve('../..'))}).createServer();
      const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
      process.stdout.write(added.join());`;
    assert.equal(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), '');
  });
});

test('a full session emits the same events on sockets and server', async () => {
  assert.deepEqual(await eventsOfSession(safe), await eventsOfSession(net));
});

test('every class is callable without new, and can be subclassed', () => {
  for (const name of ['Socket', 'Server', 'Stream']) {
    assert.ok(Reflect.apply(safe[name], undefined, []) instanceof safe[name], name);
    const Derived = class extends safe[name] {};
    assert.ok(new Derived() instanceof net[name], name);
  }
});

test('what does no input or output is the very object of net', () => {
  const names = ['BlockList', 'SocketAddress', 'isIP', 'isIPv4', 'isIPv6'];
  const settings = ['DefaultAutoSelectFamily', 'DefaultAutoSelectFamilyAttemptTimeout'];
  for (const name of [...names, ...settings.flatMap((setting) => [`get${setting}`, `set${setting}`])]) {
    assert.equal(safe[name], net[name], name);
  }
});

/**
 * The names of all events, as they are emitted, of a conversation in which much happens.
 *
 * @param {typeof net} implementation
 */
async function eventsOfSession(implementation) {
  const events = { client: new Set(), accepted: new Set(), server: new Set() };
  const server = implementation.createServer({ allowHalfOpen: true });
  noteEvents(server, events.server);
  server.maxConnections = 1;
  server.on('connection', (socket) => {
    noteEvents(socket, events.accepted);
    socket.setTimeout(1, () => {
      socket.setTimeout(0);
      socket.write('x'.repeat(100_000), () => socket.end());
    });
    socket.resume();
  });
  server.listen(0);
  await once(server, 'listening');
  const { port } = server.address();

  const client = new implementation.Socket();
  noteEvents(client, events.client);
  client.connect({
    port,
    host: 'localhost',
    lookup: (_, options, done) => done(null, options.all ? [LOOPBACK] : '127.0.0.1', 4),
  });
  await once(client, 'connect');
  const dropped = implementation.connect(port);
  dropped.on('error', () => {});
  await Promise.all([once(dropped, 'close'), once(server, 'drop')]);
  client.pause();
  client.resume();
  client.end('bye');
  await once(client, 'close');
  server.close();
  await once(server, 'close');

  const failed = new implementation.Socket();
  noteEvents(failed, events.client);
  failed.connect(port);
  await assert.rejects(once(failed, 'close'));
  return Object.fromEntries(Object.entries(events).map(([end, names]) => [end, [...names].sort()]));
}

const LOOPBACK = { address: '127.0.0.1', family: 4 };

function noteEvents(emitter, names) {
  const { emit } = emitter;
  emitter.emit = function (name, ...args) {
    if (name !== 'newListener' && name !== 'removeListener') names.add(name);
    return emit.call(this, name, ...args);
  };
}

function membersOf(object) {
  return [...Object.getOwnPropertyNames(object), ...Object.getOwnPropertySymbols(object)].map(String);
}

/** Members of one instance with a symbol for a key are state, ours and theirs alike. */
function isInternal(name, key) {
  return name.startsWith('a ') && key.startsWith('Symbol(');
}

function isOurs(key) {
  return key.startsWith('Symbol(safe-socket.');
}

/** What tells a member from another without calling it; the names of functions are not the same in `net` either. */
function kindOf(object, key) {
  const { get, set, value, enumerable } = Object.getOwnPropertyDescriptor(object, key);
  // Node loads these two when they are asked for, and keeps saying so.
  if (key === 'BlockList' || key === 'SocketAddress') return { type: typeof object[key] };
  return {
    type: get || set ? 'accessor' : typeof value,
    arity: typeof value === 'function' && key !== '_setupWorker' ? value.length : undefined,
    enumerable,
  };
}

function everyKeyOf(object) {
  const keys = new Set();
  for (const key in object) keys.add(key);
  return keys;
}

function outcomeOf(read) {
  try {
    return { value: read() };
  } catch (error) {
    return { error: error.constructor.name };
  }
}
