import { SocketAlreadyEndedError } from 'safe-socket';
import type { EndedBy, RefusedMessage } from 'safe-socket';

import { type Equal, holds } from './equal';

function told(error: unknown): EndedBy | undefined {
  if (!(error instanceof SocketAlreadyEndedError)) return undefined;
  holds<Equal<typeof error.code, 'ERR_SOCKET_ALREADY_ENDED'>>();
  holds<Equal<typeof error.operation, 'write' | 'end' | 'delivered'>>();
  holds<Equal<typeof error.bytesRefused, number>>();
  holds<Equal<typeof error.bytesWritten, number | undefined>>();
  holds<Equal<typeof error.cause, unknown>>();
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

// @ts-expect-error: only safe-socket makes them
new SocketAlreadyEndedError();

declare const message: RefusedMessage;
message.error.endedBy satisfies EndedBy;
