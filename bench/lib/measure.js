'use strict';

/** Runs workloads: all servers take turns, round after round, so that a noisy minute hits them alike. */

const { startLoad, start, startServer, traceSystemCalls } = require('./processes');
const { spread } = require('./statistics');

const MIB = 2 ** 20;
/** Long enough for the connections, which are made under the same eyes, not to count. */
const TRACED_MS = 1500;
/** A client is a new process in every round; a server has run for so long when its rounds begin to count. */
const CLIENT_WARMUP_MS = 3_000;

/**
 * @typedef {import('./processes').Runtime} Runtime
 * @typedef {import('./workloads').Workload} Workload
 * @typedef {{ rounds: number, processes: number, measureMs: number, warmupMs: number, systemCalls: boolean }} Settings
 * @typedef {{ cpu: number, rate: number, p50: number, p99: number }} Sample µs per message (or MiB), per second, µs, µs
 */

/**
 * @param {Workload} workload
 * @param {any} report
 * @returns {Sample}
 */
function toSample(workload, report) {
  const units = workload.per === 'MiB' ? report.bytes / MIB : report.messages * (workload.messagesPerExchange ?? 1);
  return {
    cpu: report.serverCpuNs / 1e3 / units,
    rate: units / (report.elapsedNs / 1e9),
    p50: report.p50Ns / 1e3,
    p99: report.p99Ns / 1e3,
  };
}

/**
 * @param {Workload} workload
 * @param {any} server
 * @param {number} warmupMs
 * @param {number} measureMs
 */
async function load(workload, server, warmupMs, measureMs) {
  const options = ['--port', server.port, '--pid', server.child.pid];
  const generator = startLoad([...workload.load, ...options, '--warmup-ms', warmupMs, '--measure-ms', measureMs]);
  const measured = await generator.report();
  const total = await generator.report();
  return { measured, total };
}

/**
 * The other way round: the measured process makes the connections.
 *
 * @param {Workload} workload
 * @param {Runtime} runtime
 * @param {number} measureMs
 * @param {(pid: number) => Promise<void>} [started]
 */
async function loadFromClient(workload, runtime, measureMs, started) {
  const answerer = startLoad([...workload.load, '--warmup-ms', CLIENT_WARMUP_MS, '--measure-ms', measureMs]);
  const { port } = await answerer.report();
  const client = start(runtime.command, [...runtime.args, workload.serve, port], runtime.env);
  await started?.(/** @type {number} */ (client.child.pid));
  answerer.child.stdin.end(`${client.child.pid}\n`);
  const measured = await answerer.report();
  const total = await answerer.report();
  await client.stop();
  return { measured, total };
}

/**
 * @param {Record<string, number> | null} calls
 * @param {Workload} workload
 * @param {any} total
 */
function perUnit(calls, workload, total) {
  if (calls === null) return null;
  const units =
    workload.per === 'MiB' ? total.totalBytes / MIB : total.totalMessages * (workload.messagesPerExchange ?? 1);
  const byName = Object.entries(calls).map(([name, count]) => /** @type {const} */ ([name, count / units]));
  return {
    all: byName.reduce((sum, [, count]) => sum + count, 0),
    byName: Object.fromEntries(byName.filter(([, count]) => count >= 0.005)),
  };
}

/**
 * The rounds are shared among several processes of each server, one after the other: two processes of the same program
 * differ more, by where their memory happens to lie, than two rounds of one.
 *
 * @param {Workload} workload
 * @param {Runtime[]} runtimes
 * @param {Settings} settings
 */
async function measureServers(workload, runtimes, settings) {
  const entries = [];
  for (const runtime of runtimes) {
    const serve = runtime.isReference ? workload.reference : (runtime.serve ?? workload.serve);
    if (serve !== undefined) entries.push({ runtime, serve, samples: /** @type {Sample[]} */ ([]) });
  }
  for (let process = 0; process < settings.processes; process += 1) {
    const running = [];
    try {
      for (const entry of entries) running.push({ ...entry, server: await startServer(entry.runtime, entry.serve) });
      for (const { server } of running) await load(workload, server, settings.warmupMs, 1);
      await takeTurns(running, shareOf(process, settings), async ({ server, samples }) => {
        const { measured } = await load(workload, server, 150, settings.measureMs);
        samples.push(toSample(workload, measured));
      });
    } finally {
      for (const { server } of running) await server.stop();
    }
  }
  const results = [];
  for (const { runtime, serve, samples } of entries) {
    const calls = settings.systemCalls ? await callsOfServer(workload, runtime, serve, settings.warmupMs) : null;
    results.push({ label: runtime.label, samples, calls });
  }
  return results;
}

/**
 * How many of the rounds are those of one process.
 *
 * @param {number} process from 0
 * @param {Settings} settings
 */
function shareOf(process, { rounds, processes }) {
  return Math.floor(((process + 1) * rounds) / processes) - Math.floor((process * rounds) / processes);
}

/**
 * @param {Workload} workload
 * @param {Runtime} runtime
 * @param {string} serve
 * @param {number} warmupMs
 */
async function callsOfServer(workload, runtime, serve, warmupMs) {
  const server = await startServer(runtime, serve);
  try {
    await load(workload, server, warmupMs, 1);
    const finish = await traceSystemCalls(server.child.pid);
    const { total } = await load(workload, server, 0, TRACED_MS);
    return finish && perUnit(await finish(), workload, total);
  } finally {
    await server.stop();
  }
}

/**
 * @param {Workload} workload
 * @param {Runtime[]} runtimes
 * @param {Settings} settings
 */
async function measureClients(workload, runtimes, settings) {
  const entries = runtimes
    .filter(({ isReference }) => !isReference)
    .map((runtime) => ({ runtime, samples: /** @type {Sample[]} */ ([]), calls: /** @type {any} */ (null) }));
  await takeTurns(entries, settings.rounds, async ({ runtime, samples }) => {
    const { measured } = await loadFromClient(workload, runtime, settings.measureMs);
    samples.push(toSample(workload, measured));
  });
  for (const entry of settings.systemCalls ? entries : []) {
    let finish = /** @type {any} */ (null);
    const { total } = await loadFromClient(workload, entry.runtime, TRACED_MS, async (pid) => {
      finish = await traceSystemCalls(pid);
    });
    entry.calls = finish && perUnit(await finish(), workload, total);
  }
  return entries.map(({ runtime, samples, calls }) => ({ label: runtime.label, samples, calls }));
}

/**
 * @template T
 * @param {T[]} entries
 * @param {number} rounds
 * @param {(entry: T) => Promise<void>} run
 */
async function takeTurns(entries, rounds, run) {
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < entries.length; i += 1) await run(entries[(round + i) % entries.length]);
  }
}

/**
 * @param {Workload} workload
 * @param {Runtime[]} runtimes the first is what the others are compared with
 * @param {Settings} settings
 */
async function measure(workload, runtimes, settings) {
  const run = workload.serve === 'connect-client' ? measureClients : measureServers;
  const results = await run(workload, runtimes, settings);
  const [base] = results;
  return results.map(({ label, samples, calls }) => ({
    label,
    rate: spread(samples.map(({ rate }) => rate)),
    p50: spread(samples.map(({ p50 }) => p50)),
    p99: spread(samples.map(({ p99 }) => p99)),
    cpu: spread(samples.map(({ cpu }) => cpu)),
    // Round by round, for the machine changes between rounds more than within one.
    ratio: spread(samples.map(({ cpu }, round) => base.samples[round].cpu / cpu)),
    p50Ratio: spread(samples.map(({ p50 }, round) => p50 / base.samples[round].p50)),
    systemCalls: calls,
  }));
}

/**
 * Resident bytes for each idle connection.
 *
 * @param {Runtime[]} runtimes
 * @param {{ rounds: number, connections: number }} settings
 */
async function measureMemory(runtimes, { rounds, connections }) {
  const entries = runtimes.map((runtime) => ({ runtime, bytes: /** @type {number[]} */ ([]) }));
  await takeTurns(entries, rounds, async ({ runtime, bytes }) => {
    const server = await startServer(runtime, 'idle', ['--expose-gc']);
    try {
      const options = ['--connections', connections, '--port', server.port, '--pid', server.child.pid];
      const report = await startLoad(['hold', ...options]).report();
      bytes.push((report.residentAfter - report.residentBefore) / report.connections);
    } finally {
      await server.stop();
    }
  });
  return entries.map(({ runtime, bytes }) => ({ label: runtime.label, bytes: spread(bytes) }));
}

/**
 * Milliseconds of processor time in a fresh process: of `require()`, and until its first server listens.
 *
 * @param {string} node
 * @param {Record<string, string>} modules by label
 * @param {number} rounds
 */
async function measureRequire(node, modules, rounds) {
  const entries = Object.entries(modules).map(([label, id]) => ({ label, id, times: /** @type {number[][]} */ ([]) }));
  await takeTurns(entries, rounds, async ({ id, times }) => {
    const source = `
      const start = process.cpuUsage();
      const elapsed = () => Object.values(process.cpuUsage(start)).reduce((a, b) => a + b) / 1e3;
      const net = require(${JSON.stringify(id)});
      const required = elapsed();
      const server = net.createServer().listen(0, () => {
        console.log(JSON.stringify([required, elapsed()]));
        server.close();
      });`;
    times.push(await start(node, ['-e', source]).report());
  });
  return entries.map(({ label, times }) => ({
    label,
    ms: spread(times.map(([required]) => required)),
    listeningMs: spread(times.map(([, listening]) => listening)),
  }));
}

module.exports = { measure, measureMemory, measureRequire };
