'use strict';

/** The package as it is published: the files of lib/ come out of three, and are the same modules all the same. */

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');

const { buildSync } = require('esbuild');

const { makeDist } = require('../scripts/dist');
const { makeLoad } = require('../scripts/dist/loader');

const run = promisify(execFile);

/** @type {string} */
let folder;

before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-dist-'));
  makeDist(folder);
});

after(() => fs.rmSync(folder, { recursive: true }));

/** @param {string} script that prints JSON, run in the folder of the package */
async function answer(script) {
  const { stdout } = await run(process.execPath, ['-e', script], { cwd: folder });
  return JSON.parse(stdout);
}

/** Those files that Node has found, read and compiled, not those that are modules only. */
const COUNT_READS = `
  const read = new Set();
  const { readFileSync } = require('node:fs');
  require('node:fs').readFileSync = function (file, ...rest) {
    read.add(require('node:path').basename(String(file)));
    return readFileSync.call(this, file, ...rest);
  };
  const compiled = () => [...read].filter((name) => name.endsWith('.js')).sort();`;

test('the preload is two files', async () => {
  const script = `${COUNT_READS} require('./register'); console.log(JSON.stringify(compiled()));`;
  assert.deepEqual(await answer(script), ['packed.js', 'register.js']);
});

test('the preload with a socket is one more', async () => {
  const script = `${COUNT_READS}
    require('./register');
    require('node:net').connect(1).on('error', () => console.log(JSON.stringify(compiled())));`;
  assert.deepEqual(await answer(script), ['packed-guard.js', 'packed.js', 'register.js']);
});

test('a server and a socket are four files, and the loader of the binary', async () => {
  const script = `${COUNT_READS}
    const net = require('./index');
    const server = net.createServer((socket) => socket.end('bye')).listen(0, '127.0.0.1', () => {
      net.connect(server.address().port, '127.0.0.1').resume().on('close', () => {
        server.close();
        console.log(JSON.stringify(compiled()));
      });
    });`;
  assert.deepEqual(await answer(script), ['binding.js', 'index.js', 'packed-guard.js', 'packed-rest.js', 'packed.js']);
});

for (const [title, first, second] of [
  ['before the package', './lib/socket', './index'],
  ['after it', './index', './lib/socket'],
]) {
  test(`a file of lib/ that is asked for ${title} is the module that the package uses`, async () => {
    const script = `
      const { Socket } = require('${first}');
      console.log(JSON.stringify(new Socket() && Socket === require('${second}').Socket));`;
    assert.equal(await answer(script), true);
  });
}

test('every file of lib/ is read from the package, or run by path', async () => {
  const script = `
    const fs = require('node:fs');
    const load = require('./lib/packed.js');
    const files = fs.readdirSync('lib', { recursive: true }).filter((file) => file.endsWith('.js'));
    const others = files.filter((file) => !/^(?:binding|packed(?:-guard|-rest)?)\\.js$|^report/.test(file));
    const wrong = others.filter((file) => Object.keys(load(file.replaceAll('\\\\', '/'))).length === 0);
    console.log(JSON.stringify([others.length > 80, wrong]));`;
  assert.deepEqual(await answer(script), [true, []]);
});

test('a program that uses sockets outlives the package', async () => {
  const copy = path.join(folder, 'copy');
  makeDist(copy);
  const program = path.join(__dirname, 'programs', 'outlives-the-package.js');
  const { stdout } = await run(process.execPath, ['--require', path.join(copy, 'register.js'), program, copy]);
  assert.match(stdout, /^The socket has already been ended\. .*by end\(\)\.\nHTTP\/1\.1 200 OK\n$/);
});

/**
 * @param {string} program
 * @param {Record<string, string>} [alias] what is asked for, and what is taken instead
 * @returns {Promise<string>} what it prints, packed into one file in another folder
 */
async function printedByBundle(program, alias = {}) {
  const away = fs.mkdtempSync(path.join(os.tmpdir(), 'safe-socket-bundle-'));
  const outfile = path.join(away, 'bundle.js');
  // Not ours, although a file of lib/ has its name.
  fs.writeFileSync(path.join(away, 'errors.js'), "exports.whose = 'of the program'");
  try {
    const stdin = { contents: program, resolveDir: folder };
    const { warnings } = buildSync({ stdin, outfile, alias, bundle: true, platform: 'node', logLevel: 'silent' });
    assert.deepEqual(warnings, []);
    return (await run(process.execPath, [outfile])).stdout;
  } finally {
    fs.rmSync(away, { recursive: true });
  }
}

test('a bundle guards sockets', async () => {
  const program = `
    const net = require('node:net');
    const { safeSocket } = require('./index');
    const server = net.createServer((socket) => {
      safeSocket(socket).end('bye');
      try { socket.write('more'); } catch ({ code }) { console.log(code); }
      console.log(require(['.', 'errors.js'].join('/')).whose);
    }).listen(0, '127.0.0.1', () => {
      net.connect(server.address().port, '127.0.0.1').resume().on('close', () => server.close());
    });`;
  assert.equal(await printedByBundle(program), 'ERR_SOCKET_ALREADY_ENDED\nof the program\n');
});

test('a bundle says what its sockets lack', async () => {
  const program = "try { require('./index').connect(1); } catch ({ code, message }) { console.log(code, message); }";
  assert.match(await printedByBundle(program), /^ERR_SAFE_SOCKET_BINARY .* declare safe-socket external\.\n$/);
});

test('the package may be put in the place of net, under either name, as bundlers and test runners can', async () => {
  const program = `
    const net = require('net');
    console.log(require('node:net') === require('./index'), net.isIP('::1'), typeof new net.Socket().write);`;
  const index = path.join(folder, 'index.js');
  assert.equal(await printedByBundle(program, { net: index, 'node:net': index }), 'true 6 function\n');
});

for (const [what, script] of [
  ['a refusal', "const socket = net.connect(1); socket.destroy(); socket.write('late');"],
  ['a bad argument', 'new net.Socket({ handle: 1 });'],
]) {
  test(`${what} that nobody catches is printed with no more than a line of this package`, async () => {
    const program = run(process.execPath, ['-e', `const net = require('./index'); ${script}`], { cwd: folder });
    await assert.rejects(
      program,
      ({ stderr }) => /ERR_SOCKET_ALREADY_ENDED|ERR_INVALID_ARG/.test(stderr) && stderr.length < 2000,
    );
  });
}

test('what a socket needs last is there when a test runner gives nothing more', () => {
  let isOver = false;
  const parts = {
    './packed-guard.js': { 'first.js': define, 'last.js': define },
    './packed-rest.js': { 'socket.js': define },
  };
  const load = makeLoad('lib', {}, (request) => (isOver ? undefined : Reflect.get(parts, request)), {});
  load('socket.js');
  isOver = true;
  assert.equal(load('last.js').path, 'lib');

  /** @type {any} */
  function define(
    /** @type {any} */ module,
    /** @type {any} */ exports,
    /** @type {any} */ _,
    /** @type {string} */ folder,
  ) {
    exports.path = folder;
  }
});
