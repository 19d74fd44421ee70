import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { Frame } from './wire.ts';

const POSITION = { epoch: 1, pos: 1 };

test('a client reads each frame as the message that was meant, whatever the id and however long', async () => {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  const raw = new Promise<Socket>((resolve) => {
    http.on('upgrade', (request, socket, head) => {
      server.handleUpgrade(request, socket, head, () => resolve(socket as Socket));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const socket = await raw;
  await once(client, 'open');

  const payloads = fc.oneof(
    fc.json(),
    fc.nat(70_000).map((length) => JSON.stringify('é'.repeat(length))),
  );
  const property = fc.asyncProperty(
    payloads,
    fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
    async (payload, ids) => {
      const frame = new Frame(POSITION, 'inc_1', payload);
      for (const id of ids) {
        const message = once(client, 'message');
        socket.write(frame.bytes(Buffer.from(JSON.stringify(id))));
        expect(JSON.parse(String((await message)[0]))).toEqual({
          id,
          type: 'next',
          payload: JSON.parse(payload) as unknown,
        });
      }
    },
  );
  await fc.assert(property, { numRuns: 60 });
  client.terminate();
  http.close();
});

test('frames for two ids of one length share nothing but their text', () => {
  const frame = new Frame(POSITION, 'inc_1', '{}');
  const [one, two] = ['"a"', '"b"'].map((id) => frame.bytes(Buffer.from(id)));
  expect(String(one?.subarray(2))).toBe('{"id":"a","type":"next","payload":{}}');
  expect(String(two?.subarray(2))).toBe('{"id":"b","type":"next","payload":{}}');
});
