/// <reference types="node" />

import * as net from 'node:net';

import type { StreamLike } from './types/guard';
import type { BoundSocket, Server, ServerOpts } from './types/server';
import type { IpcNetConnectOpts, Socket, TcpNetConnectOpts } from './types/socket';

export { closeGracefully, delivered, flushBeforeExit } from './types/delivery';

export interface Abortable {
  /** Gives the wait up: it rejects with an `AbortError`. */
  signal?: AbortSignal | undefined;
}

/**
 * Connects. `signal` gives up connecting, and means nothing afterwards. `await using` closes the socket when everything
 * that was written has been given to the kernel.
 *
 * Rejects with the error of the connection, such as `ECONNREFUSED`, or an `AbortError`.
 */
export function connect(options: (TcpNetConnectOpts | IpcNetConnectOpts) & Abortable): Promise<Socket>;
export function connect(port: number, host?: string): Promise<Socket>;
export function connect(path: string): Promise<Socket>;

/** Options of `createServer()` and of `server.listen()` in one. Here `signal` closes the server, as in `net`. */
export interface ListenOptions extends ServerOpts, net.ListenOptions {}

/**
 * Makes a server, and waits until it listens.
 *
 * Rejects with the error of `listen()`, such as `EADDRINUSE`, or an `AbortError`.
 */
export function listen(options: ListenOptions, connectionListener?: (socket: Socket) => void): Promise<Server>;
export function listen(port: number, connectionListener?: (socket: Socket) => void): Promise<Server>;
export function listen(port: number, host: string, connectionListener?: (socket: Socket) => void): Promise<Server>;
export function listen(path: string, connectionListener?: (socket: Socket) => void): Promise<Server>;
export function listen(
  bound: BoundSocket<net.AddressInfo | string>,
  connectionListener?: (socket: Socket) => void,
): Promise<Server>;

/**
 * The sockets that a server accepts from this call on. It ends when the server has closed. Leaving the loop destroys
 * those that nobody has taken.
 */
export function connections(server: Server, options?: Abortable): AsyncGenerator<Socket, void, void>;

export interface WriteOptions extends Abortable {
  /** Of `data`, if it is a string. By default `'utf8'`. */
  encoding?: BufferEncoding | undefined;
}

/**
 * Writes, and waits until the kernel has taken the bytes. `signal` gives up the wait, not the bytes.
 *
 * Rejects with a `SocketAlreadyEndedError` where the socket has ended, whatever its policy, and with the error by which it
 * ends before the bytes are gone.
 */
export function write(socket: StreamLike, data: string | NodeJS.ArrayBufferView, options?: WriteOptions): Promise<void>;
