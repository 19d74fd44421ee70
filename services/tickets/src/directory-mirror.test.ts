import type { PullEvents } from '@desk/kit/pull';
import { SYSTEM_ACTOR, type StreamEvent } from '@desk/kit/event';
import { openFoundation, type Foundation } from '@desk/kit/service';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { testGround, type TestGround } from '../../../tests/setup/subgraph-client.ts';
import { openDirectoryMirror, type DirectoryMirror } from './directory-mirror.ts';

/** The directory's log as it is now. */
let log: StreamEvent[];
let ground: TestGround;
let foundation: Foundation;
let mirror: DirectoryMirror;

beforeEach(async () => {
  log = [];
  ground = await testGround('2026-03-02T15:00:00Z', pull);
  foundation = await openFoundation({ service: 'tickets', config: ground.config, deps: ground.deps('tickets') });
});

afterEach(async () => {
  await foundation.connection.dropDatabase();
  await mirror.stop();
  await foundation.close();
  await ground.stream.close();
});

const pull: PullEvents = async (_service, after) => {
  const { epoch = 1, pos = 0 } = log.at(-1)?.position ?? {};
  const known = after.epoch === 0 || (after.epoch === epoch && after.pos <= pos);
  return { events: known ? log.filter(({ position }) => position.pos > after.pos) : null, head: { epoch, pos } };
};

/** Writes the life of one organization: whether it is active, version by version. */
async function write(epoch: number, ...active: boolean[]): Promise<void> {
  log = active.map((each, index) => ({
    position: { epoch, pos: index + 1 },
    aggregate: 'org_1',
    seq: index + 1,
    type: 'organization.changed',
    at: new Date('2026-01-01T00:00:00Z'),
    actor: SYSTEM_ACTOR,
    organizationId: 'org_1',
    internal: false,
    data: { code: 'LDC-001', type: 'LDC', status: each ? 'ACTIVE' : 'INACTIVE' },
  }));
  await ground.stream.append('directory', log);
}

async function known(epoch: number): Promise<boolean | undefined> {
  await mirror.reached({ epoch, pos: log.length });
  return (await mirror.findOrganization('LDC-001'))?.active;
}

test('a record is as the last event tells it', async () => {
  await write(1, true, false);
  mirror = await openDirectoryMirror(foundation, ground.deps('tickets'));
  expect(await known(1)).toBe(false);
});

test('a directory that was restored is believed, though it knows less than it told before', async () => {
  await write(1, true, true, false);
  mirror = await openDirectoryMirror(foundation, ground.deps('tickets'));
  expect(await known(1)).toBe(false);
  await write(2, true, true);
  expect(await known(2)).toBe(true);
});
