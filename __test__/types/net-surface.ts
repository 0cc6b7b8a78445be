import * as net from 'node:net';

import * as safe from 'safe-socket';
import type { AddressInfo, NetConnectOpts } from 'safe-socket';

import { type Equal, holds } from './equal';

// Every name that `net` exports is here, and as a value. (`keyof typeof safe` has those that are types alone, too.)
const everyName: Record<keyof typeof net, unknown> = safe;
everyName.isIP;

// The whole surface stands wherever that of `net` is asked for.
const asNet: typeof net = safe;
asNet.createServer();

const server = safe.createServer({ allowHalfOpen: true }, (socket) => {
  holds<Equal<typeof socket, safe.Socket>>();
  socket.write('data', 'utf8', (error) => error?.message);
  socket.end();
});
const asServer: net.Server = server.listen(0);
const address = server.address();
holds<Equal<typeof address, string | AddressInfo | null>>();
server.on('connection', (socket: safe.Socket) => socket.destroySoon());
server.on('error', (error) => error.message);
asServer.close();

const socket = new safe.Socket({ allowHalfOpen: true });
const asSocket: net.Socket = socket;
holds<Equal<ReturnType<typeof socket.setNoDelay>, safe.Socket>>();
socket.on('data', (data) => data.length);
socket.on('close', (hadError) => holds<Equal<typeof hadError, boolean>>());
asSocket.resetAndDestroy();
// @ts-expect-error
socket.write(42);

const connectOptions: NetConnectOpts = { port: 1, host: 'localhost', gather: false };
const netOptions: net.NetConnectOpts = { path: '/tmp/socket' };
safe.connect(netOptions);
new safe.Socket({ gather: false, allowHalfOpen: true });
safe.createServer({ gather: false, noDelay: true });
const connected = safe.connect(connectOptions, () => {});
holds<Equal<typeof connected, safe.Socket>>();
safe.createConnection(3000, 'localhost', () => {});
safe.createConnection(3000, () => {});
safe.connect('/tmp/socket');
// @ts-expect-error
safe.connect({});

const blockList: net.BlockList = new safe.BlockList();
new safe.Server({ blockList });
new safe.Stream();

const bound = new safe.BoundSocket({ host: '127.0.0.1', port: 0 });
holds<Equal<ReturnType<typeof bound.fd>, number>>();
holds<Equal<ReturnType<typeof bound.address>, AddressInfo>>();
new safe.Socket({ handle: bound });
const boundPath = new safe.BoundSocket({ path: '/tmp/socket' });
holds<Equal<ReturnType<typeof boundPath.address>, string>>();
new safe.Socket({ handle: boundPath });
