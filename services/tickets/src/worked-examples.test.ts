import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lena } from '@desk/testkit/people';
import { clockOf, startDesk, type Desk, type Shown } from './tickets.fixture.ts';

/**
 * The worked examples of the domain, in the parts that concern incidents, with exactly their values. Instants are UTC; the wall
 * time in Toronto stands beside them. The same examples on clocks alone are in clock.test.ts.
 */

const P4 = { impact: 'LOW', urgency: 'LOW' };

let desk: Desk;
let second: Desk;
let third: Desk;

beforeAll(async () => {
  // Three replicas of the service over one database: whatever a timer announces, it announces once.
  desk = await startDesk('2026-01-05T12:00:00Z');
  second = await startDesk('', desk);
  third = await startDesk('', desk);
});
afterAll(async () => {
  await desk.service.stop();
  await second.service.stop();
  await third.service.stop();
});

describe('example 1, Good Friday', () => {
  test('a P3 of Thursday 15:30 is due after the holiday, and is warned of thrice with three workers and a restart', async () => {
    const incident = await reportedAt('2026-04-02T19:30:00Z');
    expect(clockOf(incident, 'RESPONSE').dueAt).toBe('2026-04-06T15:30:00.000Z'); // Mon 11:30 EDT
    expect(clockOf(incident, 'RESOLUTION').dueAt).toBe('2026-04-08T19:30:00.000Z'); // Wed 15:30 EDT
    const started = await desk.started(incident);

    desk.ground.time.set('2026-04-08T12:00:00Z'); // Wed 08:00: half of the time is used
    await desk.until(started, ({ version }) => version === started.version + 1);
    await third.service.stop();
    third = await startDesk('', desk);
    desk.ground.time.set('2026-04-08T18:00:00Z'); // Wed 14:00: all three warnings are owed
    await desk.until(started, ({ version }) => version === started.version + 3);

    expect(await warnings(incident)).toEqual([
      ['50 %', '2026-04-07T15:30:00.000Z'], // Tue 11:30
      ['75 %', '2026-04-08T13:30:00.000Z'], // Wed 09:30
      ['90 %', '2026-04-08T17:06:00.000Z'], // Wed 13:06
    ]);
  });
});

describe('example 2, Thanksgiving', () => {
  test('a P4 of Saturday night is due at the closing bell of the first days of work', async () => {
    const incident = await reportedAt('2026-10-11T02:00:00Z', P4);
    expect(clockOf(incident, 'RESPONSE').dueAt).toBe('2026-10-13T21:00:00.000Z'); // Tue 17:00 EDT
    expect(clockOf(incident, 'RESOLUTION').dueAt).toBe('2026-10-19T21:00:00.000Z'); // Mon 17:00 EDT
  });

  test.each([
    ['2026-10-13T21:00:00.000Z', 'MET', null],
    ['2026-10-13T21:00:00.001Z', 'BREACHED', '2026-10-13T21:00:00.000Z'],
  ])('an answer at %s is %s', async (at, outcome, breachedAt) => {
    const incident = await reportedAt('2026-10-11T02:00:00Z', P4);
    desk.ground.time.set(at);
    await desk.comment(incident, 'We look into it.', sme);
    expect(clockOf(await desk.show(incident.id), 'RESPONSE')).toMatchObject({ outcome, breachedAt });
  });
});

describe('example 5, a pause over Canada Day', () => {
  async function heldOnTuesday(reason: Record<string, unknown>): Promise<Shown> {
    const started = await desk.started(await reportedAt('2026-06-29T14:00:00Z'));
    desk.ground.time.set('2026-06-30T19:00:00Z'); // Tue 15:00
    return desk.act('holdIncident', await desk.until(started, ({ version }) => version > started.version), reason);
  }

  test('two hours of business time are paused, and nothing is due meanwhile', async () => {
    const held = await heldOnTuesday({ reason: 'CUSTOMER', question: 'Which file?' });
    expect(clockOf(held, 'RESOLUTION')).toMatchObject({ state: 'PAUSE', dueAt: null, elapsed: 'PT13H' });
    desk.ground.time.set('2026-07-02T12:00:00Z'); // Thu 08:00, before opening
    await desk.comment(held, 'The one of Monday.', lena);
    const resumed = await desk.show(held.id);
    expect(resumed.state).toBe('IN_PROGRESS');
    expect(clockOf(resumed, 'RESOLUTION').dueAt).toBe('2026-07-03T16:00:00.000Z'); // Fri 12:00 EDT
    expect((await warnings(held)).map(([percent]) => percent)).toEqual(['50 %']);
  });

  test('waiting for the vendor pauses nothing', async () => {
    const held = await heldOnTuesday({ reason: 'VENDOR', vendorReference: 'OSP-1' });
    expect(clockOf(held, 'RESOLUTION')).toMatchObject({ state: 'RUN', dueAt: '2026-07-03T14:00:00.000Z' }); // Fri 10:00
  });
});

describe('example 6, priority raised', () => {
  async function raisedAt(at: string, incident: Shown): Promise<Shown> {
    desk.ground.time.set(at);
    return desk.act('reclassifyIncident', incident, { impact: 'HIGH', urgency: 'HIGH' });
  }

  test('at noon: due at 13:00, the 75 % warning at once and no other, the 90 % one at 12:36', async () => {
    const incident = await reportedAt('2026-06-09T13:00:00Z');
    const raised = await raisedAt('2026-06-09T16:00:00Z', incident);
    expect(raised.priority).toBe('P1');
    expect(clockOf(raised, 'RESOLUTION')).toMatchObject({ dueAt: '2026-06-09T17:00:00.000Z', breachedAt: null });
    desk.ground.time.set('2026-06-09T16:40:00Z');
    await desk.until(raised, async () => (await warnings(incident, 'RESOLUTION')).length === 2);
    expect(await warnings(incident, 'RESOLUTION')).toEqual([
      ['75 %', '2026-06-09T16:00:00.000Z'],
      ['90 %', '2026-06-09T16:36:00.000Z'],
    ]);
  });

  test('at 14:00: missed at that instant, because it was reclassified', async () => {
    const raised = await raisedAt('2026-06-09T18:00:00Z', await reportedAt('2026-06-09T13:00:00Z'));
    expect(clockOf(raised, 'RESOLUTION')).toMatchObject({
      dueAt: '2026-06-09T17:00:00.000Z',
      breachedAt: '2026-06-09T18:00:00.000Z',
      breachCause: 'RECLASSIFIED',
    });
  });

  test('after a pause from 10:00 to 11:30: due at 14:30', async () => {
    const started = await desk.started(await reportedAt('2026-06-09T13:00:00Z'));
    desk.ground.time.set('2026-06-09T14:00:00Z');
    const held = await desk.act('holdIncident', started, { reason: 'CUSTOMER', question: 'Which?' });
    desk.ground.time.set('2026-06-09T15:30:00Z');
    const resumed = await desk.act('resumeIncident', held);
    expect(clockOf(await raisedAt('2026-06-09T16:00:00Z', resumed), 'RESOLUTION').dueAt).toBe(
      '2026-06-09T18:30:00.000Z',
    );
  });
});

describe('examples 8 and 9, reopening over Family Day', () => {
  async function resolvedOnThursday(): Promise<Shown> {
    const started = await desk.started(await reportedAt('2026-02-11T14:00:00Z'));
    expect(clockOf(started, 'RESOLUTION').dueAt).toBe('2026-02-13T22:00:00.000Z'); // Fri 17:00 EST
    desk.ground.time.set('2026-02-12T18:00:00Z'); // Thu 13:00
    return desk.act('resolveIncident', started, { code: 'FIXED', text: 'Done.', cause: 'DATA' });
  }

  test('it closes 40 business hours later, and reopened it goes on with what is left', async () => {
    const resolved = await resolvedOnThursday();
    expect(resolved.closesAt).toBe('2026-02-20T18:00:00.000Z'); // Fri 13:00 EST, not Tue
    desk.ground.time.set('2026-02-17T15:00:00Z'); // Tue 10:00
    const reopened = await desk.as(lena).act('reopenIncident', resolved, { reason: 'Again.' });
    expect(reopened).toMatchObject({ state: 'IN_PROGRESS', reopenCount: 1 });
    expect(clockOf(reopened, 'RESOLUTION').dueAt).toBe('2026-02-18T19:00:00.000Z'); // Wed 14:00 EST
    expect(clockOf(reopened, 'RESPONSE').outcome).toBe('MET');
    await desk.until(reopened, async () => (await warnings(resolved)).length === 1);
    expect(await warnings(resolved)).toEqual([['50 %', '2026-02-17T15:00:00.000Z']]);
  });

  test('in the last millisecond of the window it can be reopened', async () => {
    const resolved = await resolvedOnThursday();
    desk.ground.time.set('2026-02-20T17:59:59.999Z');
    expect((await desk.as(lena).act('reopenIncident', resolved, { reason: 'Again.' })).state).toBe('IN_PROGRESS');
  });

  test('at its end it cannot, and a follow-up starts anew while the old one stays as it is', async () => {
    const resolved = await resolvedOnThursday();
    desk.ground.time.set('2026-02-20T18:00:00Z');
    const refused = await desk.as(lena).refusal('reopenIncident', resolved, { reason: 'Again.' });
    expect(refused).toMatchObject({ code: 'WINDOW_CLOSED', allowedActions: ['FOLLOW_UP'] });

    const closed = await desk.until(resolved, ({ state }) => state === 'CLOSED');
    expect(closed.closedAt).toBe('2026-02-20T18:00:00.000Z');
    expect(closed.closesAt).toBeNull();
    const { id } = closed;
    const answer = await desk.ask<{ createIncidentFollowUp: { incident: Shown } }>(
      sme,
      `mutation($i: CreateIncidentFollowUpInput!) { createIncidentFollowUp(input: $i) { incident {
        number state requester { principalId } source links { kind target } clocks { kind state dueAt } } } }`,
      { i: { id, description: 'It is wrong again.' } },
    );
    expect(answer.data?.createIncidentFollowUp.incident).toMatchObject({
      state: 'NEW',
      requester: { principalId: lena.id },
      source: 'PORTAL',
      links: [{ kind: 'FOLLOW_UP_OF', target: closed.number }],
      clocks: [
        { kind: 'RESPONSE', state: 'RUN' },
        { kind: 'RESOLUTION', state: 'RUN' },
      ],
    });
    expect(await desk.show(id)).toEqual(closed);
  });
});

describe('example 12, impossible local times', () => {
  const inToronto = (time: string) => ({ local: { time, timeZone: 'America/Toronto' } });

  async function holdUntil(until_: Record<string, unknown>) {
    const started = await desk.started(await reportedAt('2026-10-28T14:00:00Z'));
    return desk.refusal('holdIncident', started, { reason: 'SCHEDULED', until: until_ });
  }

  test('a time that happens twice is refused with both instants', async () => {
    expect(await holdUntil(inToronto('2026-11-01T01:30'))).toMatchObject({
      code: 'AMBIGUOUS_LOCAL_TIME',
      candidates: ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'],
    });
  });

  test('a time that does not happen is refused with the next that does', async () => {
    expect(await holdUntil(inToronto('2027-03-14T02:30'))).toMatchObject({
      code: 'NONEXISTENT_LOCAL_TIME',
      suggestion: '2027-03-14T07:30:00.000Z',
    });
  });

  test('a local time without its zone is refused, as an instant and as a wall time', async () => {
    expect(await holdUntil({ local: { time: '2026-11-02T08:30' } })).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await holdUntil({ instant: '2026-11-02T08:30' })).toMatchObject({ code: 'TIME_ZONE_REQUIRED' });
  });

  test('at a date that the customer wished, work goes on by itself, and the time until then does not count', async () => {
    const started = await desk.started(await reportedAt('2026-10-28T14:00:00Z')); // Wed 10:00
    const held = await desk.act('holdIncident', started, {
      reason: 'SCHEDULED',
      until: inToronto('2026-11-02T10:00'),
      customerWish: true,
    });
    desk.ground.time.set('2026-11-02T16:00:00Z');
    const resumed = await desk.until(held, ({ state }) => state === 'IN_PROGRESS');
    expect(clockOf(resumed, 'RESOLUTION').dueAt).toBe('2026-11-05T15:00:00.000Z'); // 24 h from Mon 10:00: Thu 10:00 EST
  });
});

const sme = {
  id: 'per_sam',
  kind: 'PERSON' as const,
  memberships: [{ organizationId: 'org_SME', roles: ['SME_ANALYST'] }],
  delegations: [],
  staff: true,
  auditor: false,
};

async function reportedAt(instant: string, input: Record<string, unknown> = {}): Promise<Shown> {
  desk.ground.time.set(instant);
  return desk.report(input);
}

/** Percent and instant of each warning in the history. */
async function warnings(incident: Shown, clock = 'RESOLUTION'): Promise<[string | null, string][]> {
  const entries = await desk.history(incident);
  return entries
    .filter(({ kind, changes }) => kind === 'CLOCK_WARNED' && changes[0]?.field === clock)
    .map(({ changes, at }) => [changes[0]?.to ?? null, at]);
}
