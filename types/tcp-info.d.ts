/// <reference types="node" />

import * as net from 'node:net';

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
