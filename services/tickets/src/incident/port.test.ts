import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { InputCheck } from '@desk/kit/api/input';
import { writeComment } from './event.ts';
import { sam } from '@desk/testkit/people';
import { CONTACTS, clockOf, startDesk, type Desk, type Shown } from '../tickets.fixture.ts';

const MONDAY_10 = '2026-06-29T14:00:00Z'; // 10:00 in Toronto

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(MONDAY_10);
});
afterAll(() => desk.service.stop());
beforeEach(() => desk.ground.time.set(MONDAY_10));

describe('an answer whose consequence has not come yet, because the process died', () => {
  /** Writes a comment alone: its event says that an act carried it, so its consequence does not follow. */
  async function saidAt(at: string, incident: Shown, fromStaff: boolean): Promise<void> {
    const store = desk.service.store.incidents;
    const [record] = await store.byIds('ALL', [incident.id]);
    if (!record) throw new Error('the incident is gone');
    const by = { id: fromStaff ? 'per_sam' : 'per_lena', kind: 'PERSON', actingFor: null } as const;
    const input = { id: `com_${incident.id}_${at}`, text: 'We look into it.', fromStaff, carried: true };
    const comment = writeComment(record, input, { at: new Date(at), by, check: new InputCheck() });
    await store.comments.records.create(comment.record, comment.events);
  }

  const response = async (incident: Shown) => clockOf(await desk.show(incident.id), 'RESPONSE');

  test('was given in time, even when the timer comes first', async () => {
    const reported = await desk.report();
    await saidAt('2026-06-29T18:00:00.000Z', reported, true); // The very instant at which it is due.
    desk.ground.time.set('2026-06-29T19:00:00Z');
    await desk.until(reported, ({ clocks }) =>
      clocks.some(({ kind, outcome }) => kind === 'RESPONSE' && outcome !== null),
    );
    expect(await response(reported)).toMatchObject({ outcome: 'MET', breachedAt: null });
    const answered = (await desk.history(reported)).find(({ kind }) => kind === 'ANSWERED');
    expect(answered?.at).toBe('2026-06-29T18:00:00.000Z');
  });

  test('was given in time, even when a later answer comes first', async () => {
    const reported = await desk.report();
    await saidAt('2026-06-29T17:59:00.000Z', reported, true);
    desk.ground.time.set('2026-06-29T19:00:00Z');
    await desk.comment(reported, 'We still look into it.', sam);
    expect(await response(reported)).toMatchObject({ outcome: 'MET', breachedAt: null });
  });

  test('was given in time, even when another act comes first', async () => {
    const reported = await desk.report();
    await saidAt('2026-06-29T17:59:00.000Z', reported, true);
    desk.ground.time.set('2026-06-29T19:00:00Z');
    await desk.act('reclassifyIncident', reported, { urgency: 'LOW' });
    expect(await response(reported)).toMatchObject({ outcome: 'MET', breachedAt: null });
  });

  test('keeps the update in time that it was', async () => {
    const started = await desk.started(await desk.report({ impact: 'HIGH', urgency: 'HIGH', contacts: CONTACTS }));
    await saidAt('2026-06-29T14:25:00.000Z', started, true);
    await saidAt('2026-06-29T14:50:00.000Z', started, true);
    desk.ground.time.set('2026-06-29T15:19:00Z');
    const updated = await desk.until(started, ({ clocks }) => clocks.at(-1)?.dueAt === '2026-06-29T15:20:00.000Z');
    expect(updated.clocks.filter(({ kind }) => kind === 'UPDATE')).toMatchObject([{ breachedAt: null }]);
  });

  test('is no answer when the customer gave it, or when it came too late', async () => {
    const reported = await desk.report();
    await saidAt('2026-06-29T17:59:00.000Z', reported, false);
    await saidAt('2026-06-29T18:00:00.001Z', reported, true);
    desk.ground.time.set('2026-06-29T19:00:00Z');
    await desk.until(reported, ({ breached }) => breached);
    expect((await response(reported)).breachedAt).toBe('2026-06-29T18:00:00.000Z');
  });
});
