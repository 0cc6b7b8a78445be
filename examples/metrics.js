'use strict';

/**
 * Counts what happens to sockets, for OpenTelemetry. Run it: `node examples/metrics.js`
 *
 * `countSockets()` is what you want to have; the rest is a program with something to count. It knows the API of
 * OpenTelemetry only: with an SDK registered the numbers go where your others go. Without one the API counts nothing,
 * so this program brings a provider that adds up in memory.
 */

const { metrics } = require('@opentelemetry/api');
const diagnostics = require('node:diagnostics_channel');
const { once } = require('node:events');
const net = require('..');

/** Subscribes to the channels of safe-socket, once for a process. */
function countSockets() {
  const meter = metrics.getMeter('safe-socket');
  const opened = meter.createCounter('socket.opened', { unit: '{connection}' });
  const closed = meter.createCounter('socket.closed', { unit: '{connection}', description: 'by who ended it' });
  const refused = meter.createCounter('socket.refused', { unit: 'By', description: 'bytes of writes after the end' });
  const lost = meter.createCounter('socket.undelivered', { unit: 'By', description: 'written, but not acknowledged' });

  diagnostics.subscribe('safe-socket:opened', () => opened.add(1));
  diagnostics.subscribe('safe-socket:refused', ({ error }) => refused.add(error.bytesRefused));
  diagnostics.subscribe('safe-socket:closed', ({ endedBy, bytesUndelivered }) => {
    closed.add(1, { ended_by: endedBy });
    if (bytesUndelivered > 0) lost.add(bytesUndelivered, { ended_by: endedBy });
  });
}

/** Stands for an SDK. */
class SumsInMemory {
  sums = new Map();

  getMeter() {
    return {
      createCounter: (name) => ({
        add: (value, attributes = {}) => {
          const key = [name, ...Object.values(attributes)].join(' ');
          this.sums.set(key, (this.sums.get(key) ?? 0) + value);
        },
      }),
    };
  }
}

async function main() {
  const provider = new SumsInMemory();
  metrics.setGlobalMeterProvider(provider);
  countSockets();

  const server = net.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();

  // One that ends well …
  const polite = net.connect(port, '127.0.0.1').resume();
  const [reader] = await once(server, 'connection');
  reader.resume();
  polite.end('hello');
  try {
    polite.write('too late');
  } catch {
    // Counted.
  }
  await once(polite, 'close');

  // … and one whose peer does not read what is sent to it.
  const hasty = net.connect(port, '127.0.0.1');
  await Promise.all([once(server, 'connection'), once(hasty, 'connect')]);
  hasty.write(Buffer.alloc(16_000_000));
  hasty.destroy();
  await once(hasty, 'close');
  server.close();

  for (const [name, sum] of [...provider.sums].sort()) console.log(`${name}: ${sum}`);
  process.exit();
}

main();
