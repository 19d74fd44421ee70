import net from 'node:net';

/** What a gate does with a connection: lets it through, keeps back the answers, or refuses it. */
export type GateState = 'open' | 'mute' | 'shut';

/** A gate in front of a server: a test closes it to see how the server's clients fare. */
export interface Gate {
  port: number;
  /** Shutting ends the connections there are. */
  set(state: GateState): void;
  close(): Promise<void>;
}

/** Opens a gate on a free local port, in front of a server's socket. */
export async function openGate(target: net.NetConnectOpts): Promise<Gate> {
  let state: GateState = 'open';
  const sockets = new Set<net.Socket>();
  const end = () => sockets.forEach((socket) => socket.destroy());

  const server = net.createServer((caller) => {
    if (state === 'shut') return void caller.destroy();
    const called = net.connect(target);
    for (const [socket, other] of [
      [caller, called],
      [called, caller],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    caller.on('data', (data) => called.write(data));
    called.on('data', (data) => {
      if (state !== 'mute') caller.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    set(next) {
      state = next;
      if (next === 'shut') end();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        end();
      }),
  };
}

/** A gate in front of the test run's database: the address to connect to, and the gate. */
export async function gatedMongo(uri: string): Promise<{ uri: string; gate: Gate }> {
  const [, host = '', rest = ''] = /^mongodb:\/\/([^/?]+)\/?(.*)$/.exec(uri) ?? [];
  const address = decodeURIComponent(host);
  const [name = '', port = '27017'] = address.split(':');
  const gate = await openGate(address.endsWith('.sock') ? { path: address } : { host: name, port: Number(port) });
  return { uri: `mongodb://127.0.0.1:${gate.port}/${rest}`, gate };
}

/** A gate in front of the test run's Redis. */
export async function gatedRedis(url: string): Promise<{ url: string; gate: Gate }> {
  const target = new URL(url);
  const gate = await openGate({ host: target.hostname, port: Number(target.port || 6379) });
  target.hostname = '127.0.0.1';
  target.port = String(gate.port);
  return { url: target.href, gate };
}
