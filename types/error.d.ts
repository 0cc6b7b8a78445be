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

/** What is on the error of a write that failed half way. Not enumerable. */
export interface PartialWrite {
  /** Bytes of this write that the kernel had taken. */
  readonly bytesAccepted: number;
  /** Bytes of this write that never left the process. */
  readonly bytesUnsent: number;
}
