/// <reference types="node" />

import * as net from 'node:net';

import type { Socket, SocketOptions } from './socket';

/** Options of `new Server()` and `createServer()`: those of `net`, and those of this package for the accepted sockets. */
export interface ServerOpts extends net.ServerOpts, SocketOptions {}

/** `net.Server`, backed by Rust. */
export class Server extends net.Server {
  constructor(connectionListener?: (socket: Socket) => void);
  constructor(options?: ServerOpts, connectionListener?: (socket: Socket) => void);
}

export interface BoundSocketOptions {
  /** An IP address. By default `'0.0.0.0'`, or `'::'` with `ipv6Only`. */
  host?: string | undefined;
  /** 0, the default: the system chooses. */
  port?: number | undefined;
  ipv6Only?: boolean | undefined;
  reusePort?: boolean | undefined;
}

/** A local address taken in advance, to be adopted by one server or one socket. The class of Node 26, on every Node. */
export interface BoundSocket<Address extends net.AddressInfo | string = net.AddressInfo> {
  /** What was bound: an address, or the path. */
  address(): Address;
  /** The file descriptor, which stays the property of this object. */
  fd(): number;
  /** Gives the address back. */
  close(): void;
  [Symbol.dispose](): void;
}

export const BoundSocket: {
  /** Binds at once; throws the error of the system, such as `EADDRINUSE`. */
  new (options?: BoundSocketOptions): BoundSocket;
  /** Binds the path of a Unix-domain socket. */
  new (options: { path: string }): BoundSocket<string>;
  readonly prototype: BoundSocket;
};

/** Makes a server; its sockets are those of this package. */
export function createServer(connectionListener?: (socket: Socket) => void): Server;
export function createServer(options?: ServerOpts, connectionListener?: (socket: Socket) => void): Server;
