/**
 * Who or what ended a socket.
 *
 * - `'local'`: `end()` on this side
 * - `'peer'`: FIN from the peer, without half-open; also if an `end()` on this side came after it
 * - `'destroy'`: `destroy()` on this side, without an error
 * - `'reset'`: `ECONNRESET` or `EPIPE`
 * - `'timeout'`: `ETIMEDOUT`, or ended inside the `'timeout'` event, also by `destroy(error)`
 * - `'error'`: any other error
 * - `'unknown'`: it was over before safe-socket saw it
 */
export type EndedBy = 'local' | 'peer' | 'destroy' | 'reset' | 'timeout' | 'error' | 'unknown';

/** What a {@link SocketAlreadyEndedError} is made of. All of it may be left out. */
export interface RefusalDetails {
  /** By default `'write'`. */
  operation?: 'write' | 'end' | 'delivered' | undefined;
  /** By default `'unknown'`. */
  endedBy?: EndedBy | undefined;
  endedAgoMs?: number | undefined;
  cause?: unknown;
  /** By default 0. */
  bytesRefused?: number | undefined;
  bytesWritten?: number | undefined;
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
  localAddress?: string | undefined;
  localPort?: number | undefined;
}

/**
 * Thrown by a `write()` or `end()` on a socket that has already ended; {@link delivered} rejects with it. Match `code`,
 * not the message. `instanceof` holds across copies of the package.
 *
 * All fields but `cause` are own enumerable properties. What is not known is left out.
 */
export class SocketAlreadyEndedError extends Error {
  /**
   * For tests of your own.
   *
   * @throws {TypeError} `ERR_INVALID_ARG_VALUE` for an unknown `endedBy` or `operation`
   */
  constructor(details?: RefusalDetails);
  readonly code: 'ERR_SOCKET_ALREADY_ENDED';
  /** The call that was refused; `'delivered'`: nothing was refused, but bytes were lost. */
  readonly operation: 'write' | 'end' | 'delivered';
  /** Who ended the socket. */
  readonly endedBy: EndedBy;
  /** Milliseconds since then, if that is known. */
  readonly endedAgoMs?: number;
  /**
   * The error that ended the socket, if one did. With `trace`, otherwise, an Error whose stack is the line that ended
   * it.
   */
  readonly cause?: unknown;
  /** Bytes of this call; none of them was sent. */
  readonly bytesRefused: number;
  /** `socket.bytesWritten` at the moment of the call, if the stream counts. */
  readonly bytesWritten?: number;
  /** Of the connection that ended, as far as it is known; for a Unix-domain socket a path. */
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  /** For a Unix-domain socket a path. */
  readonly localAddress?: string;
  readonly localPort?: number;
  /** For `'delivered'`: bytes that the peer's kernel has not acknowledged; undefined if nobody knows. */
  readonly bytesUndelivered?: number | undefined;
}

/** Whether it is a {@link SocketAlreadyEndedError}, of this copy of the package or of another. */
export function isSocketAlreadyEnded(error: unknown): error is SocketAlreadyEndedError;

/** What is on the error of a write that failed half way. Not enumerable. */
export interface PartialWrite {
  /** Bytes of this write that the kernel had taken. */
  readonly bytesAccepted: number;
  /** Bytes of this write that never left the process. */
  readonly bytesUnsent: number;
}
