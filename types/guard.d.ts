/// <reference types="node" />

import type { SocketAlreadyEndedError } from './error';
import type { IpcNetConnectOpts, NetConnectOpts, Socket, TcpNetConnectOpts } from './socket';

/**
 * What a refused call does.
 *
 * - `'throw'`, the default: throws
 * - `'emit'`: returns `false`, gives the error to the callback, and emits `'error'` on the next tick
 * - `'drop'`: returns `false` and gives the error to the callback
 * - a function: returns `true` if it has dealt with the refusal, as by `'drop'`; otherwise the error is thrown
 */
export type OnRefused = 'throw' | 'emit' | 'drop' | ((error: SocketAlreadyEndedError, socket: any) => boolean);

export interface SafeSocketOptions {
  /**
   * Whether a bare `end()` on an ended socket is refused too. By default `true`, except for HTTP messages and for the
   * sockets of Node's own `http`, `https` and `http2`.
   */
  strict?: boolean | undefined;
  /**
   * Keep the stack of the line that ends the socket, for `error.cause`. By default `false`, or `true` where the
   * environment has `SAFE_SOCKET_TRACE=1`.
   */
  trace?: boolean | undefined;
  /** What a refused call does. By default `'throw'`. */
  onRefused?: OnRefused | undefined;
  /** Of a `net.Socket`: milliseconds that `end()` waits for the peer before it resets the connection. By default none. */
  linger?: number | undefined;
  /** Of a `net.Socket`: milliseconds that a write may be unfinished; then `ETIMEDOUT` ends the socket. 0, the default: any. */
  writeTimeout?: number | undefined;
}

/** What can be guarded: a `stream.Writable` or `stream.Duplex`, an HTTP message, and what looks like one. */
export interface StreamLike {
  write(...args: any[]): unknown;
  on(...args: any[]): unknown;
}

/**
 * Guards a stream that you already hold, and returns that very object. Guarding twice is a no-op; options given then
 * replace those given before.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` for a bad option, one that does not exist, and one
 *   that does not apply to a stream that is there already
 */
export function safeSocket<T extends StreamLike>(socket: T, options?: SafeSocketOptions): T;
/**
 * Connects a Rust-backed socket to a TCP port. Its first error, such as `ECONNREFUSED`, comes as an `'error'` event.
 *
 * @throws {Error} `ERR_SAFE_SOCKET_BINARY` without the native binary
 */
export function safeSocket(port: number, options?: Omit<TcpNetConnectOpts, 'port'> & SafeSocketOptions): Socket;
/** Connects a Rust-backed socket to a TCP port of a host. */
export function safeSocket(
  port: number,
  host: string,
  options?: Omit<TcpNetConnectOpts, 'port' | 'host'> & SafeSocketOptions,
): Socket;
/** Connects a Rust-backed socket to the path of a Unix-domain socket. */
export function safeSocket(path: string, options?: Omit<IpcNetConnectOpts, 'path'> & SafeSocketOptions): Socket;
/** Connects a Rust-backed socket; the options are those of `net.connect()` and ours. */
export function safeSocket(options: NetConnectOpts & SafeSocketOptions): Socket;

/**
 * Writes where that is possible. Backpressure is in `socket.writableNeedDrain`.
 *
 * @returns `true` if the bytes were accepted; `false` if the socket has ended, and then the callback is not called
 * @throws {TypeError} for a bad argument, as `socket.write()`
 */
export function safeSend(
  socket: StreamLike,
  data: string | NodeJS.ArrayBufferView,
  encoding?: BufferEncoding | null,
  callback?: (error?: Error | null) => void,
): boolean;
export function safeSend(
  socket: StreamLike,
  data: string | NodeJS.ArrayBufferView,
  callback?: (error?: Error | null) => void,
): boolean;
