// Raw `ws`: what sending costs when there is nothing else to do. Every subscriber is sent the same bytes, made once, with
// no execution, no filter and not even an id of its own.
import { WebSocketServer } from 'ws';

const subscribers = new Set();
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/graphql', perMessageDeflate: false });
await new Promise((resolve) => server.once('listening', resolve));

server.on('connection', (socket) => {
  socket.on('message', (bytes) => {
    const { type, id } = JSON.parse(bytes);
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    if (type === 'subscribe') subscribers.add({ socket, id });
  });
  socket.on('close', () => {
    for (const subscriber of subscribers) if (subscriber.socket === socket) subscribers.delete(subscriber);
  });
});

const calls = {
  url: () => `http://127.0.0.1:${server.address().port}/graphql`,
  subscribers: () => subscribers.size,
  // Sends each payload to everybody; answers with the instants, in nanoseconds, at which each began.
  publish: ({ payloads }) => {
    const [any] = subscribers;
    return payloads.map((payload) => {
      const at = Number(process.hrtime.bigint());
      const frame = Buffer.from(`{"id":${JSON.stringify(any?.id)},"type":"next","payload":${payload}}`);
      for (const { socket } of subscribers) socket.send(frame, { binary: false });
      return at;
    });
  },
};
process.on('message', ({ id, name, argument }) => process.send({ id, result: calls[name](argument) }));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
process.send({ id: 0 });
