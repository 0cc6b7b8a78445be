/// <reference types="node" />

import * as net from 'node:net';

import type { EndedBy, SocketAlreadyEndedError } from './error';

export interface DeliveredOptions {
  /** Milliseconds until it is given up. By default never. */
  timeout?: number | undefined;
  /** Gives it up. */
  signal?: AbortSignal | undefined;
}

export interface Delivery {
  /** Bytes acknowledged by the peer's kernel, since the connection began. */
  bytesDelivered: number;
  /** The peer has reset the connection after it had acknowledged everything: it closed without reading all, or died. */
  resetByPeer: boolean;
}

/**
 * Waits until everything that was written before this call is acknowledged by the peer's kernel. That is not the same as
 * read by the peer's program. Rejects with a {@link SocketAlreadyEndedError} where the connection ends first, and with
 * `ERR_SAFE_SOCKET_DELIVERY_TIMEOUT`.
 */
export function delivered(socket: net.Socket, options?: DeliveredOptions): Promise<Delivery>;

export interface GracefulClose {
  /** Bytes acknowledged by the peer's kernel; undefined where nobody knows. */
  bytesDelivered: number | undefined;
  /** Bytes written and not acknowledged; 0 when all went well. Undefined where nobody knows. */
  bytesUndelivered: number | undefined;
  /** `'peer'`: its FIN came, all is well. `'reset'`: the peer has reset the connection. `'timeout'`: we have. */
  endedBy: Exclude<EndedBy, 'local'>;
}

/**
 * Half-closes the socket, waits until everything is delivered and the peer has ended too, and resets the connection at
 * the deadline. Resolves when the socket is closed.
 */
export function closeGracefully(socket: net.Socket, options?: DeliveredOptions): Promise<GracefulClose>;

export interface Flush {
  /** Sockets of which everything has arrived. */
  delivered: number;
  /** The others, with the reason. */
  failed: { socket: net.Socket; error: Error }[];
}

/** Waits until everything that was written has arrived, on every socket of this package and on every guarded one. */
export function flushBeforeExit(options?: DeliveredOptions): Promise<Flush>;

/**
 * Is the other side still there? Asks the kernel, without reading anything. `'half-closed'`: its FIN has arrived.
 * Undefined: there is no connection, not yet or no more.
 */
export function peerState(socket: net.Socket): 'open' | 'half-closed' | 'reset' | undefined;
