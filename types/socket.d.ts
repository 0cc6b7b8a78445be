/// <reference types="node" />

import * as net from 'node:net';

import type { SocketAlreadyEndedError } from './error';
import type { BoundSocket } from './server';

/** Options of sockets and servers about the fate of bytes, which `net` does not have. */
export interface DeliveryOptions {
  /** Milliseconds between two keep-alive probes. */
  keepAliveInterval?: number | undefined;
  /** Unanswered probes after which the connection is dropped. */
  keepAliveCount?: number | undefined;
  /** Milliseconds that `end()` waits for the peer before it resets the connection. */
  linger?: number | undefined;
  /** Unsent bytes in the kernel from which on it takes no more (`TCP_NOTSENT_LOWAT`). */
  notSentLowWatermark?: number | undefined;
  /** Milliseconds that bytes may stay unacknowledged (`TCP_USER_TIMEOUT`). */
  userTimeout?: number | undefined;
  /** Milliseconds that a write may be unfinished. */
  writeTimeout?: number | undefined;
}

/** What a Rust-backed socket takes beyond the options of `net`. */
export interface SocketOptions extends DeliveryOptions {
  /**
   * Whether small writes of one tick leave in one system call: the first goes to the kernel at once, the others at the
   * end of the tick, or sooner; all of them after a tick with five or more. By default `true`.
   */
  gather?: boolean | undefined;
}

export interface SocketConstructorOpts extends Omit<net.SocketConstructorOpts, 'handle'>, SocketOptions {
  /** A local address to adopt. */
  handle?: BoundSocket<net.AddressInfo | string> | undefined;
}
export interface TcpNetConnectOpts extends net.TcpNetConnectOpts, SocketOptions {}
export interface IpcNetConnectOpts extends net.IpcNetConnectOpts, SocketOptions {}
export type NetConnectOpts = TcpNetConnectOpts | IpcNetConnectOpts;

/** `net.Socket`, backed by Rust. `instanceof net.Socket` holds. */
export class Socket extends net.Socket {
  constructor(options?: SocketConstructorOpts);
  /** @throws {SocketAlreadyEndedError} if the socket has ended: exactly when `writable` is `false` on a connected one */
  write(buffer: Uint8Array | string, cb?: (err?: Error | null) => void): boolean;
  write(str: Uint8Array | string, encoding?: BufferEncoding, cb?: (err?: Error | null) => void): boolean;
  /** @throws {SocketAlreadyEndedError} if the socket has ended and there is data, or the socket is `strict` */
  end(callback?: () => void): this;
  end(buffer: Uint8Array | string, callback?: () => void): this;
  end(str: Uint8Array | string, encoding?: BufferEncoding, callback?: () => void): this;
  /** `linger`: milliseconds after which the connection is reset, if the peer has not ended it by then. */
  end(options: { linger: number }, callback?: () => void): this;
  end(data: Uint8Array | string, options: { linger: number }, callback?: () => void): this;
  end(data: string, encoding: BufferEncoding, options: { linger: number }): this;
  /** What the kernel has taken. `bytesWritten` also counts bytes that never leave the process. */
  readonly bytesAccepted: number | undefined;
  /** Ends the socket with `ETIMEDOUT` when bytes stay unacknowledged so long; 0: as the system decides. */
  setUserTimeout(msecs: number): this;
  /** Lets the kernel take no more than so many unsent bytes. */
  setNotSentLowWatermark(bytes: number): this;
  /** Ends the socket with `ETIMEDOUT` when the kernel has not taken a write after so long; 0 turns it off. */
  setWriteTimeout(msecs: number): this;
}

/** Connects a Rust-backed socket, as `net.connect()`. Its first error, such as `ECONNREFUSED`, comes as an `'error'` event. */
export function connect(options: NetConnectOpts, connectionListener?: () => void): Socket;
export function connect(port: number, host?: string, connectionListener?: () => void): Socket;
export function connect(port: number, connectionListener?: () => void): Socket;
export function connect(path: string, connectionListener?: () => void): Socket;
