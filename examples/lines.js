'use strict';

/**
 * A protocol of lines: a server that answers each line, a bound on how long a line may be, and a client that waits for
 * each answer.
 */

const { once } = require('node:events');
const readline = require('node:readline');
const { pipeline, Transform } = require('node:stream');

const { safeSend } = require('safe-socket');
const { connect, listen, write } = require('safe-socket/promises');

const MAX_LINE_BYTES = 1024;

/** Fails when a peer sends without ever ending a line, before it fills the memory. */
function boundedLines() {
  let sinceNewline = 0;
  return new Transform({
    transform(chunk, encoding, callback) {
      const last = chunk.lastIndexOf('\n');
      sinceNewline = last < 0 ? sinceNewline + chunk.length : chunk.length - last - 1;
      callback(sinceNewline > MAX_LINE_BYTES ? new Error('line too long') : null, chunk);
    },
  });
}

/** @param {import('safe-socket').Socket} socket */
function answerLines(socket) {
  const input = pipeline(socket, boundedLines(), (err) => {
    if (err) console.log(`server: ${err.message}`);
  });
  const lines = readline.createInterface({ input });
  lines.on('error', () => {});
  lines.on('line', (line) => {
    // What the client sent after its "quit" is not answered any more.
    if (line === 'quit') socket.end('bye\n');
    else safeSend(socket, `${line.toUpperCase()}\n`);
  });
}

async function main() {
  const server = await listen({ port: 0, host: '127.0.0.1' }, answerLines);
  const { port } = server.address();

  const client = await connect(port, '127.0.0.1');
  const answers = readline.createInterface({ input: client });
  for (const line of ['hello', 'world', 'quit']) {
    await write(client, `${line}\n`);
    const [answer] = await once(answers, 'line');
    console.log(`${line} → ${answer}`);
  }

  const flood = await connect(port, '127.0.0.1');
  flood.on('error', () => {});
  const closed = new Promise((resolve) => flood.once('close', resolve));
  flood.write('x'.repeat(MAX_LINE_BYTES + 1));
  await closed;
  server.close();
}

main();
