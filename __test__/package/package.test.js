'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const { readFile } = require('node:fs/promises');
const path = require('node:path');
const { describe, it } = require('node:test');

const safe = require('safe-socket');

const ROOT = path.join(__dirname, '..', '..');

/** Undocumented, and there because Node's own tests and `http` use it. */
const UNTYPED = ['_normalizeArgs'];

describe('the package', () => {
  it('types every name that it exports, and exports every name that it types', async () => {
    const types = await readFile(path.join(ROOT, 'index.d.ts'), 'utf8');
    const lists = [...types.matchAll(/^export \{([^}]+)\}/gm)].flatMap(([, list]) => list.split(','));
    const declared = lists.map((entry) => entry.split(' as ').at(-1).trim()).filter(Boolean);
    const exported = Object.keys(safe).filter((name) => !UNTYPED.includes(name));
    assert.deepEqual(declared.sort(), exported.sort());
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

  it('reads the files of its sockets when they are asked for', () => {
    const script = `
      const safe = require('safe-socket');
      const atFirst = Object.keys(require.cache).length;
      safe.createServer();
      console.log(JSON.stringify([atFirst, Object.keys(require.cache).length]));`;
    const [atFirst, afterwards] = JSON.parse(
      execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' }),
    );
    assert.ok(atFirst <= 5, `${atFirst} files at first`);
    assert.ok(afterwards > 20, `${afterwards} afterwards`);
  });

  it('lets a class be replaced before it is asked for', () => {
    const script = `
      const safe = require('safe-socket');
      class Replaced {}
      safe.Socket = Replaced;
      console.log(safe.Socket === Replaced, safe.Stream === Replaced);`;
    const output = execFileSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
    assert.equal(output, 'true false\n');
  });

  it('has the version of its crate', async () => {
    const crate = await readFile(path.join(ROOT, 'Cargo.toml'), 'utf8');
    assert.equal(/^version = "(.*)"$/m.exec(crate)?.[1], require('safe-socket/package.json').version);
  });

  it('has no dependencies', () => {
    assert.equal(require('safe-socket/package.json').dependencies, undefined);
  });
});
