import net, { createServer, safeSend, safeSocket, type SafeSocketOptions } from 'safe-socket';
import 'safe-socket/register';

const options: SafeSocketOptions = {};
safeSend(safeSocket(net.connect(1), options), 'data');
createServer();
