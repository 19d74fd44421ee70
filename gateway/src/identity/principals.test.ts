import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Principal } from '@desk/directory/principal/principal';
import { ManualTime } from '@desk/kit/time/time-source';
import { createLogger } from '@desk/kit/process/logger';
import { MemoryStream } from '@desk/kit/log/memory-stream';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildPrincipal } from '../ground.fixture.ts';
import { TestLog } from '../test-log.fixture.ts';
import { Principals } from './principals.ts';

let time: ManualTime;
let log: TestLog;
let stream: MemoryStream;
let directory: Server;
let principals: Principals;
/** What the directory answers, or the status with which it fails. */
let answer: Principal | null | number;
let asked: string[];
/** Who was invited, and who claims an invitation. */
let invited: Principal | null;
let claimed: unknown[];
let tokens: (string | undefined)[];

beforeEach(async () => {
  time = new ManualTime('2026-04-06T15:00:00Z');
  stream = new MemoryStream();
  log = new TestLog('directory', stream);
  answer = buildPrincipal({ id: 'per_ann' });
  [asked, tokens, invited, claimed] = [[], [], null, []];
  directory = createServer((request, response) => {
    asked.push(request.url ?? '');
    tokens.push(request.headers.authorization);
    if (request.url === '/invitations/accept') {
      request.on('data', (chunk: Buffer) => claimed.push(JSON.parse(chunk.toString())));
      request.on('end', () => response.end(JSON.stringify({ principal: invited })));
    } else if (typeof answer === 'number') response.writeHead(answer).end();
    else response.end(JSON.stringify({ principal: answer }));
  });
  await new Promise<void>((resolve) => directory.listen(0, '127.0.0.1', resolve));
  principals = new Principals({
    directoryUrl: `http://127.0.0.1:${(directory.address() as AddressInfo).port}`,
    signToken: async (audience, { purpose }) => `${purpose} for ${audience}`,
    stream,
    pull: (_service, after, limit) => log.pull(after, limit),
    time,
    logger: createLogger('gateway', 'silent'),
  });
});
afterEach(async () => {
  const stopped = principals.stop();
  await stream.close();
  await stopped;
  directory.closeAllConnections();
  await new Promise((resolve) => directory.close(resolve));
});

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code,
  );
/** Resolves with the next change. */
const nextChange = () => new Promise<string | null>((resolve) => principals.onChange(resolve));

describe('a login', () => {
  test('is asked for once a minute, with a token of a service', async () => {
    await principals.resolve('a b');
    time.advance(59_999);
    await principals.resolve('a b');
    expect([asked, tokens]).toEqual([['/principals?login=a%20b'], ['Bearer SERVICE for directory']]);
    time.advance(1);
    await principals.resolve('a b');
    expect(asked).toHaveLength(2);
  });

  test('that many ask for at once is asked for once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => principals.resolve('ann')));
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['unknown', () => null],
    ['not active', () => buildPrincipal({ id: 'per_ann', active: false })],
  ])('that is %s is refused with UNAUTHENTICATED', async (_who, made) => {
    answer = made();
    expect(await code(principals.resolve('ann'))).toBe('UNAUTHENTICATED');
  });
});

describe('a login that is nobody’s yet', () => {
  beforeEach(() => {
    answer = null;
  });

  test('is that of whoever was invited at the verified address', async () => {
    invited = buildPrincipal({ id: 'per_new' });
    expect(await principals.welcome('new', 'new@example.ca')).toMatchObject({ id: 'per_new' });
    expect(claimed).toEqual([{ login: 'new', email: 'new@example.ca' }]);
    answer = invited;
    expect(await principals.resolve('new')).toMatchObject({ id: 'per_new' });
  });

  test('claims nothing without a verified address', async () => {
    invited = buildPrincipal({ id: 'per_new' });
    expect(await code(principals.welcome('new', null))).toBe('UNAUTHENTICATED');
    expect(claimed).toEqual([]);
  });

  test('is refused where nobody was invited', async () => {
    expect(await code(principals.welcome('new', 'new@example.ca'))).toBe('UNAUTHENTICATED');
  });
});

test('somebody who signs in already claims no invitation', async () => {
  await principals.welcome('ann', 'ann@example.ca');
  answer = buildPrincipal({ id: 'per_bob', active: false, suspended: 'PRINCIPAL' });
  expect(await code(principals.welcome('bob', 'bob@example.ca'))).toBe('UNAUTHENTICATED');
  expect(claimed).toEqual([]);
});

test.each(['PRINCIPAL', 'ORGANIZATION'] as const)(
  'a refusal says that it is for a suspension: %s',
  async (suspended) => {
    answer = buildPrincipal({ id: 'per_ann', active: false, suspended });
    await expect(principals.resolve('ann')).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      extensions: { reason: suspended },
    });
  },
);

describe('a directory that does not answer', () => {
  test('refuses with SERVICE_UNAVAILABLE who is not known', async () => {
    answer = 503;
    expect(await code(principals.resolve('ann'))).toBe('SERVICE_UNAVAILABLE');
  });

  test('lets in every login that was known less than five minutes ago', async () => {
    await principals.resolve('ann');
    answer = 503;
    time.advance(299_999);
    expect(await principals.resolve('ann')).toMatchObject({ id: 'per_ann' });
    time.advance(1);
    expect(await code(principals.resolve('ann'))).toBe('SERVICE_UNAVAILABLE');
  });

  test('five times is not waited for again, but for one try in five seconds, until it answers', async () => {
    await principals.resolve('ann');
    answer = 503;
    time.advance(60_000);
    for (let failures = 0; failures < 5; failures += 1) await principals.resolve('ann');
    const before = asked.length;
    expect(await principals.resolve('ann')).toMatchObject({ id: 'per_ann' });
    await expect(principals.resolve('bob')).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      extensions: { retryAfterMs: 5_000 },
    });
    expect(asked).toHaveLength(before);
    time.advance(5_000);
    answer = buildPrincipal({ id: 'per_ann' });
    await principals.resolve('ann');
    await principals.resolve('bob');
    expect(asked).toHaveLength(before + 2);
  });
});

describe("the directory's events", () => {
  // An event that is written before the reader has found the log's head would be no news to it.
  beforeEach(async () => {
    while (log.pulls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  });

  test('about a person make the person forgotten, and name it', async () => {
    await principals.resolve('ann');
    const change = nextChange();
    await log.writeRaw('person.changed', { subject: { type: 'PERSON', id: 'per_ann' } });
    expect(await change).toBe('per_ann');
    await principals.resolve('ann');
    expect(asked).toHaveLength(2);
  });

  test('of version 1 name the person too', async () => {
    const change = nextChange();
    await log.writeRaw('person.changed', { recordId: 'per_ann' }, 1);
    expect(await change).toBe('per_ann');
  });

  test('about another principal leave a person known', async () => {
    await principals.resolve('ann');
    const change = nextChange();
    await log.writeRaw('client.changed', { subject: { type: 'CLIENT', id: 'cli_1' } });
    await change;
    await principals.resolve('ann');
    expect(asked).toHaveLength(1);
  });

  test('about authorizations make all principals forgotten', async () => {
    await principals.resolve('ann');
    const change = nextChange();
    await log.writeRaw('authorization.revoked', { subject: { type: 'AUTHORIZATION', id: 'aut_1' } });
    expect(await change).toBeNull();
    await principals.resolve('ann');
    expect(asked).toHaveLength(2);
  });

  test('that leave everybody’s rights as they were leave everybody known', async () => {
    await principals.resolve('ann');
    const change = nextChange();
    const organization = { subject: { type: 'ORGANIZATION', id: 'org_1' }, changedFields: ['name', 'contacts'] };
    await log.writeRaw('organization.changed', organization);
    await log.writeRaw('service.changed', { subject: { type: 'SERVICE', id: 'svc_1' }, changedFields: ['name'] });
    await log.writeRaw('client.changed', { subject: { type: 'CLIENT', id: 'cli_1' } });
    expect(await change).toBe('cli_1');
    await principals.resolve('ann');
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['organization.suspended', ['status']],
    ['organization.changed', ['status']],
  ])('%s make all principals forgotten', async (type, changedFields) => {
    await principals.resolve('ann');
    const change = nextChange();
    await log.writeRaw(type, { subject: { type: 'ORGANIZATION', id: 'org_1' }, changedFields });
    expect(await change).toBeNull();
    await principals.resolve('ann');
    expect(asked).toHaveLength(2);
  });

  test('make the gateway ask again for a login that was unknown', async () => {
    answer = null;
    await code(principals.resolve('ann'));
    const change = nextChange();
    answer = buildPrincipal({ id: 'per_ann' });
    await log.writeRaw('person.created', { subject: { type: 'PERSON', id: 'per_ann' } });
    await change;
    expect(await principals.resolve('ann')).toMatchObject({ id: 'per_ann' });
  });

  test('that come while a login is asked for keep its answer from being remembered', async () => {
    const change = nextChange();
    const resolving = principals.resolve('ann');
    await log.writeRaw('person.changed', { subject: { type: 'PERSON', id: 'per_ann' } });
    await change;
    await resolving;
    await principals.resolve('ann');
    expect(asked).toHaveLength(2);
  });
});
