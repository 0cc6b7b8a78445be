'use strict';

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const { EventEmitter, once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');

const { Recorder } = require('../../lib/report/recorder');

const BIN = path.join(__dirname, '..', '..', 'bin', 'safe-socket.js');
const program = (name) => path.join(__dirname, '..', 'fixtures', 'programs', name);
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome'];

/**
 * @param {any} t
 * @returns {string} a folder of this test's own
 */
function folder(t) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-test-'));
  t.after(() => fs.rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/**
 * @param {string[]} args
 * @param {object} [options]
 */
function run(args, options = {}) {
  return spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', ...options });
}

describe('npx safe-socket app.js', { timeout: 150_000 }, () => {
  it('passes arguments, standard streams and the exit code through', () => {
    const { stdout, status } = run([program('pass-through.js'), '--json', 'a b'], { input: 'hello' });
    assert.equal(stdout, '["--json","a b"]\nhello');
    assert.equal(status, 7);
  });

  it('says in one line that nothing was refused', () => {
    const { stderr } = run([program('pass-through.js')], { input: '' });
    assert.equal(stderr, 'safe-socket: no call on an ended socket was refused.\n');
  });

  it('prints a table of the places that wrote and the places that ended', () => {
    const { stderr, stdout } = run([program('many-sockets.js'), '30']);
    assert.equal(stdout, '');
    const [headline, , headings, , row, ...rest] = stderr.split('\n');
    assert.match(headline, /^safe-socket: \d+ calls on ended sockets were refused, \d+ bytes\.$/);
    assert.match(headings, /count +bytes +call +written at +ended by +ended at +first +last/);
    assert.match(row, /^ +\d+ +\d+ +write +.*many-sockets\.js:27 +local +.*many-sockets\.js:18 +[\d:.]+ +[\d:.]+$/);
    assert.deepEqual(rest, ['']);
  });

  it('writes the same as JSON', (t) => {
    const json = path.join(folder(t), 'report.json');
    run(['--json', json, program('many-sockets.js'), '12']);
    const report = JSON.parse(fs.readFileSync(json, 'utf8'));
    assert.equal(report.version, 1);
    assert.equal(report.groups.length, 1);
    const [{ operation, endedBy, wrote, ended, count, bytesRefused, firstAt, lastAt }] = report.groups;
    assert.deepEqual([operation, endedBy, wrote.line, ended.line], ['write', 'local', 27, 18]);
    assert.deepEqual(report.omitted, { groups: 0, sockets: 0, refusals: 0 });
    assert.equal(report.refused, count);
    assert.equal(bytesRefused, count * 'are you there?'.length);
    assert.ok(report.startedAt <= firstAt && firstAt <= lastAt && lastAt <= report.endedAt);
    assert.equal(report.sockets.length, 24);
    const refused = report.sockets.filter((socket) => socket.refused.length > 0);
    assert.equal(refused.length, count);
    for (const socket of refused) {
      assert.equal(socket.side, 'server');
      assert.equal(socket.writes.length, 1);
      assert.ok(socket.openedAt <= socket.endedAt && socket.endedAt <= socket.refused[0][0]);
    }
  });

  it('reports on worker threads and forked processes too', (t) => {
    for (const name of ['in-a-worker.js', 'in-a-fork.js']) {
      const json = path.join(folder(t), 'report.json');
      run([`--json=${json}`, program(name)]);
      assert.equal(JSON.parse(fs.readFileSync(json, 'utf8')).refused, 1, name);
    }
  });

  const signals = [
    { name: 'dies of a signal as the application does', args: [], code: null, signal: 'SIGTERM' },
    { name: 'exits as an application that handles the signal', args: ['graceful'], code: 3, signal: null },
  ];
  for (const { name, args, code, signal } of signals) {
    it(`${name}, and still reports`, { skip: process.platform === 'win32' }, async () => {
      const child = spawn(process.execPath, [BIN, program('waits-for-signal.js'), ...args]);
      let report = '';
      child.stderr.on('data', (chunk) => (report += chunk));
      await once(child.stdout, 'data');
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'close'), [code, signal]);
      assert.match(report, /1 call on an ended socket was refused, 1 byte\./);
    });
  }

  it('explains itself, and what was wrong with its arguments', () => {
    assert.match(run(['--help']).stdout, /^usage: safe-socket/);
    for (const [args, message] of [
      [[], 'Which application?'],
      [['--jsn', 'x', 'app.js'], "Unknown option '--jsn'"],
      [['--json'], "Option '--json <value>' argument missing"],
      [['--html=', 'app.js'], 'needs the name of a file'],
      [['--html', 'report.html'], 'Which application?'],
    ]) {
      const { status, stderr } = run(args);
      assert.equal(status, 2);
      assert.ok(stderr.includes(message), stderr);
    }
  });
});

describe('the page of the report', { timeout: 120_000 }, () => {
  it('is self-contained', (t) => {
    const html = path.join(folder(t), 'report.html');
    run(['--html', html, program('many-sockets.js'), '9']);
    const page = fs.readFileSync(html, 'utf8');
    assert.doesNotMatch(page, /(?:src|href)=|url\(|@import|https?:/);
    assert.equal(page.match(/<\/script>/g)?.length, 2);
  });

  it('is drawn from the same data as the JSON, with its places in short', (t) => {
    const directory = folder(t);
    const [html, json] = ['report.html', 'report.json'].map((name) => path.join(directory, name));
    run(['--html', html, '--json', json, program('many-sockets.js'), '9']);
    const { groups, ...report } = JSON.parse(fs.readFileSync(json, 'utf8'));
    const [, text] =
      /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(fs.readFileSync(html, 'utf8')) ?? [];
    const { groups: drawn, ...data } = JSON.parse(String(text));
    assert.deepEqual(data, report);
    const lines = (all) =>
      all.map(({ wrote, ended, ...group }) => ({ ...group, wrote: wrote.line, ended: ended.line }));
    assert.deepEqual(lines(drawn), lines(groups));
    assert.deepEqual(
      [drawn[0].wrote.file, drawn[0].ended.file],
      Array(2).fill(path.relative('', program('many-sockets.js'))),
    );
  });

  it('draws two thousand sockets in a browser', (t) => {
    const browser = BROWSERS.find((name) => spawnSync(name, ['--version']).status === 0);
    if (browser === undefined) return t.skip(`none of ${BROWSERS.join(', ')} is installed`);
    const directory = folder(t);
    const html = path.join(directory, 'report.html');
    run(['--html', html, program('many-sockets.js'), '1000']);
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${directory}/profile`];
    const { stdout } = spawnSync(browser, [...flags, '--dump-dom', html], { encoding: 'utf8', maxBuffer: 1e9 });
    assert.match(stdout, /<span id="shown">2000 of 2000 sockets<\/span>/);
    assert.match(stdout, /<canvas [^>]*width="\d{3,}"/);
    assert.match(stdout, /<tbody><tr>.*many-sockets\.js:27/);
    return undefined;
  });
});

describe('the recorder of the report', () => {
  it('is bounded, and prefers the sockets on which something was refused', () => {
    const recorder = new Recorder();
    recorder.start();
    const refusedOn = Object.assign(new EventEmitter(), { server: {} });
    for (let count = 0; count < 10_000; count += 1) {
      diagnostics.channel('net.server.socket').publish({ socket: {} });
      const error = Object.assign(new Error('refused'), { endedBy: 'local', bytesRefused: 1 });
      error.stack = `Error: refused\n    at line (/app/line-${count}.js:1:1)`;
      diagnostics.channel('safe-socket:refused').publish({ socket: refusedOn, operation: 'write', error });
    }
    const { sockets, groups, omitted } = recorder.take();
    assert.equal(sockets.length, 2000);
    assert.equal(groups.length, 1000);
    assert.deepEqual(omitted, { groups: 9000, sockets: 8001, refusals: 9000 });
    assert.equal(sockets.filter(({ refused }) => refused.length > 0).length, 1);
    assert.ok(JSON.stringify(recorder.take()).length < 1_000_000);
  });
});
