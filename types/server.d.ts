/// <reference types="node" />

import * as net from 'node:net';

import type { Socket, SocketOptions } from './socket';

export interface ServerOpts extends net.ServerOpts, SocketOptions {}

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
