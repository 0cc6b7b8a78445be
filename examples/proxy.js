'use strict';

/**
 * A TCP proxy: half-open on both sides, so that a client which ends its half still gets its answer; with a deadline for
 * connecting; and it tells the two sides of each other's end.
 */

const { pipeline } = require('node:stream/promises');
const { text } = require('node:stream/consumers');

const { connect, listen } = require('safe-socket/promises');

const CONNECT_TIMEOUT_MS = 2000;
const LOCAL = '127.0.0.1';

/**
 * @param {import('safe-socket').Socket} client
 * @param {import('safe-socket').NetConnectOpts} target
 */
async function relay(client, target) {
  // Whatever happens to the client while the other side is being connected is told by the pipeline.
  client.on('error', () => {});
  try {
    const signal = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
    const upstream = await connect({ ...target, allowHalfOpen: true, signal });
    await pipeline(client, upstream, client);
  } catch (err) {
    console.log(`relay: ${err.code}`);
    client.resetAndDestroy();
  }
}

/** @param {import('safe-socket').NetConnectOpts} target */
function proxyTo(target) {
  return listen({ port: 0, host: LOCAL, allowHalfOpen: true }, (client) => relay(client, target));
}

async function main() {
  // Answers when the question is complete.
  const origin = await listen({ port: 0, host: LOCAL, allowHalfOpen: true }, (socket) => {
    let bytes = 0;
    socket.on('data', (data) => (bytes += data.length));
    socket.on('end', () => socket.end(`${bytes} bytes`));
  });
  const proxy = await proxyTo({ host: LOCAL, port: origin.address().port });

  const client = await connect({ host: LOCAL, port: proxy.address().port, allowHalfOpen: true });
  client.end('x'.repeat(1_000_000));
  console.log(`through the proxy: ${await text(client)}`);

  const { port } = origin.address();
  await origin[Symbol.asyncDispose]();

  const toNowhere = await proxyTo({ host: LOCAL, port });
  const lost = await connect({ host: LOCAL, port: toNowhere.address().port });
  await text(lost).catch((err) => console.log(`the client is told: ${err.code}`));
  proxy.close();
  toNowhere.close();
}

main();
