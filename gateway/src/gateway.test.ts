import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';

let ground: GatewayGround;
let cookie: string;

beforeAll(async () => {
  ground = await startGatewayGround();
  cookie = await signIn();
});
afterAll(() => ground.close());

/** What a socket hears first: the type of a message, the code of a close, or the status of a refused upgrade. */
async function firstAnswer(
  headers: Record<string, string>,
  params: Record<string, unknown> = {},
): Promise<string | number> {
  const socket = new WebSocket(`${ground.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const heard = new Promise<string | number>((resolve) => {
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: params })));
    socket.on('message', (data: Buffer) => resolve((JSON.parse(data.toString()) as { type: string }).type));
    socket.on('close', (code) => resolve(code));
    socket.on('unexpected-response', (_request, answer) => resolve(answer.statusCode ?? 0));
    socket.on('error', () => {});
  });
  const answer = await heard;
  socket.terminate();
  return answer;
}

test('a page of the desk opens a socket with its session', async () => {
  expect(await firstAnswer({ origin: ground.url, cookie })).toBe('connection_ack');
});

test('a page of another site cannot open a socket with a session of the desk', async () => {
  expect(await firstAnswer({ origin: 'https://elsewhere.example', cookie })).toBe(403);
});

test('a session without a page opens no socket', async () => {
  expect(await firstAnswer({ cookie })).toBe(4403);
});

test('a program opens a socket with its token', async () => {
  expect(await firstAnswer({}, { token: await ground.token('demo-partner') })).toBe('connection_ack');
});

test.each([
  ['no token', {}],
  ['a wrong token', { token: 'wrong' }],
  ['something else for a token', { token: 7 }],
])('a program with %s opens no socket', async (_name, params) => {
  expect(await firstAnswer({}, params)).toBe(4401);
});

test('a wrong token is not made good by a session', async () => {
  expect(await firstAnswer({ origin: ground.url, cookie }, { token: 'wrong' })).toBe(4401);
});

test('with one service down, the rest of an answer comes with one error that names the service and no address', async () => {
  const alone = await startGatewayGround();
  await alone.stopTickets();
  const { status, data, errors } = await alone.ask('{ me { id } incident(id: "inc_1") { id } }');
  const ready: unknown = await (await fetch(`${alone.url}/readyz`)).json();
  await alone.close();
  expect({ status, data, errors, ready }).toMatchObject({
    status: 200,
    data: { me: { id: 'per_sam' }, incident: null },
    errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', service: 'tickets' } }],
    ready: { status: 'partly ready', subgraphs: { directory: 'ready', tickets: 'not ready' } },
  });
  expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|localhost|ECONN/);
});

test('a gateway that stops answers what is in hand', async () => {
  const alone = await startGatewayGround();
  const answer = alone.ask('{ incident(id: "inc_slow") { id } }');
  await alone.slowQuery.arrived;
  const stopped = alone.gateway.stop();
  alone.slowQuery.release();
  const { data } = await answer;
  await stopped;
  await alone.close();
  expect(data).toEqual({ incident: { id: 'inc_slow' } });
});

async function signIn(): Promise<string> {
  const cookieOf = (answer: Response) => answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const start = await fetch(`${ground.url}/sign-in?login_hint=sam`, { redirect: 'manual' });
  const provider = await fetch(start.headers.get('location') ?? '', { redirect: 'manual' });
  const headers = { cookie: cookieOf(start) };
  return cookieOf(await fetch(provider.headers.get('location') ?? '', { redirect: 'manual', headers }));
}
