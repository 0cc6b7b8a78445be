'use strict';

/** `safe-socket/http` and `node:http` in the same scenarios, each told by what a program can see of it. */

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { once } = require('node:events');
const nodeHttp = require('node:http');
const net = require('node:net');
const { text } = require('node:stream/consumers');
const { describe, it } = require('node:test');

const safe = require('../..');
const safeHttp = require('../../http');

const HOST = '127.0.0.1';

/** @typedef {typeof import('node:http')} Http */

/**
 * @param {any} t
 * @param {any} server
 * @param {any[]} where
 * @returns {Promise<any>} the options of a request to it
 */
async function listening(t, server, ...where) {
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await once(server.listen(...where), 'listening');
  const address = server.address();
  return typeof address === 'string' ? { socketPath: address } : { host: HOST, port: address.port };
}

/** @param {any} request */
async function answerTo(request) {
  const [response] = await once(request, 'response');
  return `${response.statusCode} ${await text(response)}`;
}

/**
 * A client that Node has nothing to do with.
 *
 * @param {any} t
 * @param {{ port: number }} to
 * @param {string} data
 * @returns {net.Socket}
 */
function rawClient(t, { port }, data) {
  const client = net.connect(port, HOST);
  client.on('error', () => {});
  t.after(() => client.destroy());
  client.write(data);
  return client;
}

/** @type {Record<string, (t: any, http: Http) => Promise<unknown>>} */
const SCENARIOS = {
  async 'keeps a connection alive'(t, http) {
    const server = http.createServer(async (req, res) => res.end(`${req.method} ${await text(req)}`));
    const to = await listening(t, server, 0, HOST);
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const seen = [];
    for (const body of ['one', 'two']) {
      const request = http.request({ ...to, agent, method: 'POST' }).end(body);
      seen.push(await answerTo(request), request.reusedSocket);
    }
    return seen;
  },

  async 'opens a connection for one request with agent: false'(t, http) {
    const server = http.createServer((req, res) => res.end(req.headers.connection));
    const to = await listening(t, server, 0, HOST);
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const seen = [];
    for (const path of ['/1', '/2']) seen.push(await answerTo(http.get({ ...to, path, agent: false })));
    return [...seen, connections];
  },

  async 'takes createConnection and socketPath'(t, http) {
    const server = http.createServer((req, res) => res.end(req.url));
    const to = await listening(t, server, 0, HOST);
    const createConnection = () => net.connect(to);
    const seen = [await answerTo(http.get({ path: '/given', createConnection }))];
    if (process.platform !== 'linux') return seen;
    const onPath = await listening(t, http.createServer(server.listeners('request')[0]), `\0${randomUUID()}`);
    return [...seen, await answerTo(http.get({ ...onPath, path: '/by-path' }))];
  },

  async 'takes a URL, with options and without'(t, http) {
    const server = http.createServer((req, res) => res.end(`${req.method} ${req.url}`));
    const { port } = await listening(t, server, 0, HOST);
    const url = `http://${HOST}:${port}/a?b`;
    return [
      await answerTo(http.get(url)),
      await answerTo(http.get(new URL(url))),
      await answerTo(http.request(url, { method: 'PUT' }).end()),
      await new Promise((resolve) => http.get(url, {}, (response) => resolve(text(response)))),
      await new Promise((resolve) => http.get(url, (response) => resolve(text(response)))),
    ];
  },

  async 'gives the socket away on upgrade'(t, http) {
    const server = http.createServer();
    server.on('upgrade', (req, socket, head) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
      socket.end(`${head}, ${req.headers.upgrade}`);
    });
    const to = await listening(t, server, 0, HOST);
    const request = http.request({ ...to, headers: { connection: 'Upgrade', upgrade: 'echo' } }).end();
    const [response, socket, head] = await once(request, 'upgrade');
    return [response.statusCode, head.toString() + (await text(socket))];
  },

  async 'tells the server of a client that goes away'(t, http) {
    const server = http.createServer();
    const to = await listening(t, server, 0, HOST);
    const controller = new AbortController();
    const request = http.get({ ...to, agent: false, signal: controller.signal });
    const failed = once(request, 'error');
    const [req, res] = await once(server, 'request');
    const seen = [];
    req.on('error', (error) => seen.push(`request: ${error.code}`));
    for (const message of [req, res]) message.on('close', () => seen.push(`${message.constructor.name} closed`));
    const closed = once(res, 'close');
    controller.abort();
    const [error] = await failed;
    await closed;
    return [error.name, error.code, seen.sort(), res.writableFinished, res.destroyed];
  },

  async 'ends a request that takes too long'(t, http) {
    const server = http.createServer();
    const to = await listening(t, server, 0, HOST);
    const request = http.get({ ...to, agent: false, timeout: 20 });
    await once(request, 'timeout');
    request.destroy();
    const [error] = await once(request, 'error');
    return [error.code, error.message];
  },

  async 'drops a client whose headers do not come'(t, http) {
    const server = http.createServer({ headersTimeout: 20, connectionsCheckingInterval: 10 });
    const to = await listening(t, server, 0, HOST);
    return (await text(rawClient(t, to, 'GET / HTTP/1.1\r\n'))).split('\r\n')[0];
  },

  async 'drops an idle connection'(t, http) {
    const server = http.createServer((req, res) => res.end());
    server.keepAliveTimeout = 20;
    server.keepAliveTimeoutBuffer = 0;
    const to = await listening(t, server, 0, HOST);
    return (await text(rawClient(t, to, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'))).split('\r\n')[0];
  },

  async 'answers what is no HTTP'(t, http) {
    const server = http.createServer();
    const to = await listening(t, server, 0, HOST);
    const wrong = once(server, 'clientError');
    rawClient(t, to, 'hello\r\n\r\n');
    const [error, socket] = await wrong;
    const state = [error.code, socket.writable];
    socket.destroy();
    return state;
  },

  async 'answers pipelined requests in their order'(t, http) {
    const server = http.createServer((req, res) => {
      // The first is ready last.
      if (req.url === '/1') server.once('second', () => res.end('one'));
      else res.end('two', () => {});
      if (req.url === '/2') server.emit('second');
    });
    const to = await listening(t, server, 0, HOST);
    const get = (url, connection) => `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n\r\n`;
    const answer = await text(rawClient(t, to, get('/1', 'keep-alive') + get('/2', 'close')));
    return answer.match(/one|two/g);
  },

  async 'asks before a body is sent'(t, http) {
    const server = http.createServer((req, res) => res.end('no question'));
    server.on('checkContinue', async (req, res) => {
      res.writeContinue();
      res.end(await text(req));
    });
    const to = await listening(t, server, 0, HOST);
    const request = http.request({ ...to, method: 'POST', headers: { expect: '100-continue' } });
    request.flushHeaders();
    await once(request, 'continue');
    return answerTo(request.end('body'));
  },

  async 'makes responses of the class that is asked for'(t, http) {
    class Mine extends nodeHttp.ServerResponse {
      greet() {
        this.end('hello');
      }
    }
    const server = http.createServer({ ServerResponse: Mine }, (req, res) => {
      assert.ok(res instanceof Mine);
      res.greet();
    });
    return answerTo(http.get(await listening(t, server, 0, HOST)));
  },
};

describe('safe-socket/http', () => {
  for (const [title, play] of Object.entries(SCENARIOS)) {
    it(`${title}, as node:http does`, async (t) => {
      const [ours, nodes] = [await play(t, safeHttp), await play(t, nodeHttp)];
      assert.deepEqual(ours, nodes);
    });
  }

  it('has what node:http has, but for what is a global or about proxies', () => {
    const missing = Object.keys(nodeHttp).filter((name) => !(name in safeHttp) && !name.startsWith('_'));
    const allowed = ['CloseEvent', 'MessageEvent', 'WebSocket', 'setGlobalProxyFromEnv'];
    assert.deepEqual(
      missing.filter((name) => !allowed.includes(name)),
      [],
    );
    const invented = Object.keys(safeHttp).filter((name) => !(name in nodeHttp));
    assert.deepEqual(invented, []);
  });

  it('can be imported by name, also what only the newest Node has', async () => {
    const imported = await import('../../http.js');
    for (const name of Object.keys(safeHttp)) assert.equal(Reflect.get(imported, name), Reflect.get(safeHttp, name));
  });

  it('has our sockets below, on both sides', async (t) => {
    const server = safeHttp.createServer((req, res) => res.end(String(req.socket instanceof safe.Socket)));
    const to = await listening(t, server, 0, HOST);
    for (const agent of [undefined, false, new safeHttp.Agent(), safeHttp.globalAgent]) {
      const request = safeHttp.get({ ...to, agent });
      const answer = answerTo(request);
      const [socket] = await once(request, 'socket');
      assert.ok(socket instanceof safe.Socket);
      assert.equal(await answer, '200 true');
    }
    safeHttp.globalAgent.destroy();
  });

  it('refuses an agent with proxies, which it would pass by', () => {
    assert.throws(() => new safeHttp.Agent({ proxyEnv: process.env }), { code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('refuses https, as node:http does', () => {
    for (const http of [safeHttp, nodeHttp]) {
      assert.throws(() => http.get('https://localhost'), { code: 'ERR_INVALID_PROTOCOL' });
    }
  });
});
