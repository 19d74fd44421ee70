import { describe, expect, test } from '@jest/globals';
import { explainClock } from './clock-explanation.ts';
import { always, business, toronto } from '@desk/kit/time/clock.fixture';
import { start as startClockOf } from './clock.fixture.ts';
import { CLOCK_WORDING } from './clock-wording.ts';
import type { Locale } from './clock-wording.ts';
import { pauseClock, resumeClock, stopClock } from '@desk/kit/time/clock';
import type { IncidentClock } from './sla.ts';

const timeZone = 'America/Toronto';

function start(local: string): IncidentClock {
  return startClockOf('P3', 'RESOLUTION', local);
}

function summaryOf(clock: IncidentClock, now: string, locale: Locale): string {
  return explainClock(clock, business, { now: toronto(now), locale, timeZone }).summary;
}

// Example 5 of the worked examples: a pause over Canada Day.
const started = start('2026-06-29T10:00');
const paused = pauseClock(started, { calendar: business, at: toronto('2026-06-30T15:00'), cause: 'CUSTOMER' });
const resumed = resumeClock(paused, { calendar: business, at: toronto('2026-07-02T08:00'), cause: 'REPLY' });

describe('the ledger of a clock that paused over Canada Day', () => {
  const { lines } = explainClock(resumed, business, { now: toronto('2026-07-02T09:30'), locale: 'en', timeZone });

  test('has the open time of each line', () => {
    expect(lines.map(({ state, businessMs }) => [state, businessMs / 3_600_000])).toEqual([
      ['RUN', 13],
      ['PAUSE', 2],
      ['RUN', 0.5],
    ]);
  });

  test('reads in English', () => {
    expect(lines.map(({ text }) => text)).toEqual([
      'Mon 29 Jun 2026, 10:00 EDT to Tue 30 Jun 2026, 15:00 EDT, running (created): 13 h used.',
      'Tue 30 Jun 2026, 15:00 EDT to Thu 2 Jul 2026, 08:00 EDT, paused (waiting for the customer): 2 h of business time not counted. Holidays not counted: Canada Day on 1 Jul 2026.',
      'Since Thu 2 Jul 2026, 08:00 EDT, running (reply of the customer): 30 min used.',
    ]);
  });

  test('reads in French', () => {
    const french = explainClock(resumed, business, { now: toronto('2026-07-02T09:30'), locale: 'fr', timeZone });
    expect(french.lines.map(({ text }) => text)).toEqual([
      'Du lun. 29 juin 2026 à 10 h 00 HAE au mar. 30 juin 2026 à 15 h 00 HAE, en marche (création) : temps utilisé 13 h.',
      'Du mar. 30 juin 2026 à 15 h 00 HAE au jeu. 2 juill. 2026 à 8 h 00 HAE, en pause (en attente du client) : temps ouvrable non compté 2 h. Jours fériés non comptés : Fête du Canada, le 1er juill. 2026.',
      'Depuis le jeu. 2 juill. 2026 à 8 h 00 HAE, en marche (réponse du client) : temps utilisé 30 min.',
    ]);
  });
});

describe('the summary', () => {
  test('names the target and the zone whose business hours count', () => {
    expect(summaryOf(started, '2026-06-29T12:00', 'en')).toContain(
      'Resolution target: 24 h of business time (America/Toronto).',
    );
  });

  test('of a clock around the clock says nothing of business time', () => {
    const urgent = pauseClock(startClockOf('P2', 'RESOLUTION', '2026-06-29T10:00'), {
      calendar: always,
      at: toronto('2026-06-29T11:00'),
      cause: 'CUSTOMER',
    });
    const told = explainClock(urgent, always, { now: toronto('2026-06-29T12:00'), locale: 'en', timeZone });
    expect(told.summary).toContain('Resolution target: 8 h, day and night.');
    expect([told.summary, ...told.lines.map(({ text }) => text)].join(' ')).not.toMatch(/business|open time/);
    expect(told.lines[1]?.text).toContain('paused (waiting for the customer): 1 h not counted.');
  });

  test.each(['en', 'fr'] as const)('names no policy, calendar or version (%s)', (locale) => {
    expect(summaryOf(resumed, '2026-07-02T09:30', locale)).not.toMatch(/@\d|ON-BUS|INCIDENT/);
  });

  test('says what is used and what is left', () => {
    expect(summaryOf(paused, '2026-07-02T07:00', 'en')).toContain('13 h used, 11 h left.');
  });

  test('gives the due instant in wall time with the name of the zone', () => {
    expect(summaryOf(resumed, '2026-07-02T09:30', 'en')).toContain('Due Fri 3 Jul 2026, 12:00 EDT;');
  });

  test('shows wall time in the zone asked for, and counts in that of the calendar', () => {
    const options = { now: toronto('2026-07-02T09:30'), locale: 'en', timeZone: 'America/Vancouver' } as const;
    expect(explainClock(resumed, business, options).summary).toContain('Due Fri 3 Jul 2026, 09:00 PDT;');
  });

  test('names the holidays still ahead, the observed ones with the day that is off', () => {
    const clock = start('2026-12-24T11:00');
    expect(summaryOf(clock, '2026-12-24T12:00', 'en')).toContain(
      'Holidays not counted: Christmas Day on 25 Dec 2026; Boxing Day, observed on 28 Dec 2026.',
    );
  });

  test('names no holiday when none falls in', () => {
    expect(summaryOf(start('2026-06-08T10:00'), '2026-06-08T12:00', 'en')).not.toContain('Holidays');
  });

  test('of a paused clock says that nothing is due', () => {
    expect(summaryOf(paused, '2026-07-02T07:00', 'en')).toContain('Paused: nothing is due until it resumes.');
  });

  test('of a breached clock says when and why', () => {
    const stopped = stopClock(resumed, { calendar: business, at: toronto('2026-07-06T10:00'), cause: 'RESOLVED' });
    expect(summaryOf(stopped, '2026-07-07T10:00', 'fr')).toContain(
      'Arrêté le lun. 6 juill. 2026 à 10 h 00 HAE : cible manquée. Cible manquée le ven. 3 juill. 2026 à 12 h 00 HAE : le temps est écoulé.',
    );
  });

  test('of an overdue clock says by how much', () => {
    expect(summaryOf(resumed, '2026-07-06T10:00', 'en')).toContain('30 h used, 6 h more than the target. ');
  });

  test('lists the warnings with their instants', () => {
    expect(summaryOf(paused, '2026-07-02T07:00', 'en')).toContain('Warnings: 50 % on Tue 30 Jun 2026, 14:00 EDT.');
  });
});

test('both languages word the same causes', () => {
  expect(Object.keys(CLOCK_WORDING.fr.cause)).toEqual(Object.keys(CLOCK_WORDING.en.cause));
});

test('a clock is not explained with another version of its calendar', () => {
  const other = { ...business, version: 2 };
  expect(() => explainClock(started, other, { now: toronto('2026-06-29T12:00'), locale: 'en', timeZone })).toThrow(
    'ON-BUS@1',
  );
});
