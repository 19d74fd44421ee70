import { bert, lena, sam } from '@desk/testkit/people';
import { done } from '@desk/testkit/subgraph-client';
import { buildViewer } from '@desk/testkit/viewer';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDesk, type Desk, type Shown, type ShownClock } from '../tickets.fixture.ts';

const root = buildViewer({
  id: 'per_root',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_ADMIN'] }],
  staff: true,
});
const HALF_HOUR_MS = 30 * 60_000;
const REASON = { reason: 'The agreement of July.' };

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk('2026-06-29T16:00:00Z');
});
afterAll(() => desk.service.stop());

/** A P3 incident whose clocks follow a version of the policy before the newest: with less time, under another number. */
async function outdated(): Promise<Shown> {
  const reported = await desk.report();
  const { collection } = desk.service.store.incidents.records;
  await collection.updateOne({ _id: reported.id }, [
    {
      $set: {
        clocks: {
          $map: {
            input: '$clocks',
            in: {
              $mergeObjects: [
                '$$this',
                { policyVersion: 0, budgetMs: HALF_HOUR_MS, dueAt: { $subtract: ['$$this.dueAt', HALF_HOUR_MS] } },
              ],
            },
          },
        },
      },
    },
  ]);
  return reported;
}

async function preview(
  { id }: Shown,
  viewer = root,
): Promise<{ kind: string; policy: string; dueAt: string }[] | null> {
  const query = 'query($id: ID!) { incident(id: $id) { rebasedClocks { kind policy dueAt } } }';
  return done<{ rebasedClocks: [] | null }>(await desk.ask(viewer, query, { id })).rebasedClocks;
}

async function clocksOf({ id }: Shown): Promise<(ShownClock & { policy: string; budget: string })[]> {
  const query = 'query($id: ID!) { incident(id: $id) { clocks { kind state policy budget dueAt outcome } } }';
  return done<{ clocks: [] }>(await desk.ask(root, query, { id })).clocks;
}

describe('a re-base of an incident’s clocks', () => {
  test('moves the open ones to the newest policy, as its preview said, and the history tells each due instant', async () => {
    const incident = await outdated();
    const before = await clocksOf(incident);
    const foreseen = await preview(incident);
    expect(foreseen?.map(({ kind, policy }) => [kind, policy])).toEqual([
      ['RESPONSE', 'INCIDENT@1'],
      ['RESOLUTION', 'INCIDENT@1'],
    ]);
    const rebased = await desk.as(root).act('rebaseIncidentClocks', incident, REASON);
    const after = await clocksOf(incident);
    expect(after).toMatchObject(foreseen ?? []);
    expect(after.map(({ budget }) => budget)).toEqual(['PT4H', 'PT24H']);
    const query =
      'query($id: ID!) { incident(id: $id) { history(last: 1) { nodes { kind remark changes { field from to } } } } }';
    const { history } = done<{ history: { nodes: unknown[] } }>(await desk.ask(root, query, { id: rebased.id }));
    expect(history.nodes).toEqual([
      {
        kind: 'CLOCKS_REBASED',
        remark: REASON.reason,
        changes: before.map(({ kind, dueAt }, index) => ({ field: kind, from: dueAt, to: after[index]?.dueAt })),
      },
    ]);
    expect(await preview(incident)).toEqual([]);
  });

  test('leaves the ended ones as they are', async () => {
    const started = await desk.started(await outdated());
    const answered = await desk.act('resolveIncident', started, { code: 'FIXED', text: 'Sent again.', cause: 'DATA' });
    const before = await clocksOf(answered);
    const rebased = await desk.as(root).act('rebaseIncidentClocks', answered, REASON);
    expect([await clocksOf(rebased), rebased.version]).toEqual([before, answered.version]);
  });

  test('where all follow the newest policy changes nothing', async () => {
    const incident = await desk.report();
    expect(await preview(incident)).toEqual([]);
    expect((await desk.as(root).act('rebaseIncidentClocks', incident, REASON)).version).toBe(incident.version);
  });

  test('needs a reason', async () => {
    const refused = await desk.as(root).refusal('rebaseIncidentClocks', await outdated(), { reason: ' ' });
    expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path: 'input.reason', code: 'REQUIRED' }] });
  });

  test('is an administrator’s of the SME, and its preview is the staff’s', async () => {
    const incident = await outdated();
    for (const viewer of [sam, lena])
      expect((await desk.as(viewer).refusal('rebaseIncidentClocks', incident, REASON)).code).toBe('FORBIDDEN');
    expect([await preview(incident, sam), await preview(incident, lena)]).toEqual([expect.any(Array), null]);
    expect((await desk.as(bert).refusal('rebaseIncidentClocks', incident, REASON)).code).toBe('NOT_FOUND');
  });

  test('of a version that is no longer the present one is refused', async () => {
    const incident = await outdated();
    await desk.as(root).act('rebaseIncidentClocks', incident, REASON);
    expect((await desk.as(root).refusal('rebaseIncidentClocks', incident, REASON)).code).toBe('CONFLICT');
  });

  test('under a key that was used answers as replayed', async () => {
    const incident = await outdated();
    const request = { ...REASON, idempotencyKey: 'rebase-1' };
    const first = await desk.as(root).act('rebaseIncidentClocks', incident, request);
    const again = await desk.as(root).act('rebaseIncidentClocks', incident, request);
    expect(again.version).toBe(first.version);
  });
});
