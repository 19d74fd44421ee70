import { expect, test } from '@jest/globals';
import type { StreamEvent } from '@desk/kit/log/entry';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { createLogger } from '@desk/kit/process/logger';
import { createRegistry } from '@desk/kit/api/subgraph';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Frame } from './wire.ts';
import { AHEAD_MAX, sendMissed, type Replay } from './replay.ts';
import { createLiveStats } from './stats.ts';
import { Subscriber } from './subscriber.ts';

const EVENTS = 500;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

const event = (pos: number): StreamEvent => ({
  position: { epoch: 1, pos },
  aggregate: 'inc_1',
  seq: pos,
  type: 'incident.held',
  eventVersion: 2,
  at: new Date('2026-04-06T15:30:00.000Z'),
  actor: SYSTEM_ACTOR,
  organizationId: 'org_a',
  internal: false,
  data: { subject: { type: 'INCIDENT', id: 'inc_1' }, kind: 'HELD' },
});

test('a replay holds the messages that it makes ahead, and none that was sent', async () => {
  const stats = createLiveStats(createRegistry('gateway'));
  const outlet = {
    open: true,
    waitingBytes: 0,
    write: () => {},
    together: (write: () => void) => write(),
    tooSlow() {},
  };
  const from = { epoch: 1, pos: 0 };
  const subscriber = new Subscriber({ id: '1', from, outlet, delivery: 'ALL', stats });
  const made: WeakRef<Frame>[] = [];
  let held = 0;
  const group: Replay['group'] = {
    concerns: () => true,
    missed: {
      beginReplay: () => () => {},
      async frame({ position }) {
        const frame = new Frame(position, 'inc_1', '{}');
        made.push(new WeakRef(frame));
        if (position.pos === EVENTS) {
          // References are kept to the end of the turn in which they were made.
          await new Promise((resolve) => setImmediate(resolve));
          collectGarbage();
          held = made.filter((one) => one.deref() !== undefined).length;
        }
        return frame;
      },
    },
  };
  const reader = {
    between: async () => Array.from({ length: EVENTS }, (_, n) => event(n + 1)),
    exists: async () => true,
  };
  const boundary = { epoch: 1, pos: EVENTS };
  const logger = createLogger('gateway', 'silent');
  await sendMissed({ subscriber, group, reader, delivery: 'ALL', after: from, boundary, stats, logger });
  expect(stats.delivered).toBe(EVENTS);
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThanOrEqual(AHEAD_MAX + 1);
});
