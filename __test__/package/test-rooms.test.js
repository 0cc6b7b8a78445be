'use strict';

/** `npm test -- <room>`: which files it runs. */

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');
const process = require('node:process');
const { describe, it } = require('node:test');

const { filesOf, passesWithoutAddon, rooms } = require('../../scripts/lib/rooms');

const RUNNER = path.join(__dirname, '..', '..', 'scripts', 'test.js');
const CI = path.join(__dirname, '..', '..', '.ci', 'run');
const hasCi = process.platform !== 'win32' && existsSync(CI);
const THIS_FILE = path.join('__test__', 'package', path.basename(__filename));

describe('npm test', () => {
  it('runs every test file of the rooms, but not the long ones', () => {
    const files = readdirSync(path.join(__dirname, '..'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.js') && !name.startsWith('long'))
      .map((name) => path.join('__test__', name));
    assert.deepEqual(filesOf([]), files.sort());
  });

  it('runs the files of one room', () => {
    const files = filesOf(['package']);
    assert.ok(files.includes(THIS_FILE));
    assert.ok(files.every((file) => path.dirname(file) === path.join('__test__', 'package')));
  });

  it('runs the long ones where it is told to', () => {
    assert.ok(filesOf(['long']).length > 0);
    assert.deepEqual(
      filesOf(['long']).filter((file) => filesOf([]).includes(file)),
      [],
    );
  });

  it('runs a file, and what is named twice once', () => {
    assert.deepEqual(filesOf([__filename]), [__filename]);
    assert.deepEqual(filesOf(['package', 'package']), filesOf(['package']));
  });

  it('knows files that pass without the addon, and others', () => {
    assert.ok(filesOf(['report']).every(passesWithoutAddon));
    assert.equal(filesOf(['socket']).some(passesWithoutAddon), false);
    const [some, others] = [true, false].map((is) => filesOf([]).filter((file) => passesWithoutAddon(file) === is));
    assert.deepEqual([...some, ...others].sort(), filesOf([]));
  });

  it('says what is neither a room nor a file, and which rooms there are', () => {
    const { status, stderr } = spawnSync(process.execPath, [RUNNER, '--no-build', 'kitchen'], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /"kitchen" is neither a file nor a room\./);
    for (const room of rooms()) assert.match(stderr, new RegExp(`\\b${room}\\b`));
  });
});

it(
  '.ci/run says what is no part of it, and which parts there are',
  { skip: !hasCi && 'there is no .ci/run here' },
  () => {
    const { status, stderr } = spawnSync(CI, ['kitchen'], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, /^There is no part "kitchen"\. The parts are: check, test, package/);
  },
);
