import * as net from 'node:net';

import {
  closeGracefully,
  connect,
  createServer,
  delivered,
  flushBeforeExit,
  peerState,
  safeSocket,
  Socket,
  tcpInfo,
} from 'safe-socket';
import type { Delivery, EndedBy, TcpInfo } from 'safe-socket';

import type { ConnectionInfo } from '../../lib/native/binding';
import { type Equal, holds } from './equal';

declare const netSocket: net.Socket;
declare const ours: Socket;

const waiting = delivered(netSocket, { timeout: 100, signal: AbortSignal.timeout(1) });
holds<Equal<typeof waiting, Promise<Delivery>>>();
// @ts-expect-error: no duration in words
delivered(ours, { timeout: '1s' });

closeGracefully(ours).then(({ bytesUndelivered, endedBy }) => {
  holds<Equal<typeof bytesUndelivered, number | undefined>>();
  endedBy satisfies EndedBy;
});
flushBeforeExit({ timeout: 1 }).then(({ failed }) =>
  failed.map(({ socket, error }) => [socket.destroy(), error.message]),
);

const peer = peerState(netSocket);
holds<Equal<typeof peer, 'open' | 'half-closed' | 'reset' | undefined>>();
const { rttMs } = tcpInfo(ours);
holds<Equal<typeof rttMs, number | undefined>>();
// As the native part makes it.
holds<Equal<keyof TcpInfo, keyof ConnectionInfo>>();

ours.end({ linger: 100 });
ours.end('data', { linger: 100 }, () => {});
// @ts-expect-error: net's sockets do not linger
netSocket.end({ linger: 100 });
ours.setUserTimeout(1).setNotSentLowWatermark(1).setWriteTimeout(1);

const options = { linger: 1, userTimeout: 1, writeTimeout: 1, keepAliveCount: 1, keepAliveInterval: 1 };
connect({ port: 1, ...options, gather: false });
safeSocket(1, { notSentLowWatermark: 1, ...options });
createServer(options);
new Socket(options);
