'use strict';

/** `node --frozen-intrinsics`: what is captured from a stack must not be asked for by a change of `Error`. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const ROOT = JSON.stringify(path.join(__dirname, '..', '..'));

/** How a socket is made, by what it is. */
const SOCKETS = {
  'of ours': "safe.connect(port, '127.0.0.1')",
  'of net that is guarded': "safe.safeSocket(require('net').connect(port, '127.0.0.1'))",
};

for (const [what, make] of Object.entries(SOCKETS)) {
  test(`a socket ${what} refuses where intrinsics are frozen, also from inside of its 'timeout'`, async () => {
    const program = `
      const safe = require(${ROOT});
      const server = safe.createServer((peer) => peer.on('error', () => {})).listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        const socket = ${make};
        socket.setTimeout(20, () => {
          socket.destroy();
          try {
            socket.write('x');
          } catch ({ code }) {
            console.log(code);
          }
          server.close();
        });
      });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--frozen-intrinsics', '-e', program]);
    assert.equal(stdout, 'ERR_SOCKET_ALREADY_ENDED\n');
  });
}
