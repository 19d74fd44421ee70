import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { SYSTEM_ACTOR } from '../api/actor.ts';
import { OPERATION_MS_MAX } from '../process/mongo.ts';
import { NOON, openDesk, silentLogger, type Desk } from '../write/things.fixture.ts';
import type { StreamEvent } from './entry.ts';
import { MemoryStream } from './memory-stream.ts';
import { openMirror, type Mirror } from './mirror.ts';
import type { PullEvents } from './pull.ts';

interface Records {
  lamp: { lit: boolean; room: string };
}

/** The other service's log as it is now. */
let log: StreamEvent[];
let stream: MemoryStream;
let desk: Desk;
let mirror: Mirror<Records>;

const pull: PullEvents = async (_service, after) => {
  const { epoch = 1, pos = 0 } = log.at(-1)?.position ?? {};
  const known = after.epoch === 0 || (after.epoch === epoch && after.pos <= pos);
  return { events: known ? log.filter(({ position }) => position.pos > after.pos) : null, head: { epoch, pos } };
};

beforeEach(async () => {
  log = [];
  stream = new MemoryStream();
  desk = await openDesk();
});
afterEach(async () => {
  await mirror.stop();
  await stream.close();
  await desk.close();
});

/** Writes the life of one lamp: whether it is lit, version by version. */
async function write(epoch: number, ...lit: boolean[]): Promise<void> {
  log = lit.map((each, index) => ({
    position: { epoch, pos: index + 1 },
    aggregate: 'lamp_1',
    seq: index + 1,
    type: 'lamp.switched',
    eventVersion: 1,
    at: NOON,
    actor: SYSTEM_ACTOR,
    organizationId: 'org_a',
    internal: false,
    data: { lit: each },
  }));
  await stream.append('house', log);
}

async function follow(): Promise<void> {
  const { journal } = desk;
  mirror = await openMirror<Records>(
    { journal, stream, pull, logger: silentLogger },
    {
      service: 'house',
      records: { lamp: { collection: 'mirrored_lamps', key: 'room' } },
      read: ({ type, data }) =>
        type === 'lamp.switched' ? { kind: 'lamp', record: { lit: data['lit'] === true, room: 'attic' } } : null,
    },
  );
}

async function isLit(epoch: number): Promise<boolean | undefined> {
  await mirror.reached({ epoch, pos: log.length });
  return (await mirror.find('lamp', 'lamp_1'))?.lit;
}

test('a record is as its last event says', async () => {
  await write(1, true, false);
  await follow();
  expect(await isLit(1)).toBe(false);
});

test('the events of a restored service count, though it lost some that it had published', async () => {
  await write(1, true, true, false);
  await follow();
  expect(await isLit(1)).toBe(false);
  await write(2, true, true);
  expect(await isLit(2)).toBe(true);
});

test('an event of another type changes no mirrored record', async () => {
  await write(1, true);
  log = log.map((event) => ({ ...event, type: 'house.sold', position: { epoch: 1, pos: 2 }, seq: 2, data: {} }));
  await stream.append('house', log);
  await follow();
  await mirror.reached({ epoch: 1, pos: 2 });
  expect((await mirror.find('lamp', 'lamp_1'))?.seq).toBe(1);
});

test('a record is found by the key of its kind too', async () => {
  await write(1, true);
  await follow();
  await mirror.reached({ epoch: 1, pos: 1 });
  const found = await Promise.all(['attic', 'cellar'].map((room) => mirror.findByKey('lamp', room)));
  expect(found.map((lamp) => lamp?._id ?? null)).toEqual(['lamp_1', null]);
});

test('no read of the mirror takes longer than a read may', async () => {
  await write(1, true);
  await follow();
  const reads = jest.spyOn(mongo.Collection.prototype, 'findOne');
  await mirror.find('lamp', 'lamp_1');
  await mirror.findByKey('lamp', 'attic');
  const asked = reads.mock.calls.filter(([filter]) => /lamp_1|attic/.test(JSON.stringify(filter)));
  reads.mockRestore();
  expect(asked.map(([, options]) => options)).toEqual([
    { maxTimeMS: OPERATION_MS_MAX },
    { maxTimeMS: OPERATION_MS_MAX },
  ]);
});
