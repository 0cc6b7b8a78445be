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

/**
 * Thrown by a `write()` or `end()` on a socket that has already ended; {@link delivered} rejects with it. Match `code`,
 * not the message.
 */
export class SocketAlreadyEndedError extends Error {
  private constructor();
  readonly code: 'ERR_SOCKET_ALREADY_ENDED';
  /** The call that was refused; `'delivered'`: nothing was refused, but bytes were lost. */
  readonly operation: 'write' | 'end' | 'delivered';
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
  /** Of `'delivered'`: bytes that the peer's kernel has not acknowledged; undefined where nobody knows. */
  readonly bytesUndelivered?: number | undefined;
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

/** What is on the error of a write that failed half way. Not enumerable. */
export interface PartialWrite {
  /** Bytes of this write that the kernel had taken. */
  readonly bytesAccepted: number;
  /** Bytes of this write that never left the process. */
  readonly bytesUnsent: number;
}

/** What can be guarded: a `stream.Writable` or `stream.Duplex`, an HTTP message, and what looks like one. */
export interface StreamLike {
  write(...args: any[]): unknown;
  on(...args: any[]): unknown;
}

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
   * end of the tick, or sooner. By default `true`.
   */
  gather?: boolean | undefined;
}

export interface SocketConstructorOpts extends net.SocketConstructorOpts, SocketOptions {}
export interface ServerOpts extends net.ServerOpts, SocketOptions {}
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

export { Socket as Stream };

/** `net.Server`, backed by Rust. */
export class Server extends net.Server {
  constructor(connectionListener?: (socket: Socket) => void);
  constructor(options?: ServerOpts, connectionListener?: (socket: Socket) => void);
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
export function createServer(options?: ServerOpts, connectionListener?: (socket: Socket) => void): Server;

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

/** What the kernel knows of a TCP connection. What it does not know is left out. */
export interface TcpInfo {
  /** The state of RFC 9293. */
  state: string;
  /** Smoothed round-trip time. */
  rttMs?: number;
  /** Its mean deviation. */
  rttVariationMs?: number;
  /** The smallest round-trip time. */
  minRttMs?: number;
  /** Time until an unanswered segment is sent again. */
  retransmissionTimeoutMs?: number;
  /** Bytes acknowledged by the peer's kernel, with one for the SYN of a client and one for the FIN. */
  bytesAcknowledged?: number;
  bytesReceived?: number;
  /** With those sent again. */
  bytesSent?: number;
  bytesRetransmitted?: number;
  /** In the kernel, and not sent yet. */
  bytesNotSent?: number;
  segmentsSent?: number;
  segmentsReceived?: number;
  segmentsUnacknowledged?: number;
  /** That the peer has beyond a gap. */
  segmentsSacked?: number;
  segmentsLost?: number;
  segmentsRetransmitted?: number;
  unansweredRetransmissions?: number;
  unansweredProbes?: number;
  congestionWindowSegments?: number;
  /** `Infinity` before it was met. */
  slowStartThresholdSegments?: number;
  /** The peer's window. */
  sendWindowBytes?: number;
  sendSegmentBytes?: number;
  receiveSegmentBytes?: number;
  pathMtuBytes?: number;
  /** `Infinity` where it is not limited. */
  pacingRateBytesPerSecond?: number;
  deliveryRateBytesPerSecond?: number;
  sinceDataSentMs?: number;
  sinceDataReceivedMs?: number;
  sinceAcknowledgedMs?: number;
  /** Spent sending. */
  busyMs?: number;
  /** … of which stopped by the peer's window. */
  limitedByReceiverMs?: number;
  /** … of which stopped by the own send buffer. */
  limitedBySendBufferMs?: number;
}

/**
 * What the kernel knows of a TCP connection, asked now.
 *
 * @throws {Error} `ERR_SOCKET_CLOSED` without a connection; `ERR_FEATURE_UNAVAILABLE_ON_PLATFORM` where the system has
 *   no `TCP_INFO`, and for a Unix-domain socket
 */
export function tcpInfo(socket: net.Socket): TcpInfo;

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
