import { describe, expect, test } from '@jest/globals';
import { addBusinessTime } from '@desk/kit/time/business-calendar';
import { HOUR_MS, always, buildClock, business, runOut, said, toronto } from '@desk/kit/time/clock.fixture';
import {
  announcementsBetween,
  elapsedMs,
  nextFire,
  nextWakeAt,
  pauseClock,
  reopenClock,
  resumeClock,
  retargetClock,
  stopClock,
} from '@desk/kit/time/clock';
import { policy, promise, start } from './clock.fixture.ts';

/** The worked examples of the service level agreement's rules, with their exact instants. Wall times are Toronto's.
 */

describe('example 1: P3 over Good Friday', () => {
  test('the response is due on Monday at 11:30, because Easter Monday is a working day', () => {
    expect(start('P3', 'RESPONSE', '2026-04-02T15:30').dueAt).toEqual(new Date('2026-04-06T15:30:00Z'));
  });

  test('the resolution is due on Wednesday at 15:30', () => {
    expect(start('P3', 'RESOLUTION', '2026-04-02T15:30').dueAt).toEqual(new Date('2026-04-08T19:30:00Z'));
  });

  test('each warning and the breach are announced once, at their computed instants', () => {
    const { fires } = runOut(start('P3', 'RESOLUTION', '2026-04-02T15:30'), business);
    expect(fires).toEqual([
      { at: toronto('2026-04-07T11:30'), what: { kind: 'WARNING', percent: 50 } },
      { at: toronto('2026-04-08T09:30'), what: { kind: 'WARNING', percent: 75 } },
      { at: toronto('2026-04-08T13:06'), what: { kind: 'WARNING', percent: 90 } },
      { at: toronto('2026-04-08T15:30'), what: { kind: 'BREACH' } },
    ]);
  });
});

describe('example 2: P4 over Thanksgiving, due at the closing bell', () => {
  const response = start('P4', 'RESPONSE', '2026-10-10T22:00');

  test('the response is due on Tuesday at closing time, not at the next opening', () => {
    expect(response.dueAt).toEqual(new Date('2026-10-13T21:00:00Z'));
  });

  test('the resolution is due on the next Monday at closing time', () => {
    expect(start('P4', 'RESOLUTION', '2026-10-10T22:00').dueAt).toEqual(toronto('2026-10-19T17:00'));
  });

  test('a reply at the closing instant is met', () => {
    expect(
      stopClock(response, { calendar: business, at: new Date('2026-10-13T21:00:00.000Z'), cause: 'REPLY' }).outcome,
    ).toBe('MET');
  });

  test('a reply one millisecond later is breached, at the due instant', () => {
    expect(
      stopClock(response, { calendar: business, at: new Date('2026-10-13T21:00:00.001Z'), cause: 'REPLY' }),
    ).toMatchObject({
      outcome: 'BREACHED',
      breachedAt: new Date('2026-10-13T21:00:00.000Z'),
      breachCause: 'TIME',
    });
  });

  test('the timer may announce the breach only after the closing instant', () => {
    const { clock } = runOut(response, business);
    const beforeBreach = { ...clock, breachedAt: null, breachCause: null };
    expect(nextWakeAt(beforeBreach, business)).toEqual(new Date('2026-10-13T21:00:00.001Z'));
  });
});

describe('example 5: a pause over Canada Day', () => {
  const started = start('P3', 'RESOLUTION', '2026-06-29T10:00');
  const paused = pauseClock(started, { calendar: business, at: toronto('2026-06-30T15:00'), cause: 'CUSTOMER' });
  const resumed = resumeClock(paused, { calendar: business, at: toronto('2026-07-02T08:00'), cause: 'REPLY' });

  test('13 hours are used before the pause, and stay 13 during it', () => {
    expect(elapsedMs(paused, business, toronto('2026-07-02T07:59'))).toBe(13 * HOUR_MS);
  });

  test('nothing is due while paused', () => {
    expect(paused.dueAt).toBeNull();
  });

  test('no announcement is owed while paused', () => {
    expect(nextFire(paused, business)).toBeNull();
  });

  test('only the two open hours of the pause move the due instant', () => {
    expect(resumed.dueAt).toEqual(new Date('2026-07-03T16:00:00Z'));
  });

  test('without the pause it is due on Friday at 10:00', () => {
    expect(started.dueAt).toEqual(toronto('2026-07-03T10:00'));
  });

  test('a pause announces the half that was used before it, even when the timer is late', () => {
    expect(announcementsBetween(started, paused)).toEqual([
      { at: toronto('2026-06-30T14:00'), what: { kind: 'WARNING', percent: 50 } },
    ]);
  });
});

describe('example 6: P3 raised to P1', () => {
  const started = start('P3', 'RESOLUTION', '2026-06-09T09:00');
  const raised = retargetClock(started, promise('P1', 'RESOLUTION'), {
    calendar: business,
    at: toronto('2026-06-09T12:00'),
  });

  test('at 12:00 it is due at 13:00, counted from the start', () => {
    expect(raised.dueAt).toEqual(new Date('2026-06-09T17:00:00Z'));
  });

  test('the 75 % warning is announced at once and the 50 % one never', () => {
    expect(announcementsBetween(started, raised)).toEqual([
      { at: toronto('2026-06-09T12:00'), what: { kind: 'WARNING', percent: 75 } },
    ]);
  });

  test('the 90 % warning follows at 12:36', () => {
    expect(nextFire(raised, always)).toEqual({
      at: toronto('2026-06-09T12:36'),
      what: { kind: 'WARNING', percent: 90 },
    });
  });

  test('at 14:00 it is already past: due 13:00, breached at 14:00 by reclassification', () => {
    const late = retargetClock(started, promise('P1', 'RESOLUTION'), {
      calendar: business,
      at: toronto('2026-06-09T14:00'),
    });
    expect(late).toMatchObject({
      dueAt: toronto('2026-06-09T13:00'),
      breachedAt: toronto('2026-06-09T14:00'),
      breachCause: 'RECLASSIFIED',
      warned: [],
    });
  });

  test('at 13:00 it is just in time: nothing is breached by the change itself', () => {
    const tied = retargetClock(started, promise('P1', 'RESOLUTION'), {
      calendar: business,
      at: toronto('2026-06-09T13:00'),
    });
    expect([
      tied.breachedAt,
      stopClock(tied, { calendar: always, at: toronto('2026-06-09T13:00'), cause: 'RESOLVED' }).outcome,
    ]).toEqual([null, 'MET']);
  });

  test('a pause before the raise is kept: due at 14:30', () => {
    const paused = pauseClock(started, { calendar: business, at: toronto('2026-06-09T10:00'), cause: 'CUSTOMER' });
    const resumed = resumeClock(paused, { calendar: business, at: toronto('2026-06-09T11:30'), cause: 'REPLY' });
    const target = promise('P1', 'RESOLUTION');
    expect(retargetClock(resumed, target, { calendar: business, at: toronto('2026-06-09T12:00') }).dueAt).toEqual(
      toronto('2026-06-09T14:30'),
    );
  });
});

describe('example 8: resolved, then reopened after Family Day', () => {
  const started = start('P3', 'RESOLUTION', '2026-02-11T09:00');
  const resolvedAt = toronto('2026-02-12T13:00');
  const stopped = stopClock(started, { calendar: business, at: resolvedAt, cause: 'RESOLVED' });
  const reopened = reopenClock(stopped, { calendar: business, at: toronto('2026-02-17T10:00'), cause: 'REOPENED' });

  test('12 hours are used and the target is met', () => {
    expect([elapsedMs(stopped, business, toronto('2026-02-17T10:00')), stopped.outcome]).toEqual([12 * HOUR_MS, 'MET']);
  });

  test('the 50 % warning that falls on the instant of the stop is not announced', () => {
    expect(announcementsBetween(started, stopped)).toEqual([]);
  });

  test('it was due on Friday at closing time', () => {
    expect(started.dueAt).toEqual(toronto('2026-02-13T17:00'));
  });

  test('it closes by itself on the Friday after, 40 business hours later', () => {
    expect(addBusinessTime(business, resolvedAt, policy.autoClose.budgetMs)).toEqual(new Date('2026-02-20T18:00:00Z'));
  });

  test('after reopening it is due on Wednesday at 14:00 with the unused budget', () => {
    expect(reopened.dueAt).toEqual(new Date('2026-02-18T19:00:00Z'));
  });

  test('reopening announces the 50 % warning once', () => {
    const { fires } = runOut(reopened, business);
    expect(said([...announcementsBetween(stopped, reopened), ...fires]).map((each) => each.split(' ')[0])).toEqual([
      '50',
      '75',
      '90',
      'BREACH',
    ]);
  });

  test('the time spent resolved is not booked as a pause', () => {
    expect(reopened.intervals.map(({ state, cause }) => `${state} ${cause}`)).toEqual([
      'RUN CREATED',
      'STOP RESOLVED',
      'RUN REOPENED',
    ]);
  });
});

test('example 10: a 16-hour target over Christmas and the observed Boxing Day is due on 30 December at 11:00', () => {
  expect(buildClock(16, toronto('2026-12-24T11:00')).dueAt).toEqual(new Date('2026-12-30T16:00:00Z'));
});

test('example 10: an 8-hour approval from 14:00 ends at 14:00 on the next business day', () => {
  expect(buildClock(8, toronto('2026-12-23T14:00')).dueAt).toEqual(toronto('2026-12-24T14:00'));
});
