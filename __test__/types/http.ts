import * as nodeHttp from 'node:http';

import * as http from 'safe-socket/http';
import type { IncomingHttpHeaders } from 'safe-socket/http';

import { type Equal, holds } from './equal';

/** `WebSocket` and its events are globals, and proxies are for Node's own agent. */
type NotHere = 'CloseEvent' | 'MessageEvent' | 'WebSocket' | 'setGlobalProxyFromEnv';
const everyName: Record<Exclude<keyof typeof nodeHttp, NotHere>, unknown> = http;
// @ts-expect-error: a type alone
everyName.WebSocket;

const server = http.createServer({ gather: false, keepAliveTimeout: 1 }, (request, response) => {
  holds<Equal<typeof request, nodeHttp.IncomingMessage>>();
  request.headers satisfies IncomingHttpHeaders;
  response.writeHead(200).end();
});
const asNode: nodeHttp.Server = server.listen(0, () => {});
asNode.closeIdleConnections();

class Response extends nodeHttp.ServerResponse {
  mine = 1;
}
http.createServer({ ServerResponse: Response }, (_request, response) => response.mine + 1);

const agent: nodeHttp.Agent = new http.Agent({ keepAlive: true, writeTimeout: 1 });
// @ts-expect-error
new http.Agent({ proxyEnv: process.env });

const request = http.request('http://localhost', { agent }, (response) => response.statusCode);
holds<Equal<typeof request, nodeHttp.ClientRequest>>();
http.get({ port: 1, agent: http.globalAgent });
http.get(new URL('http://localhost'), (response) => response.resume());
