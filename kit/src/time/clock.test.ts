import { describe, expect, test } from '@jest/globals';
import { business, always, HOUR_MS, toronto, promise, start, buildClock, runOut, said } from './clock.fixture.ts';
import {
  ClockLedgerFull,
  INTERVALS_MAX,
  announcementsBetween,
  cancelClock,
  elapsedMs,
  excludeClock,
  fireClock,
  nextFire,
  pauseClock,
  reopenClock,
  resumeClock,
  retargetClock,
  startClock,
  stopClock,
} from './clock.ts';

describe('a breach', () => {
  const breached = runOut(start('P1', 'RESOLUTION', '2026-06-09T09:00'), always).clock;

  test('is not erased by lowering the priority', () => {
    const lowered = retargetClock(breached, promise('P3', 'RESOLUTION'), {
      calendar: always,
      at: toronto('2026-06-09T14:00'),
    });
    expect(lowered).toMatchObject({ breachedAt: toronto('2026-06-09T13:00'), breachCause: 'TIME' });
  });

  test('still decides the outcome after the priority was lowered', () => {
    const lowered = retargetClock(breached, promise('P3', 'RESOLUTION'), {
      calendar: always,
      at: toronto('2026-06-09T14:00'),
    });
    expect(stopClock(lowered, { calendar: business, at: toronto('2026-06-09T15:00'), cause: 'RESOLVED' }).outcome).toBe(
      'BREACHED',
    );
  });

  test('of the old target before the change is recorded as of time, even when the timer is late', () => {
    const late = retargetClock(start('P1', 'RESOLUTION', '2026-06-09T09:00'), promise('P3', 'RESOLUTION'), {
      calendar: always,
      at: toronto('2026-06-09T13:01'),
    });
    expect(late).toMatchObject({ breachedAt: toronto('2026-06-09T13:00'), breachCause: 'TIME' });
  });

  test('does not come to a clock whose target is lowered at the due instant', () => {
    const lowered = retargetClock(start('P1', 'RESOLUTION', '2026-06-09T09:00'), promise('P3', 'RESOLUTION'), {
      calendar: always,
      at: toronto('2026-06-09T13:00'),
    });
    expect(lowered.breachedAt).toBeNull();
  });

  test('by reclassification is recorded while the clock is paused, and nothing becomes due', () => {
    const paused = pauseClock(start('P3', 'RESOLUTION', '2026-06-09T09:00'), {
      calendar: business,
      at: toronto('2026-06-09T14:00'),
      cause: 'CUSTOMER',
    });
    const raised = retargetClock(paused, promise('P1', 'RESOLUTION'), {
      calendar: business,
      at: toronto('2026-06-09T15:00'),
    });
    expect(raised).toMatchObject({ dueAt: null, breachedAt: toronto('2026-06-09T15:00'), breachCause: 'RECLASSIFIED' });
  });

  test('silences the warnings', () => {
    const late = retargetClock(start('P3', 'RESOLUTION', '2026-06-09T09:00'), promise('P1', 'RESOLUTION'), {
      calendar: business,
      at: toronto('2026-06-09T14:00'),
    });
    expect(nextFire(late, always)).toBeNull();
  });

  test('is announced by a stop that comes before the timer', () => {
    const started = start('P2', 'RESPONSE', '2026-06-09T09:00');
    const stopped = stopClock(started, { calendar: always, at: toronto('2026-06-09T10:05'), cause: 'REPLY' });
    expect(said(announcementsBetween(started, stopped)).at(-1)).toBe('BREACH 2026-06-09T14:00:00.000Z');
  });

  test('does not return when the budget ran out at the very pause', () => {
    const paused = pauseClock(start('P2', 'RESPONSE', '2026-06-09T09:00'), {
      calendar: always,
      at: toronto('2026-06-09T10:00'),
      cause: 'CUSTOMER',
    });
    expect([
      paused.breachedAt,
      resumeClock(paused, { calendar: always, at: toronto('2026-06-09T11:00'), cause: 'REPLY' }).dueAt,
    ]).toEqual([null, toronto('2026-06-09T11:00')]);
  });
});

describe('warnings', () => {
  test('jumped to while paused are announced when the clock resumes, the highest only', () => {
    const paused = pauseClock(start('P3', 'RESOLUTION', '2026-06-09T09:00'), {
      calendar: business,
      at: toronto('2026-06-09T12:00'),
      cause: 'CUSTOMER',
    });
    const raised = retargetClock(paused, promise('P1', 'RESOLUTION'), {
      calendar: business,
      at: toronto('2026-06-09T12:30'),
    });
    const resumed = resumeClock(raised, { calendar: always, at: toronto('2026-06-09T13:00'), cause: 'REPLY' });
    expect([raised.warned, resumed.warned]).toEqual([[], [{ percent: 75, at: toronto('2026-06-09T13:00') }]]);
  });

  test('already announced are not announced again after the priority was lowered and raised', () => {
    const half = fireClock(start('P3', 'RESOLUTION', '2026-06-09T09:00'), business);
    const lowered = retargetClock(half, promise('P4', 'RESOLUTION'), {
      calendar: business,
      at: toronto('2026-06-11T10:00'),
    });
    expect(nextFire(lowered, business)?.what).toEqual({ kind: 'WARNING', percent: 75 });
  });
});

describe('a clock', () => {
  const running = start('P3', 'RESOLUTION', '2026-06-09T09:00');
  const at = toronto('2026-06-09T10:00');

  test('paused twice is paused once', () => {
    const paused = pauseClock(running, { calendar: business, at, cause: 'CUSTOMER' });
    expect(pauseClock(paused, { calendar: business, at: toronto('2026-06-09T11:00'), cause: 'SCHEDULED' })).toBe(
      paused,
    );
  });

  test('stopped twice keeps its first end', () => {
    const stopped = stopClock(running, { calendar: business, at, cause: 'RESOLVED' });
    expect(stopClock(stopped, { calendar: business, at: toronto('2026-06-19T11:00'), cause: 'RESOLVED' })).toBe(
      stopped,
    );
  });

  test('stopped from a pause books the pause', () => {
    const paused = pauseClock(running, { calendar: business, at, cause: 'CUSTOMER' });
    const stopped = stopClock(paused, { calendar: business, at: toronto('2026-06-19T11:00'), cause: 'RESOLVED' });
    expect([elapsedMs(stopped, business, toronto('2026-07-01T00:00')), stopped.outcome]).toEqual([HOUR_MS, 'MET']);
  });

  test('that has finished is not moved by another target', () => {
    const stopped = stopClock(running, { calendar: business, at, cause: 'RESOLVED' });
    expect(
      retargetClock(stopped, promise('P1', 'RESOLUTION'), { calendar: business, at: toronto('2026-06-19T11:00') }),
    ).toBe(stopped);
  });

  test('that is cancelled cannot be reopened', () => {
    const cancelled = cancelClock(running, { calendar: business, at, cause: 'CANCELLED' });
    expect(reopenClock(cancelled, { calendar: business, at: toronto('2026-06-09T11:00'), cause: 'REOPENED' })).toBe(
      cancelled,
    );
  });

  test('of a duplicate is excluded, and counts again when it is reopened', () => {
    const excluded = excludeClock(running, { calendar: business, at, cause: 'DUPLICATE' });
    const reopened = reopenClock(excluded, {
      calendar: business,
      at: toronto('2026-06-09T11:00'),
      cause: 'NOT_THE_SAME',
    });
    expect([excluded.outcome, reopened.outcome]).toEqual(['EXCLUDED', null]);
  });

  test('that is cancelled after its due instant is cancelled, with the breach on record', () => {
    const cancelled = cancelClock(running, { calendar: business, at: toronto('2026-06-19T10:00'), cause: 'CANCELLED' });
    expect(cancelled).toMatchObject({ outcome: 'CANCELLED', breachedAt: running.dueAt });
  });

  test('takes an instant before its last line as the begin of that line', () => {
    const paused = pauseClock(running, { calendar: business, at, cause: 'CUSTOMER' });
    const resumed = resumeClock(paused, { calendar: business, at: toronto('2026-06-09T09:59'), cause: 'REPLY' });
    expect(resumed.intervals.at(-1)?.from).toEqual(at);
  });

  test('is never changed in place', () => {
    const before = structuredClone(running);
    const paused = pauseClock(running, { calendar: business, at: toronto('2026-06-19T10:00'), cause: 'CUSTOMER' });
    stopClock(resumeClock(paused, { calendar: business, at: toronto('2026-06-19T11:00'), cause: 'REPLY' }), {
      calendar: business,
      at,
      cause: 'RESOLVED',
    });
    expect(running).toEqual(before);
  });

  test('refuses to be read with another version of its calendar', () => {
    expect(() => elapsedMs(running, { ...business, version: 2 }, at)).toThrow('ON-BUS@1');
  });

  test('refuses a pause when its ledger is almost full, and can still resume and stop', () => {
    let clock = running;
    let full: unknown = null;
    for (let round = 0; round < INTERVALS_MAX && full === null; round += 1) {
      try {
        clock = resumeClock(pauseClock(clock, { calendar: business, at, cause: 'CUSTOMER' }), {
          calendar: business,
          at,
          cause: 'REPLY',
        });
      } catch (error) {
        full = error;
      }
    }
    expect([
      full instanceof ClockLedgerFull,
      stopClock(clock, { calendar: business, at, cause: 'RESOLVED' }).outcome,
    ]).toEqual([true, 'MET']);
  });

  test('without a budget is refused', () => {
    expect(() => buildClock(0, at)).toThrow(RangeError);
  });
});

test('an UPDATE clock of P1 is due 30 minutes after each public update, at night as well', () => {
  const first = start('P1', 'UPDATE', '2026-06-13T23:50');
  const updatedAt = toronto('2026-06-14T00:10');
  const next = startClock('UPDATE', promise('P1', 'UPDATE'), { at: updatedAt, cause: 'UPDATE' });
  expect([stopClock(first, { calendar: always, at: updatedAt, cause: 'UPDATE' }).outcome, next.dueAt]).toEqual([
    'MET',
    toronto('2026-06-14T00:40'),
  ]);
});
