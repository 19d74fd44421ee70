import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { randomBytes } from 'node:crypto';
import { START, type StreamEvent } from './entry.ts';
import { SYSTEM_ACTOR } from '../api/actor.ts';
import { gatedRedis, type Gate } from '@desk/testkit/gate';
import { MemoryStream } from './memory-stream.ts';
import { RedisStream } from './redis-stream.ts';
import type { EventStream } from './stream.ts';
import { until } from '@desk/testkit/until';
import { NOON } from '../write/things.fixture.ts';

const redisUrl = process.env['REDIS_URL'];
const withRedis = redisUrl ? describe : describe.skip;
const PREFIX = `kit-test-${randomBytes(6).toString('hex')}:`;

const NOW = { limit: 100, waitMs: 0 };
/** Longer than a test takes: a read that ends earlier was woken. */
const LONG = { limit: 100, waitMs: 2_500 };

afterAll(async () => {
  if (!redisUrl) return;
  const redis = new Redis(redisUrl);
  const keys = await redis.keys(`${PREFIX}*`);
  if (keys.length) await redis.del(keys);
  await redis.quit();
});

let names = 0;
/** A service that no other test writes for. */
function freshService(): string {
  return `things${names++}`;
}

function buildEvent(pos: number, epoch = 1): StreamEvent {
  return {
    position: { epoch, pos },
    aggregate: 'thing_1',
    seq: pos,
    type: 'thing.counted',
    eventVersion: 1,
    at: NOON,
    actor: SYSTEM_ACTOR,
    organizationId: 'org_a',
    internal: false,
    data: { count: pos, text: '$é"\n' },
  };
}

function buildEvents(from: number, to: number, epoch = 1): StreamEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => buildEvent(from + i, epoch));
}

/** What every event stream promises. */
function promises(open: () => EventStream): void {
  let stream: EventStream;
  let service: string;

  beforeAll(() => {
    stream = open();
  });

  beforeEach(() => {
    service = freshService();
  });

  afterAll(() => stream.close());

  test('an empty stream has no last position', async () => {
    expect(await stream.last(service)).toBeNull();
  });

  test('the last position is that of the last event', async () => {
    await stream.append(service, buildEvents(1, 3));
    expect(await stream.last(service)).toEqual({ epoch: 1, pos: 3 });
  });

  test('an event comes out as it went in', async () => {
    await stream.append(service, [buildEvent(1)]);
    expect(await stream.read(service, START, NOW)).toEqual([buildEvent(1)]);
  });

  test('events come out in order, behind the position', async () => {
    await stream.append(service, buildEvents(1, 5));
    const read = await stream.read(service, { epoch: 1, pos: 2 }, NOW);
    expect(read.map((event) => event.position.pos)).toEqual([3, 4, 5]);
  });

  test('at most as many come out as asked', async () => {
    await stream.append(service, buildEvents(1, 5));
    expect(await stream.read(service, START, { limit: 2, waitMs: 0 })).toEqual(buildEvents(1, 2));
  });

  test('an event that another relay sent is left out', async () => {
    await stream.append(service, buildEvents(1, 3));
    await stream.append(service, buildEvents(2, 4));
    expect(await stream.read(service, START, NOW)).toEqual(buildEvents(1, 4));
  });

  test('relays that race leave each event once', async () => {
    await Promise.all(Array.from({ length: 5 }, () => stream.append(service, buildEvents(1, 50))));
    expect(await stream.read(service, START, NOW)).toEqual(buildEvents(1, 50));
  });

  test('a stream may begin late: the reader sees that some are gone', async () => {
    await stream.append(service, buildEvents(7, 8));
    const [first] = await stream.read(service, { epoch: 1, pos: 3 }, NOW);
    expect(first?.position.pos).toBe(7);
  });

  test('a higher epoch comes after all of the lower one', async () => {
    await stream.append(service, [...buildEvents(9, 10), ...buildEvents(1, 2, 2)]);
    const read = await stream.read(service, { epoch: 1, pos: 10 }, NOW);
    expect(read.map((event) => event.position)).toEqual([
      { epoch: 2, pos: 1 },
      { epoch: 2, pos: 2 },
    ]);
  });

  test('a lower epoch is left out', async () => {
    await stream.append(service, buildEvents(1, 1, 2));
    await stream.append(service, buildEvents(5, 5, 1));
    expect(await stream.last(service)).toEqual({ epoch: 2, pos: 1 });
  });

  test('services do not see each other’s events', async () => {
    await stream.append(freshService(), buildEvents(1, 2));
    expect(await stream.read(service, START, NOW)).toEqual([]);
  });

  test('a read without a wait answers at once with nothing', async () => {
    expect(await stream.read(service, START, NOW)).toEqual([]);
  });

  test('a waiting read gets the events that come meanwhile', async () => {
    const read = stream.read(service, START, LONG);
    await stream.append(service, [buildEvent(1)]);
    expect(await read).toEqual([buildEvent(1)]);
  });

  test('a waiting read is not ended by another service’s events', async () => {
    const read = stream.read(service, START, LONG);
    const ended: string[] = [];
    void read.then(() => ended.push('the waiting read'));
    const other = freshService();
    for (let pos = 1; pos <= 20; pos++) {
      await stream.append(other, [buildEvent(pos)]);
      await stream.read(other, { epoch: 1, pos: pos - 1 }, NOW);
    }
    expect(ended).toEqual([]);
    await stream.append(service, [buildEvent(1)]);
    expect(await read).toEqual([buildEvent(1)]);
  });

  test('a read that waits in vain ends with nothing', async () => {
    expect(await stream.read(service, START, { limit: 1, waitMs: 20 })).toEqual([]);
  });

  test('two readers of one service do not wait for each other', async () => {
    await stream.append(service, buildEvents(1, 2));
    const order: string[] = [];
    const waiting = stream.read(service, { epoch: 1, pos: 2 }, LONG).then(() => order.push('waited'));
    await stream.read(service, START, LONG).then(() => order.push('read at once'));
    await stream.append(service, [buildEvent(3)]);
    await waiting;
    expect(order).toEqual(['read at once', 'waited']);
  });

  test('closing ends a waiting read, and later reads reject', async () => {
    const closing = open();
    await closing.last(service);
    const waiting = closing.read(service, START, LONG);
    await closing.close();
    expect(await waiting).toEqual([]);
    await expect(closing.read(service, START, NOW)).rejects.toThrow();
    await expect(closing.append(service, buildEvents(1, 1))).rejects.toThrow();
    await expect(closing.last(service)).rejects.toThrow();
  });
}

describe('the event stream in process', () => {
  promises(() => new MemoryStream());
});

withRedis('the event stream in Redis', () => {
  promises(() => new RedisStream(redisUrl ?? '', PREFIX, () => undefined));

  test('a stream that was trimmed to nothing goes on behind its last position', async () => {
    const stream = new RedisStream(redisUrl ?? '', PREFIX, () => undefined);
    const redis = new Redis(redisUrl ?? '');
    const service = freshService();
    await stream.append(service, buildEvents(1, 3));
    await redis.xtrim(`${PREFIX}ev:${service}`, 'MAXLEN', 0);
    expect(await stream.last(service)).toEqual({ epoch: 1, pos: 3 });
    redis.disconnect();
    await stream.close();
  });
});

withRedis('the event stream in a Redis that fails', () => {
  let gated: { url: string; gate: Gate };
  let stream: RedisStream;

  beforeEach(async () => {
    gated = await gatedRedis(redisUrl ?? '');
    stream = new RedisStream(gated.url, PREFIX, () => undefined);
    await stream.append('failing', [buildEvent(++names)]);
  });

  afterEach(async () => {
    await stream.close();
    await gated.gate.close();
  });

  test('rejects while Redis is down', async () => {
    gated.gate.set('shut');
    await expect(stream.last('failing')).rejects.toThrow();
    await expect(stream.read('failing', START, NOW)).rejects.toThrow();
  });

  test('ends a waiting read when Redis goes down', async () => {
    const waiting = stream.read('failing', { epoch: 1, pos: 1_000_000 }, LONG).then(
      () => 'it gave events',
      () => 'it rejected',
    );
    gated.gate.set('shut');
    expect(await waiting).toBe('it rejected');
  });

  test('works again by itself when Redis is back', async () => {
    gated.gate.set('shut');
    await expect(stream.last('failing')).rejects.toThrow();
    gated.gate.set('open');
    await until('Redis answers again', () =>
      stream.last('failing').then(
        () => true,
        () => false,
      ),
    );
    expect(await stream.last('failing')).toEqual({ epoch: 1, pos: names });
  });

  test('rejects, and does not hang, when Redis answers no more', async () => {
    gated.gate.set('mute');
    await expect(stream.last('failing')).rejects.toThrow();
  });
});
