'use strict';

/** Under the preload the first use of a socket is guarded, whatever that use is, and whatever was done before. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');

const run = promisify(execFile);
const REGISTER = path.join(__dirname, '..', '..', 'register.js');
const REFUSED = 'ERR_SOCKET_ALREADY_ENDED';

/** What the programs below have at hand. */
const PRELUDE = `
  const net = require('node:net');
  const { prototype } = net.Socket;
  // Not by process.stderr, which is a socket here.
  const print = (value) => require('node:fs').writeSync(2, JSON.stringify(value));
  const codeOf = (call) => { try { return String(call()); } catch (error) { return error.code; } };
  const connected = (callback) => {
    const server = net.createServer((peer) => { server.close(); peer.resume(); });
    server.listen(0, '127.0.0.1', () => callback(server.address()));
  };`;

/**
 * @param {string} script that prints JSON
 * @param {string[]} [preload]
 */
async function answer(script, preload = ['--require', REGISTER]) {
  const { stderr } = await run(process.execPath, [...preload, '-e', `${PRELUDE}\n${script}`]);
  return JSON.parse(stderr);
}

const FIRST = {
  'write(), of a child process': `
    const { stdin } = require('node:child_process').spawn('cat');
    stdin.write('x');
    stdin.end();
    print(codeOf(() => stdin.write('late')));`,
  'end(), of a child process': `
    const { stdin } = require('node:child_process').spawn('cat');
    stdin.end();
    print(codeOf(() => stdin.write('late')));`,
  'destroy(), of a child process': `
    const { stdin } = require('node:child_process').spawn('cat');
    stdin.destroy();
    print(codeOf(() => stdin.write('late')));`,
  'unref(), of a socket that is made': `
    const socket = new net.Socket().unref();
    connected((address) => socket.connect(address, () => print(codeOf(() => socket.end().write('late')))));`,
  'connect()': `
    connected((address) => {
      const socket = net.connect(address, () => print(codeOf(() => socket.end().write('late'))));
    });`,
  'a write that is assigned': `
    const socket = new net.Socket();
    const { write } = require('node:stream').Duplex.prototype;
    socket.write = function (...args) { return write.apply(this, args); };
    connected((address) => socket.connect(address, () => print(codeOf(() => socket.end().write('late')))));`,
  'a connection that is accepted': `
    const server = net.createServer((socket) => {
      server.close();
      print(codeOf(() => socket.end().write('late')));
      socket.resume();
    });
    server.listen(0, '127.0.0.1', () => {
      require('node:child_process').execFile(process.execPath, [
        '-e', 'require("node:net").connect(' + server.address().port + ', "127.0.0.1").resume()',
      ]);
    });`,
};

describe('under the preload, before a socket is used', { timeout: 150_000 }, () => {
  for (const [when, use] of Object.entries({ before: '', after: 'void prototype.write;' })) {
    it(`the methods of net.Socket.prototype look as without it ${when} the first use`, async () => {
      const script = `${use} print(['end', '_destroy', 'connect', 'ref', 'unref'].map((name) => {
        const { value, ...others } = Object.getOwnPropertyDescriptor(prototype, name);
        return [name, value.name, value.length, others];
      }).concat(Object.keys(prototype), prototype.write.name, prototype.write.length));`;
      assert.deepEqual(await answer(script), await answer(script, []));
    });
  }

  it('a prototype that is sealed does not keep the guard away', async () => {
    const script = `Object.seal(prototype); ${FIRST['connect()']}`;
    assert.equal(await answer(script), REFUSED);
  });

  it('a clock that is stopped does not stop that of the guard', async () => {
    const script = `
      process.hrtime = () => [0, 0];
      connected((address) => {
        const socket = net.connect(address, () => {
          socket.end();
          setTimeout(() => { try { socket.write('late'); } catch (error) { print(error.endedAgoMs); } }, 20);
        });
      });`;
    assert.ok((await answer(script)) >= 10);
  });
});

describe('under the preload, the first use of a socket may be', { timeout: 150_000 }, () => {
  for (const [use, script] of Object.entries(FIRST)) {
    it(use, async () => {
      assert.equal(await answer(script), REFUSED);
    });
  }
});

describe('a tool that wraps methods of net.Socket.prototype', { timeout: 150_000 }, () => {
  const wrap = `
    const heard = [];
    for (const name of ['connect', 'end', '_destroy', 'write']) {
      const method = net.Socket.prototype[name];
      net.Socket.prototype[name] = function (...args) { heard.push(name); return method.apply(this, args); };
    }`;
  const use = `
    connected((address) => {
      const socket = net.connect(address, () => {
        socket.write('x');
        socket.end();
        const code = codeOf(() => socket.write('late'));
        socket.on('close', () => print([code, heard])).resume();
      });
    });`;
  const register = `require(${JSON.stringify(REGISTER)});`;
  for (const [when, script] of Object.entries({
    'before the preload': wrap + register + use,
    'after it, before a socket is used': register + wrap + use,
    'after the first use': `${register} void prototype.write; ${wrap} ${use}`,
  })) {
    it(`${when} is heard, and the contract holds`, async () => {
      const [code, heard] = await answer(script, []);
      assert.equal(code, REFUSED);
      const wanted = ['connect', 'write', 'end', '_destroy'];
      assert.deepEqual(heard.filter((name, at) => heard.indexOf(name) === at).sort(), wanted.sort());
    });
  }

  it('before a socket is used, and takes it back later, leaves every socket guarded', async () => {
    const script = `
      const { connect, end } = prototype;
      prototype.connect = () => 'stubbed';
      prototype.end = () => 'stubbed';
      new net.Socket().unref();
      Object.assign(prototype, { connect, end });
      ${FIRST['connect()']}`;
    assert.equal(await answer(script), REFUSED);
  });
});
