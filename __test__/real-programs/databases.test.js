'use strict';

/**
 * `ioredis` and `pg` on our sockets, against the real servers where they are installed: started for the test on a
 * free port, and stopped in the middle of it.
 */

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const process = require('node:process');
const { after, before, describe, test } = require('node:test');
const { setTimeout: wait } = require('node:timers/promises');

// Under the preload the same programs run on Node's own sockets: ../guard/register-programs.test.js.
const safe = process.env.SAFE_SOCKET_PRELOADED ? require('node:net') : require('../..');

const PATIENCE_MS = 150_000;

describe('ioredis', { skip: !isInstalled('redis-server') && 'redis-server is not installed' }, () => {
  let port;
  let server;

  before(async () => {
    port = await freePort();
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      {
        stdio: 'ignore',
      },
    );
    await accepting(port);
  });

  test('sets, gets, pipelines and subscribes; and loses its server', { timeout: PATIENCE_MS }, async () => {
    const { redis, Connector } = redisOver(port);
    assert.ok(Connector !== undefined);
    await redis.set('key', 'value');
    assert.equal(await redis.get('key'), 'value');
    const pipeline = redis.pipeline();
    for (let index = 0; index < 1_000; index += 1) pipeline.incr('counter');
    const results = await pipeline.exec();
    assert.equal(results.at(-1)[1], 1_000);
    const subscriber = redisOver(port).redis;
    await subscriber.subscribe('news');
    const message = once(subscriber, 'message');
    await redis.publish('news', 'it works');
    assert.deepEqual(await message, ['news', 'it works']);
    assert.ok(redis.stream instanceof safe.Socket);

    const closed = Promise.all([once(redis, 'end'), once(subscriber, 'end')]);
    server.kill('SIGKILL');
    await closed;
    await assert.rejects(redis.get('key'));
  });

  after(() => server?.kill('SIGKILL'));
});

const postgres = postgresBinaries();
describe(
  'pg',
  { skip: postgres === undefined && 'postgres is not installed, or cannot be started by this user' },
  () => {
    let port;
    let server;
    let directory;

    before(async () => {
      port = await freePort();
      directory = fs.mkdtempSync(path.join(os.tmpdir(), 'pg-'));
      const user = postgresUser();
      if (user.uid !== undefined) fs.chownSync(directory, user.uid, user.gid);
      const options = { ...user, stdio: 'ignore', cwd: directory };
      execFileSync(
        path.join(postgres, 'initdb'),
        ['-D', `${directory}/data`, '-U', 'tester', '-A', 'trust', '-N'],
        options,
      );
      const flags = ['-D', `${directory}/data`, '-p', String(port), '-h', '127.0.0.1', '-k', directory, '-F'];
      server = spawn(path.join(postgres, 'postgres'), flags, options);
      await accepting(port);
      await answering(port);
    });

    test('queries, prepares and copies rows; and loses its server', { timeout: PATIENCE_MS }, async () => {
      const client = clientOf(port);
      await client.connect();
      const sum = await client.query('select $1::int + $2::int as sum', [1, 2]);
      assert.equal(sum.rows[0].sum, 3);
      const { rows } = await client.query('select g, repeat($1, 100) as text from generate_series(1, 10000) g', ['x']);
      assert.equal(rows.length, 10_000);
      assert.equal(rows.at(-1).text.length, 100);
      await assert.rejects(client.query('select nonsense'), { code: '42703' });
      assert.ok(client.connection.stream instanceof safe.Socket);

      // What the server still says, and that the connection is gone: one error each, before 'end'.
      const errors = [];
      client.on('error', (error) => errors.push(error));
      const ended = new Promise((resolve) => client.once('end', resolve));
      const pending = assert.rejects(client.query('select pg_sleep(60)'));
      server.kill('SIGQUIT');
      await pending;
      await ended;
      assert.ok(errors[0] instanceof Error);
    });

    after(() => {
      server?.kill('SIGQUIT');
      if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    });
  },
);

/** A client that does not try again, so that what it saw can be told. */
function redisOver(port) {
  const { Redis } = require('ioredis');
  class Connector {
    firstError = undefined;
    stream = undefined;
    check() {
      return true;
    }
    disconnect() {
      this.stream?.end();
    }
    async connect() {
      this.stream = safe.connect(port, '127.0.0.1');
      return this.stream;
    }
  }
  const redis = new Redis({ Connector, port, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  redis.on('error', () => {});
  return { redis, Connector };
}

function clientOf(port) {
  const { Client } = require('pg');
  const options = { host: '127.0.0.1', port, user: 'tester', database: 'postgres' };
  return new Client({ ...options, stream: () => new safe.Socket() });
}

/** PostgreSQL accepts connections a moment before it answers on them. */
async function answering(port) {
  for (;;) {
    const client = clientOf(port);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await wait(50);
    }
  }
}

async function accepting(port) {
  for (;;) {
    const socket = safe.connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.destroy();
      return;
    } catch {
      await wait(50);
    }
  }
}

/** One that no other test gets for its port 0 meanwhile: below those that systems give away. */
async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = safe.createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

function isInstalled(command) {
  return process.env.PATH.split(path.delimiter).some((folder) => fs.existsSync(path.join(folder, command)));
}

/** @returns {string | undefined} the folder; Debian keeps it out of the path */
function postgresBinaries() {
  const versions = '/usr/lib/postgresql';
  const folders = fs.existsSync(versions)
    ? fs.readdirSync(versions).map((version) => path.join(versions, version, 'bin'))
    : [];
  const found = [...folders, ...process.env.PATH.split(path.delimiter)].find((folder) =>
    fs.existsSync(path.join(folder, 'initdb')),
  );
  return postgresUser() === undefined ? undefined : found;
}

/** It refuses to run as root; Debian's package makes a user for it. */
function postgresUser() {
  if (process.getuid() !== 0) return {};
  try {
    const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
