'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { mkdtemp, readFile, rm, writeFile } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');

const safe = require('safe-socket');

const ROOT = path.join(__dirname, '..');

/** Undocumented, and there because Node's own tests and `http` use it. */
const UNTYPED = ['_normalizeArgs'];

/** What may be in the package; a new file at the top level is a decision. */
const PACKED =
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|index\.js|index\.d\.ts|register\.js|register\.d\.ts|(lib|bin)\/.+)$/;

const run = promisify(execFile);

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {Promise<string>}
 */
async function npm(args, cwd) {
  const { stdout } = await run('npm', args, { cwd, shell: process.platform === 'win32' });
  return stdout;
}

describe('the package', () => {
  it('types every name that it exports, and exports every name that it types', async () => {
    const types = await readFile(path.join(ROOT, 'index.d.ts'), 'utf8');
    const declared = [...types.matchAll(/^export (?:class|function) (\w+)/gm)].map(([, name]) => name);
    const lists = [...types.matchAll(/^export \{([^}]+)\}/gm)].flatMap(([, list]) => list.split(','));
    const listed = lists.map((entry) => entry.split(' as ').at(-1).trim()).filter(Boolean);
    const exported = Object.keys(safe).filter((name) => !UNTYPED.includes(name));
    assert.deepEqual([...new Set([...declared, ...listed])].sort(), exported.sort());
  });

  it('exports what net exports', () => {
    const names = Object.keys(require('node:net')).filter((name) => !name.startsWith('_'));
    assert.deepEqual(
      names.filter((name) => !(name in safe)),
      [],
    );
  });

  it('has named imports', async () => {
    const module = await import('safe-socket');
    assert.deepEqual(
      Object.keys(safe).filter((name) => module[name] !== safe[name]),
      [],
    );
    assert.equal(module.default, safe);
  });

  it('has no dependencies', () => {
    assert.equal(require('safe-socket/package.json').dependencies, undefined);
  });
});

describe('the packed package', () => {
  let folder;
  let packed;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'safe-socket-pack-'));
    const answer = await npm(['pack', '--ignore-scripts', '--json', '--pack-destination', folder], ROOT);
    [packed] = JSON.parse(answer);
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
    await npm(['install', '--offline', '--no-audit', '--no-fund', path.join(folder, packed.filename)], folder);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('holds the program and its papers, and nothing else', () => {
    assert.deepEqual(
      packed.files.map((file) => file.path).filter((file) => !PACKED.test(file)),
      [],
    );
  });

  it('throws where it was installed', async () => {
    const script = path.join(folder, 'app.mjs');
    await writeFile(
      script,
      `import net from 'safe-socket';
       const server = net.createServer((socket) => {
         socket.end('Goodbye!');
         try { socket.write('more'); } catch (err) { console.log(err.code); }
       });
       server.listen(0, '127.0.0.1', () => net.connect(server.address().port).resume().on('close', () => server.close()));`,
    );
    const { stdout } = await run(process.execPath, [script], { cwd: folder });
    assert.equal(stdout, 'ERR_SOCKET_ALREADY_ENDED\n');
  });

  it('preloads where it was installed', async () => {
    const script = path.join(folder, 'preloaded.js');
    await writeFile(
      script,
      `const server = require('net').createServer((socket) => {
         socket.end('Goodbye!');
         try { socket.write('more'); } catch (err) { console.log(err.code); }
       });
       server.listen(0, '127.0.0.1', () => {
         require('net').connect(server.address().port).resume().on('close', () => server.close());
       });`,
    );
    for (const flag of ['--require', '--import']) {
      const { stdout } = await run(process.execPath, [flag, 'safe-socket/register', script], { cwd: folder });
      assert.equal(stdout, 'ERR_SOCKET_ALREADY_ENDED\n', flag);
    }
  });
});
