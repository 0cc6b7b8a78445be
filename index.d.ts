/// <reference types="node" />

// What does no I/O is Node's own.
export type * from 'node:net';
export {
  BlockList,
  SocketAddress,
  getDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout,
  isIP,
  isIPv4,
  isIPv6,
  setDefaultAutoSelectFamily,
  setDefaultAutoSelectFamilyAttemptTimeout,
} from 'node:net';

export { SocketAlreadyEndedError, isSocketAlreadyEnded } from './types/error';
export type { EndedBy, PartialWrite, RefusalDetails } from './types/error';
export { safeSend, safeSocket } from './types/guard';
export type { OnRefused, SafeSocketOptions, StreamLike } from './types/guard';
export { Socket, Socket as Stream, connect, connect as createConnection } from './types/socket';
export type {
  DeliveryOptions,
  IpcNetConnectOpts,
  NetConnectOpts,
  SocketConstructorOpts,
  SocketOptions,
  TcpNetConnectOpts,
} from './types/socket';
export { BoundSocket, Server, createServer } from './types/server';
export type { BoundSocketOptions, ServerOpts } from './types/server';
export { closeGracefully, delivered, flushBeforeExit, peerState } from './types/delivery';
export type { DeliveredOptions, Delivery, Flush, GracefulClose } from './types/delivery';
export { tcpInfo } from './types/tcp-info';
export type { TcpInfo } from './types/tcp-info';
export type { ClosedMessage, OpenedMessage, RefusedMessage } from './types/channels';
