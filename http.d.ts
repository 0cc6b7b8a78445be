/// <reference types="node" />

import * as http from 'node:http';

import type { Socket, SocketOptions } from './types/socket';

// What does no I/O is Node's own.
export type * from 'node:http';
export {
  ClientRequest,
  IncomingMessage,
  METHODS,
  OutgoingMessage,
  STATUS_CODES,
  ServerResponse,
  maxHeaderSize,
  setMaxIdleHTTPParsers,
  validateHeaderName,
  validateHeaderValue,
} from 'node:http';

export interface AgentOptions extends http.AgentOptions, SocketOptions {
  /** Proxies of the environment are for Node's own agent. */
  proxyEnv?: undefined;
}

/** `http.Agent` with Rust-backed sockets. */
export class Agent extends http.Agent {
  constructor(options?: AgentOptions);
  createConnection(options: http.ClientRequestArgs): Socket;
}

/** What `request()` and `get()` use unless they are given an agent or `createConnection`. */
export const globalAgent: Agent;

export type ServerOptions<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof http.ServerResponse,
> = http.ServerOptions<Request, Response> & SocketOptions;

/**
 * `http.Server` over Rust-backed sockets. Each response is guarded: a `write()` or `end(data)` after its end throws
 * `ERR_SOCKET_ALREADY_ENDED`.
 */
export class Server<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof http.ServerResponse,
> extends http.Server<Request, Response> {
  constructor(requestListener?: http.RequestListener<Request, Response>);
  constructor(options: ServerOptions<Request, Response>, requestListener?: http.RequestListener<Request, Response>);
}

export function createServer<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof http.ServerResponse,
>(requestListener?: http.RequestListener<Request, Response>): Server<Request, Response>;
export function createServer<
  Request extends typeof http.IncomingMessage = typeof http.IncomingMessage,
  Response extends typeof http.ServerResponse<InstanceType<Request>> = typeof http.ServerResponse,
>(
  options: ServerOptions<Request, Response>,
  requestListener?: http.RequestListener<Request, Response>,
): Server<Request, Response>;

/** `http.request()` over a Rust-backed socket; the request is guarded. */
export function request(
  options: http.RequestOptions | string | URL,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
export function request(
  url: string | URL,
  options: http.RequestOptions,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;

/** `http.get()` over a Rust-backed socket. */
export function get(
  options: http.RequestOptions | string | URL,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
export function get(
  url: string | URL,
  options: http.RequestOptions,
  callback?: (res: http.IncomingMessage) => void,
): http.ClientRequest;
