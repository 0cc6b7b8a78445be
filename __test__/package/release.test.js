'use strict';

/**
 * What the release workflow makes of the package: the binary goes into a package for the platform, and ours names that
 * as an optional dependency. Both are installed into an empty folder, without network and without Rust.
 */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const { existsSync } = require('node:fs');
const { cp, mkdtemp, readFile, rm, writeFile } = require('node:fs/promises');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');

const { installPacked } = require('../../scripts/lib/install-packed');

/** What may be in our package; a new file at the top level is a decision. */
const OURS = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
  /^(index|http|promises|register)\.(js|d\.ts)$/,
  /^(lib|bin|types)\/(?!.*\.(node|test\.js)$)/,
];

/** Above that, something is packed that should not be. */
const MAX_BYTES = { ours: 200_000, platform: 2_000_000 };

const run = promisify(execFile);

/** What npm runs when it installs a package from the registry. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

/** The environment without the folders that Rust is in. */
const WITHOUT_RUST = {
  ...process.env,
  PATH: process.env.PATH?.split(path.delimiter)
    .filter((folder) => !['cargo', 'cargo.exe'].some((name) => existsSync(path.join(folder, name))))
    .join(path.delimiter),
};

describe('the released packages', () => {
  let folder;
  let ours;
  let platform;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'safe-socket-release-'));
    ({ ours, platform } = await installPacked(folder, WITHOUT_RUST));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('hold the program and its papers, and nothing else', () => {
    const files = ours.files.map((file) => file.path);
    assert.deepEqual(
      files.filter((file) => !OURS.some((pattern) => pattern.test(file))),
      [],
    );
    assert.deepEqual(platform.files.map((file) => path.extname(file.path)).sort(), ['.json', '.md', '.node']);
  });

  it('are small', () => {
    assert.ok(ours.size < MAX_BYTES.ours, `${ours.size} bytes`);
    assert.ok(platform.size < MAX_BYTES.platform, `${platform.size} bytes`);
  });

  it('run no script when they are installed', async () => {
    for (const name of ['safe-socket', ...Object.keys((await manifestOf('safe-socket')).optionalDependencies)]) {
      const { scripts = {} } = await manifestOf(name);
      assert.deepEqual(
        INSTALL_SCRIPTS.filter((script) => script in scripts),
        [],
        name,
      );
    }
  });

  it('load by require() and by import, with every part', async () => {
    const { exports } = await manifestOf('safe-socket');
    const names = Object.keys(exports).map((entry) => path.posix.join('safe-socket', entry));
    assert.equal(names.length, 5);
    const script = path.join(folder, 'loads.mjs');
    await writeFile(
      script,
      `import { createRequire } from 'node:module';
       const require = createRequire(import.meta.url);
       for (const name of ${JSON.stringify(names)}) {
         const attributes = name.endsWith('.json') ? { with: { type: 'json' } } : undefined;
         const imported = (await import(name, attributes)).default;
         if (name.endsWith('.json') ? imported.name !== 'safe-socket' : imported !== require(name)) console.log(name);
       }`,
    );
    const { stdout } = await run(process.execPath, ['--no-warnings', script], { cwd: folder });
    assert.equal(stdout, '');
  });

  it('have only files that load', async () => {
    const script = `
      const path = require('node:path');
      const lib = path.join(path.dirname(require.resolve('safe-socket')), 'lib');
      const files = require('node:fs').readdirSync(lib, { recursive: true });
      for (const file of files) if (file.endsWith('.js') && !file.startsWith('report')) require(path.join(lib, file));
      console.log(files.length);`;
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder });
    assert.ok(Number(stdout) > 50, `${stdout} files`);
  });

  it('are not needed by a program that uses sockets already', async () => {
    const copy = path.join(folder, 'copy');
    await cp(path.join(folder, 'node_modules/safe-socket'), copy, { recursive: true });
    const program = path.join(__dirname, '..', 'fixtures', 'programs', 'outlives-the-package.js');
    const { stdout } = await run(process.execPath, ['--require', path.join(copy, 'register.js'), program, copy]);
    assert.match(stdout, /^The socket has already been ended\. .*by end\(\)\.\nHTTP\/1\.1 200 OK\n$/);
  });

  for (const [what, program] of [
    ['a refusal', "const socket = net.connect(1); socket.destroy(); socket.write('late');"],
    ['a bad argument', 'new net.Socket({ handle: 1 });'],
  ]) {
    it(`show no more than a line of theirs, and the file it is in, when nobody catches ${what}`, async () => {
      const running = run(process.execPath, ['-e', `const net = require('safe-socket'); ${program}`], { cwd: folder });
      await assert.rejects(running, ({ stderr }) => {
        assert.match(stderr, /ERR_SOCKET_ALREADY_ENDED|ERR_INVALID_ARG/);
        assert.match(stderr, /node_modules[\\/]safe-socket[\\/]lib[\\/][-a-z/\\]+\.js:\d+/);
        assert.ok(stderr.length < 2000, stderr);
        return true;
      });
    });
  }

  it('throw where they were installed', async () => {
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
    const { stdout } = await run(process.execPath, [script], { cwd: folder, env: WITHOUT_RUST });
    assert.equal(stdout, 'ERR_SOCKET_ALREADY_ENDED\n');
  });

  it('have HTTP and promises where they were installed', async () => {
    const script = path.join(folder, 'parts.mjs');
    await writeFile(
      script,
      `import { createServer, get } from 'safe-socket/http';
       import { connect, listen } from 'safe-socket/promises';
       const server = await listen({ port: 0, host: '127.0.0.1' }, (socket) => socket.end('promises'));
       for await (const data of await connect(server.address().port, '127.0.0.1')) console.log(String(data));
       server.close();
       const web = createServer((req, res) => res.end('http')).listen(0, '127.0.0.1', () => {
         get({ port: web.address().port, host: '127.0.0.1', agent: false }, (res) => {
           res.on('data', (data) => console.log(String(data))).on('end', () => web.close());
         });
       });`,
    );
    const { stdout } = await run(process.execPath, [script], { cwd: folder, env: WITHOUT_RUST });
    assert.equal(stdout, 'promises\nhttp\n');
  });

  it('preload where they were installed', async () => {
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

  /** @param {string} name */
  async function manifestOf(name) {
    return JSON.parse(await readFile(path.join(folder, 'node_modules', name, 'package.json'), 'utf8'));
  }
});
