'use strict';

/** Programs that are packed into one file: the package stays beside them, and is loaded when they run. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { mkdtemp, rm, writeFile } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');

const run = promisify(execFile);

const MAJOR = Number.parseInt(process.versions.node, 10);

/** Builds a single executable without another tool. */
const HAS_BUILD_SEA = MAJOR >= 26;

/** From where the program looks for its packages: ours finds itself there by its name. */
const BESIDE = JSON.stringify(path.join(__dirname, 'packaged.test.js'));

const PROGRAM = `
  const net = require('node:module').createRequire(${BESIDE})('safe-socket');
  const server = net.createServer((socket) => {
    socket.end('Goodbye!');
    try { socket.write('more'); } catch (err) { console.log(err.code, socket instanceof net.Socket); }
  });
  server.listen(0, '127.0.0.1', () => {
    net.connect(server.address().port, '127.0.0.1').resume().on('close', () => server.close());
  });`;

const EXPECTED = 'ERR_SOCKET_ALREADY_ENDED true\n';

/**
 * @param {any} t
 * @param {Record<string, string>} files
 * @returns {Promise<string>} the folder
 */
async function folderOf(t, files) {
  const folder = await mkdtemp(path.join(tmpdir(), 'safe-socket-packaged-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text);
  return folder;
}

describe('a program in one file', () => {
  it('uses the package after a start-up snapshot was taken', async (t) => {
    const main = `require('node:v8').startupSnapshot.setDeserializeMainFunction(() => {${PROGRAM}});`;
    const cwd = await folderOf(t, { 'main.js': main });
    await run(process.execPath, ['--snapshot-blob', 'main.blob', '--build-snapshot', 'main.js'], { cwd });
    const { stdout } = await run(process.execPath, ['--snapshot-blob', 'main.blob'], { cwd });
    assert.equal(stdout, EXPECTED);
  });

  it('uses the package as a single executable', { skip: !HAS_BUILD_SEA && 'needs node --build-sea' }, async (t) => {
    const config = JSON.stringify({ main: 'main.js', output: 'main.exe', disableExperimentalSEAWarning: true });
    const cwd = await folderOf(t, { 'main.js': PROGRAM, 'sea.json': config });
    await run(process.execPath, ['--build-sea', 'sea.json'], { cwd });
    const { stdout } = await run(path.join(cwd, 'main.exe'), { cwd });
    assert.equal(stdout, EXPECTED);
  });
});
