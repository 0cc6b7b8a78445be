/// <reference types="node" />

import * as net from 'node:net';

import type { EndedBy, SocketAlreadyEndedError } from './error';
import type { Socket } from './socket';

/** The message on the diagnostics channel `safe-socket:refused`. */
export interface RefusedMessage {
  socket: object;
  operation: 'write' | 'end';
  error: SocketAlreadyEndedError;
}

/** The message on the diagnostics channel `safe-socket:opened`. */
export interface OpenedMessage {
  socket: Socket;
}

/** The message on the diagnostics channel `safe-socket:closed`. */
export interface ClosedMessage {
  socket: net.Socket;
  endedBy: EndedBy;
  bytesDelivered: number | undefined;
  bytesUndelivered: number | undefined;
}
