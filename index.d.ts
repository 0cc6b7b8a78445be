/// <reference types="node" />

import * as net from 'node:net';

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

/**
 * Who or what ended a socket.
 *
 * - `'local'`: `end()` on this side
 * - `'peer'`: FIN from the other side, without half-open; also if an `end()` on this side came after it
 * - `'destroy'`: `destroy()` on this side, without an error
 * - `'reset'`: `ECONNRESET` or `EPIPE`
 * - `'timeout'`: `ETIMEDOUT`, or ended inside the `'timeout'` event
 * - `'error'`: any other error
 * - `'unknown'`: it was over before safe-socket saw it
 */
export type EndedBy = 'local' | 'peer' | 'destroy' | 'reset' | 'timeout' | 'error' | 'unknown';

/** Thrown by a `write()` or `end()` on a socket that has already ended. Match `code`, not the message. */
export class SocketAlreadyEndedError extends Error {
  private constructor();
  readonly code: 'ERR_SOCKET_ALREADY_ENDED';
  /** The call that was refused. */
  readonly operation: 'write' | 'end';
  /** Who ended the socket. */
  readonly endedBy: EndedBy;
  /**
   * The error that ended the socket, if one did. With `trace`, otherwise, an Error whose stack is the line that ended
   * it.
   */
  readonly cause?: unknown;
  /** Bytes of this call; none of them was sent. */
  readonly bytesRefused: number;
  /** `socket.bytesWritten` at the moment of the call; undefined for streams that do not count. */
  readonly bytesWritten: number | undefined;
}

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
}

/** The message on the diagnostics channel `safe-socket:refused`. */
export interface RefusedMessage {
  socket: object;
  operation: 'write' | 'end';
  error: SocketAlreadyEndedError;
}

/** What can be guarded: a `stream.Writable` or `stream.Duplex`, an HTTP message, and what looks like one. */
export interface StreamLike {
  write(...args: any[]): unknown;
  on(...args: any[]): unknown;
}

/** What a Rust-backed socket takes beyond the options of `net`. */
export interface SocketConstructorOpts extends net.SocketConstructorOpts {
  /**
   * Whether small writes of one tick leave in one system call: the first goes to the kernel at once, the others at the
   * end of the tick, or sooner. By default `true`.
   */
  gather?: boolean | undefined;
}

export interface TcpNetConnectOpts extends net.TcpNetConnectOpts, Pick<SocketConstructorOpts, 'gather'> {}
export interface IpcNetConnectOpts extends net.IpcNetConnectOpts, Pick<SocketConstructorOpts, 'gather'> {}
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
}

export { Socket as Stream };

/** `net.Server`, backed by Rust. */
export class Server extends net.Server {
  constructor(connectionListener?: (socket: Socket) => void);
  constructor(options?: net.ServerOpts, connectionListener?: (socket: Socket) => void);
}

export interface BoundSocketOptions {
  host?: string | undefined;
  port?: number | undefined;
  ipv6Only?: boolean | undefined;
  reusePort?: boolean | undefined;
}

/** A local address taken in advance, to be adopted by one server or one socket. The class of Node 26, on every Node. */
export class BoundSocket {
  constructor(options?: BoundSocketOptions | { path: string });
  /** What was bound: an address, or the path. */
  address(): net.AddressInfo | string;
  /** The file descriptor, which stays the property of this object. */
  fd(): number;
  /** Gives the address back. */
  close(): void;
  [Symbol.dispose](): void;
}

export function createServer(connectionListener?: (socket: Socket) => void): Server;
export function createServer(options?: net.ServerOpts, connectionListener?: (socket: Socket) => void): Server;

export function connect(options: NetConnectOpts, connectionListener?: () => void): Socket;
export function connect(port: number, host?: string, connectionListener?: () => void): Socket;
export function connect(port: number, connectionListener?: () => void): Socket;
export function connect(path: string, connectionListener?: () => void): Socket;
export { connect as createConnection };

/**
 * Guards a stream that you already hold, and returns that very object. Guarding twice is a no-op; options given then
 * replace those given before.
 *
 * @throws {TypeError} `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` for a bad option
 */
export function safeSocket<T extends StreamLike>(socket: T, options?: SafeSocketOptions): T;
/**
 * Connects a Rust-backed socket to a TCP port. Its first error, such as `ECONNREFUSED`, comes as an `'error'` event.
 *
 * @throws {Error} `ERR_SAFE_SOCKET_BINARY` without the native binary
 */
export function safeSocket(port: number, options?: Omit<TcpNetConnectOpts, 'port'> & SafeSocketOptions): Socket;
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
