import { SocketAlreadyEndedError, isSocketAlreadyEnded } from 'safe-socket';
import type { EndedBy, RefusedMessage } from 'safe-socket';

import { type Equal, holds } from './equal';

function told(error: unknown): EndedBy | undefined {
  if (!(error instanceof SocketAlreadyEndedError)) return undefined;
  holds<Equal<typeof error.code, 'ERR_SOCKET_ALREADY_ENDED'>>();
  holds<Equal<typeof error.operation, 'write' | 'end' | 'delivered'>>();
  holds<Equal<typeof error.bytesRefused, number>>();
  holds<Equal<typeof error.bytesWritten, number | undefined>>();
  holds<Equal<typeof error.cause, unknown>>();
  holds<Equal<typeof error.endedAgoMs, number | undefined>>();
  holds<Equal<typeof error.remoteAddress, string | undefined>>();
  holds<Equal<typeof error.localPort, number | undefined>>();
  const asError: Error = error;
  return asError === error ? error.endedBy : undefined;
}
told(new Error('other'));

// Every cause, and no other.
const how: Record<EndedBy, true> = {
  local: true,
  peer: true,
  destroy: true,
  reset: true,
  timeout: true,
  error: true,
  unknown: true,
};
how.local satisfies true;

// For tests of a user's own.
new SocketAlreadyEndedError({ endedBy: 'peer' });
new SocketAlreadyEndedError({ endedBy: 'reset', operation: 'end', endedAgoMs: 1, remoteAddress: '::1', cause: 'x' });
// @ts-expect-error
new SocketAlreadyEndedError({ endedBy: 'nobody' });
// @ts-expect-error
new SocketAlreadyEndedError('peer');

function isTold(error: unknown): string | undefined {
  if (!isSocketAlreadyEnded(error)) return undefined;
  holds<Equal<typeof error, SocketAlreadyEndedError>>();
  return error.remoteAddress;
}
isTold(new Error('other'));

declare const message: RefusedMessage;
message.error.endedBy satisfies EndedBy;
