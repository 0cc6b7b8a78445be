'use strict';

/**
 * A server that speaks enough of the Redis protocol for GET, SET, DEL, PUBLISH and SUBSCRIBE, and a client of the npm
 * registry that talks to it. A subscriber that is gone is dropped at the first message that it cannot take.
 */

const Redis = require('ioredis');
const { once } = require('node:events');

const net = require('safe-socket');

/** @type {Map<string, string>} */
const values = new Map();
/** @type {Map<string, Set<net.Socket>>} */
const subscribers = new Map();

const bulk = (value) => (value === undefined ? '$-1\r\n' : `$${Buffer.byteLength(value)}\r\n${value}\r\n`);
const list = (...parts) => `*${parts.length}\r\n${parts.join('')}`;

const COMMANDS = {
  get: (socket, key) => bulk(values.get(key)),
  set(socket, key, value) {
    values.set(key, value);
    return '+OK\r\n';
  },
  del: (socket, ...keys) => `:${keys.filter((key) => values.delete(key)).length}\r\n`,
  subscribe(socket, channel) {
    subscribers.set(channel, (subscribers.get(channel) ?? new Set()).add(socket));
    return list(bulk('subscribe'), bulk(channel), ':1\r\n');
  },
  publish(socket, channel, message) {
    const all = subscribers.get(channel) ?? new Set();
    for (const subscriber of all) {
      if (!net.safeSend(subscriber, list(bulk('message'), bulk(channel), bulk(message)))) all.delete(subscriber);
    }
    return `:${all.size}\r\n`;
  },
};

/**
 * @param {string} buffer
 * @returns {{ words: string[], rest: string } | null} null: not all of it is there yet
 */
function nextCommand(buffer) {
  const head = /^\*(\d+)\r\n/.exec(buffer);
  if (head === null) return null;
  let at = head[0].length;
  const words = [];
  for (let left = Number(head[1]); left > 0; left -= 1) {
    const size = /^\$(\d+)\r\n/.exec(buffer.slice(at));
    if (size === null) return null;
    const begin = at + size[0].length;
    at = begin + Number(size[1]) + 2;
    if (buffer.length < at) return null;
    words.push(buffer.slice(begin, at - 2));
  }
  return { words, rest: buffer.slice(at) };
}

const server = net.createServer((socket) => {
  let buffer = '';
  socket.on('error', () => {});
  // One byte a character, so that sizes can be counted; texts are of ASCII here.
  socket.setEncoding('latin1').on('data', (data) => {
    buffer += data;
    for (let next = nextCommand(buffer); next !== null; next = nextCommand(buffer)) {
      buffer = next.rest;
      const [name, ...args] = next.words;
      const command = COMMANDS[name.toLowerCase()];
      net.safeSend(socket, command?.(socket, ...args) ?? `-ERR unknown command '${name}'\r\n`);
    }
  });
});

async function main() {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const options = { host: '127.0.0.1', port: server.address().port, enableReadyCheck: false, retryStrategy: null };
  const [client, subscriber] = [new Redis(options), new Redis({ ...options, disableClientInfo: true })];
  console.log(await client.set('greeting', 'hello'), await client.get('greeting'), await client.del('greeting'));
  console.log(await client.get('greeting'));

  await subscriber.subscribe('news');
  const message = once(subscriber, 'message');
  console.log(`told: ${await client.publish('news', 'it works')}`);
  console.log(await message);
  const gone = once(subscriber, 'end');
  subscriber.disconnect();
  await gone;
  while ((await client.publish('news', 'anybody there?')) > 0) await client.get('greeting');
  console.log('the subscriber is gone');
  client.disconnect();
  server.close();
}

main();
