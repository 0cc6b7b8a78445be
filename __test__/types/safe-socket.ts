import * as http from 'node:http';
import * as net from 'node:net';
import { PassThrough } from 'node:stream';
import * as tls from 'node:tls';

import { safeSend, safeSocket, Socket } from 'safe-socket';
import type { SafeSocketOptions, SocketAlreadyEndedError } from 'safe-socket';

import { type Equal, holds } from './equal';

declare const netSocket: net.Socket;
declare const tlsSocket: tls.TLSSocket;
declare const response: http.ServerResponse;
declare const request: http.ClientRequest;
declare const oldStream: { write(chunk: string): boolean; on(event: string, listener: () => void): void; mine: 1 };

// A guarded stream keeps its type.
const guardedNet = safeSocket(netSocket);
const guardedTls = safeSocket(tlsSocket, { strict: false, linger: 100, writeTimeout: 1000 });
const guardedResponse = safeSocket(response);
const guardedRequest = safeSocket(request);
const guardedDuplex = safeSocket(new PassThrough(), { trace: true });
const guardedOldStream = safeSocket(oldStream);
holds<Equal<typeof guardedNet, net.Socket>>();
holds<Equal<typeof guardedTls, tls.TLSSocket>>();
holds<Equal<typeof guardedResponse, http.ServerResponse>>();
holds<Equal<typeof guardedRequest, http.ClientRequest>>();
holds<Equal<typeof guardedDuplex, PassThrough>>();
holds<Equal<typeof guardedOldStream, typeof oldStream>>();

// Everything else connects.
const toPort = safeSocket(3000);
const toHost = safeSocket(3000, { host: 'localhost', strict: false });
const toPortOfHost = safeSocket(3000, 'localhost');
const toHostWithOptions = safeSocket(3000, '::1', { gather: false, trace: true });
const toPath = safeSocket('/tmp/socket', { trace: true, allowHalfOpen: true });
const toOptions = safeSocket({ port: 3000, host: 'localhost', noDelay: true, onRefused: 'drop' });
const toPathOptions = safeSocket({ path: '/tmp/socket' });
holds<Equal<typeof toPort, Socket>>();
holds<Equal<typeof toHost, Socket>>();
holds<Equal<typeof toPortOfHost, Socket>>();
holds<Equal<typeof toHostWithOptions, Socket>>();
holds<Equal<typeof toPath, Socket>>();
holds<Equal<typeof toOptions, Socket>>();
holds<Equal<typeof toPathOptions, Socket>>();

// @ts-expect-error: neither a stream nor anything to connect to
safeSocket();
// @ts-expect-error
safeSocket(true);
// @ts-expect-error: a stream that cannot be written to
safeSocket({ on() {} });
// @ts-expect-error: a guard does not connect
safeSocket(netSocket, { host: 'localhost' });
// @ts-expect-error: nor does it gather
safeSocket(netSocket, { gather: false });
// @ts-expect-error: a path has no host
safeSocket('/tmp/socket', 'localhost');
// @ts-expect-error
safeSocket(3000, { strict: 'yes' });
// @ts-expect-error
safeSocket(3000, { onRefused: 'ignore' });

const options: SafeSocketOptions = {
  strict: true,
  trace: undefined,
  onRefused: (error, socket) => {
    holds<Equal<typeof error, SocketAlreadyEndedError>>();
    return socket === netSocket;
  },
};
safeSocket(netSocket, options);

const sent = safeSend(netSocket, 'data');
holds<Equal<typeof sent, boolean>>();
safeSend(response, Buffer.from('data'));
safeSend(toPort, new Uint16Array(2));
safeSend(toPort, '00ff', 'hex', (error) => error?.message);
safeSend(toPort, 'data', (error) => error?.message);
// @ts-expect-error
safeSend(toPort, 42);
// @ts-expect-error
safeSend(toPort, 'data', 'no-such-encoding');
// @ts-expect-error
safeSend('socket', 'data');
