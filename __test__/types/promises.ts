import { BoundSocket, type Server, type Socket } from 'safe-socket';
import { closeGracefully, connect, connections, listen, write } from 'safe-socket/promises';

import { type Equal, holds } from './equal';

const { signal } = new AbortController();

const connecting = connect({ port: 1, signal, gather: false });
holds<Equal<typeof connecting, Promise<Socket>>>();
connect(1, 'localhost');
connect('/tmp/socket');
// @ts-expect-error: the promise is the listener
connect(1, 'localhost', () => {});

const listening = listen({ port: 0, noDelay: true, signal, writeTimeout: 1 }, (socket) => {
  holds<Equal<typeof socket, Socket>>();
});
holds<Equal<typeof listening, Promise<Server>>>();
listen(0);
listen(0, '127.0.0.1', (socket) => socket.end());
listen(new BoundSocket());

async function serve(server: Server): Promise<void> {
  for await (const socket of connections(server, { signal })) {
    holds<Equal<typeof socket, Socket>>();
    await write(socket, 'data', { encoding: 'latin1', signal });
    await closeGracefully(socket);
    await socket[Symbol.asyncDispose]();
  }
}
listening.then(serve);
// @ts-expect-error: neither a string nor bytes
connecting.then((socket) => write(socket, 42));
