'use strict';

/**
 * Node's permission model: an addon that the program was allowed to load is no way around `--allow-net`.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const process = require('node:process');
const { test } = require('node:test');
const { promisify } = require('node:util');

const FIXTURE = path.join(__dirname, '..', 'fixtures', 'permission.js');
const run = promisify(execFile);

const knowsPermissions = process.allowedNodeEnvironmentFlags.has('--permission');
const knowsNetwork = process.allowedNodeEnvironmentFlags.has('--allow-net');
const FLAGS = ['--permission', '--allow-addons', '--allow-fs-read=*', '--no-warnings'];

test(
  'without --allow-net connect and listen are refused with the errors of net',
  { skip: !knowsNetwork && 'this Node does not restrict the network' },
  async () => {
    const expected = await outcomes(FLAGS, 'net');
    assert.ok(Object.values(expected).some((outcome) => outcome.includes('ERR_ACCESS_DENIED')));
    assert.deepEqual(await outcomes(FLAGS, 'package'), expected);
  },
);

test(
  'with --allow-net everything is as without permissions',
  { skip: !knowsNetwork && 'this Node does not restrict the network' },
  async () => {
    const flags = [...FLAGS, '--allow-net', '--allow-fs-write=*'];
    assert.deepEqual(await outcomes(flags, 'package'), await outcomes(flags, 'net'));
  },
);

test(
  'where permissions do not know of the network, they do not restrict it',
  { skip: (!knowsPermissions || knowsNetwork) && 'this Node restricts the network, or has no --permission' },
  async () => {
    const flags = [...FLAGS, '--allow-fs-write=*'];
    assert.deepEqual(await outcomes(flags, 'package'), await outcomes(flags, 'net'));
  },
);

async function outcomes(flags, implementation) {
  const { stdout } = await run(process.execPath, [...flags, FIXTURE, implementation]);
  return JSON.parse(stdout);
}
