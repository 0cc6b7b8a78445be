'use strict';

/** `nodemailer` and `smtp-server` with our sockets on both sides: in clear, and after STARTTLS. */

const assert = require('node:assert/strict');
const { once } = require('node:events');
const { describe, test } = require('node:test');

const safe = require('../..');
const { identity, listening } = require('./support');

/** Longer than any buffer on the way. */
const TEXT = 'a line of the letter\r\n'.repeat(100_000);

describe('an SMTP client and server', { timeout: 150_000 }, () => {
  for (const secured of [false, true]) {
    test(`hand over a letter ${secured ? 'after STARTTLS' : 'in clear'}`, async (t) => {
      const { port, letters } = await mailServer(t, { disabledCommands: secured ? ['AUTH'] : ['AUTH', 'STARTTLS'] });
      const transport = mailTransport(await connected(t, port), { requireTLS: secured, ignoreTLS: !secured });
      const { accepted } = await transport.sendMail(letter());
      transport.close();
      assert.deepEqual(accepted, ['you@example.org']);
      assert.equal(letters.length, 1);
      assert.equal(letters[0].text, TEXT);
      assert.equal(letters[0].secure, secured);
    });
  }

  test('the client hears of a server that resets the connection in the middle of a letter', async (t) => {
    const onData = (stream, socket, done) => {
      stream.once('data', () => socket.resetAndDestroy());
      stream.once('error', done).resume();
    };
    const { port } = await mailServer(t, { disabledCommands: ['AUTH', 'STARTTLS'] }, onData);
    const transport = mailTransport(await connected(t, port), { ignoreTLS: true });
    await assert.rejects(transport.sendMail(letter()), { code: /^(ECONNECTION|ESOCKET|ECONNRESET|EPIPE)$/ });
    transport.close();
  });
});

/**
 * @param {import('node:test').TestContext} t
 * @param {object} options
 * @param {(stream: any, socket: any, done: (error?: Error | null) => void) => void} [onData] instead of taking the letter
 */
async function mailServer(t, options, onData) {
  const { SMTPServer } = require('smtp-server');
  const letters = [];
  /** @type {any} */
  let connection;
  const server = new SMTPServer({
    ...identity,
    ...options,
    authOptional: true,
    onData(stream, session, done) {
      if (onData) {
        onData(stream, connection, done);
        return;
      }
      let text = '';
      stream.setEncoding('latin1').on('data', (chunk) => (text += chunk));
      stream.on('end', () => {
        letters.push({ text: text.slice(text.indexOf('\r\n\r\n') + 4), secure: session.secure });
        done();
      });
    },
  });
  server.on('error', () => {});
  const port = await listening(t, (socket) => {
    connection = socket.on('error', () => {});
    server.connect(socket, {});
  });
  return { port, letters };
}

/**
 * @param {import('node:test').TestContext} t
 * @param {number} port
 */
async function connected(t, port) {
  const socket = safe.connect(port, '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/**
 * @param {import('node:net').Socket} connection
 * @param {object} options
 */
function mailTransport(connection, options) {
  const { createTransport } = require('nodemailer');
  return createTransport({ connection, host: '127.0.0.1', tls: { rejectUnauthorized: false }, ...options });
}

function letter() {
  return { from: 'me@example.org', to: 'you@example.org', raw: `Subject: hello\r\n\r\n${TEXT}` };
}
