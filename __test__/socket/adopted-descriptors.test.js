'use strict';

/** A descriptor has one owner: who adopts it a second time is refused, and the first one keeps it. */

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const process = require('node:process');
const { describe, it } = require('node:test');

const ours = require('../..');

const PACKAGES = { net: 'net', 'safe-socket': path.join(__dirname, '..', '..') };
const SECOND = "try { new net.Socket({ fd: 3 }) } catch ({ code, syscall }) { console.log('second', code, syscall) }";
const LISTEN = "const listen = () => net.createServer().on('error', ({ code, syscall }) => {";

/** What the child does with the descriptor that it was given as number 3. */
const PROGRAMS = {
  'a connection': `
    const socket = new net.Socket({ fd: 3 });
    ${SECOND}
    socket.end('still mine', () => socket.destroy());`,
  'a listening socket': `
    ${LISTEN} console.log(code, syscall); require('fs').fstatSync(3); process.exit() }).listen({ fd: 3 }, listen);
    listen();`,
};

const skipCount = process.platform !== 'linux' && 'descriptors are counted in /proc';

/** @param {any} stream */
async function textOf(stream) {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

/**
 * @param {string} program
 * @param {string} name of the package
 * @param {any} third descriptor of the child
 */
async function run(program, name, third) {
  const code = `const net = require(${JSON.stringify(name)}); ${program}`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit', third] });
  const [printed, [status]] = await Promise.all([textOf(child.stdout), once(child, 'close')]);
  return { printed, status };
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string} what
 * @returns {Promise<{ third: any, arrived: () => Promise<string> }>}
 */
async function descriptorOf(t, what) {
  const server = net.createServer().listen(0);
  t.after(() => server.close());
  await once(server, 'listening');
  if (what === 'a listening socket') {
    return { third: /** @type {any} */ (server)._handle.fd, arrived: async () => '' };
  }
  const client = net.connect(/** @type {net.AddressInfo} */ (server.address()).port);
  const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  t.after(() => client.destroy());
  return {
    third: client,
    arrived() {
      client.destroy();
      return textOf(peer);
    },
  };
}

function openDescriptors() {
  return fs.readdirSync('/proc/self/fd').length;
}

describe('a descriptor that is adopted twice', () => {
  for (const [what, program] of Object.entries(PROGRAMS)) {
    it(`stays with the first, as in net: ${what}`, async (t) => {
      const outcomes = {};
      for (const [name, module] of Object.entries(PACKAGES)) {
        const { third, arrived } = await descriptorOf(t, what);
        const outcome = await run(program, module, third);
        outcomes[name] = { ...outcome, arrived: await arrived() };
      }
      assert.deepEqual(outcomes['safe-socket'], outcomes.net);
      assert.match(outcomes.net.printed, /EEXIST/);
      assert.equal(outcomes.net.status, 0);
    });
  }

  it('leaves no other descriptor behind where it is refused', { skip: skipCount }, async (t) => {
    const server = ours.createServer().listen(0);
    t.after(() => server.close());
    await once(server, 'listening');
    const { fd } = /** @type {any} */ (server)._handle;
    const before = openDescriptors();
    for (let round = 0; round < 20; round += 1) {
      const refused = ours.createServer().listen({ fd });
      await assert.rejects(once(refused, 'listening'), { code: 'EEXIST' });
      assert.throws(() => new ours.Socket({ fd }), { code: 'EEXIST' });
    }
    assert.equal(openDescriptors(), before);
  });
});

it('a handle that is no bound socket is refused by the name of what it should be', () => {
  const error = { code: 'ERR_INVALID_ARG_TYPE', message: /"options\.handle" .* an instance of BoundSocket\. Received/ };
  for (const handle of [{}, 5, 'x']) assert.throws(() => new ours.Socket(/** @type {any} */ ({ handle })), error);
});
