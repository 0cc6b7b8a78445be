'use strict';

/**
 * Two network namespaces with a link between them, for one test: nothing outside of them is touched.
 *
 *     near 10.99.0.1 ──── link.py: delay, loss, cut ──── far 10.99.0.2
 */

const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const { existsSync } = require('node:fs');
const path = require('node:path');
const process = require('node:process');

const LINK = path.join(__dirname, 'link.py');
const NEAR = '10.99.0.1';
const FAR = '10.99.0.2';

let made = 0;

/** @returns {string | false} why this machine cannot do it */
function whyNot() {
  if (process.platform !== 'linux') return 'network namespaces are a thing of Linux';
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  if (!existsSync('/dev/net/tun')) return 'there is no /dev/net/tun';
  for (const [command, hint] of [
    ['ip', 'iproute2'],
    ['python3', 'python3'],
  ]) {
    if (!runs(command, ['-V'])) return `there is no ${command}: install ${hint}`;
  }
  sweep();
  const name = `safe-socket-try-${process.pid}`;
  if (!runs('ip', ['netns', 'add', name])) return 'this process may not make network namespaces (CAP_SYS_ADMIN)';
  const mayTun = runs('ip', ['-n', name, 'tuntap', 'add', 'dev', 'try0', 'mode', 'tun']);
  ip('netns', 'delete', name);
  return mayTun ? false : 'this process may not make TUN devices (CAP_NET_ADMIN)';
}

/** Takes away what a run that was killed has left. */
function sweep() {
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).match(/^safe-socket-\w+-\d+\S*/gm) ?? [];
  for (const name of names) {
    const pid = Number(/\d+/.exec(name)?.[0]);
    if (!existsSync(`/proc/${pid}`)) runs('ip', ['netns', 'delete', name]);
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function runs(command, args) {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** @param {...string} args */
function ip(...args) {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/**
 * @param {import('node:test').TestContext} t everything is taken down after it
 * @param {{ roundTripMs?: number, lossPercent?: number, retries?: number }} [link] `retries`: of an unanswered segment,
 *   before the kernel gives the connection up
 */
async function makeNetwork(t, { roundTripMs = 0, lossPercent = 0, retries } = {}) {
  made += 1;
  const [near, far] = ['near', 'far'].map((side) => `safe-socket-${side}-${process.pid}-${made}`);
  for (const namespace of [near, far]) {
    ip('netns', 'add', namespace);
    t.after(() => ip('netns', 'delete', namespace));
  }
  const link = spawn(
    'ip',
    ['netns', 'exec', near, 'python3', LINK, 'near0', 'far0', String(roundTripMs / 2), String(lossPercent)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  t.after(async () => {
    link.stdin.end();
    if (link.exitCode === null) await once(link, 'exit');
  });
  await once(link.stdout, 'data');
  ip('-n', near, 'link', 'set', 'far0', 'netns', far);
  for (const [namespace, device, own, other] of [
    [near, 'near0', NEAR, FAR],
    [far, 'far0', FAR, NEAR],
  ]) {
    ip('-n', namespace, 'address', 'add', own, 'peer', other, 'dev', device);
    ip('-n', namespace, 'link', 'set', device, 'up');
  }
  if (retries !== undefined) {
    ip('netns', 'exec', near, 'sh', '-c', `echo ${retries} > /proc/sys/net/ipv4/tcp_retries2`);
  }
  return {
    address: FAR,
    /** Nothing goes through from now on, in either direction. */
    cut: () => link.stdin.write('cut\n'),
    mend: () => link.stdin.write('mend\n'),
    /** @param {string} name of a setting of the near kernel @param {number} value */
    setNear: (name, value) => {
      ip('netns', 'exec', near, 'sh', '-c', `echo ${value} > /proc/sys/${name.replaceAll('.', '/')}`);
    },
    /** @param {string[]} args of node */
    runNear: (args) => runIn(t, near, args),
    /** @param {string[]} args of node */
    runFar: (args) => runIn(t, far, args),
  };
}

/**
 * @param {import('node:test').TestContext} t
 * @param {string} namespace
 * @param {string[]} args
 */
function runIn(t, namespace, args) {
  const child = spawn('ip', ['netns', 'exec', namespace, process.execPath, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  t.after(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  return child;
}

module.exports = { makeNetwork, whyNot };
