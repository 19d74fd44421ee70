import { describe, expect, it } from '@jest/globals';
import { createFormat, durationMs, MARKET_ZONE } from './format.ts';

const NOW = Date.parse('2026-07-06T16:00:00.000Z');

function buildFormat(language: 'EN' | 'FR' = 'EN', zone = 'America/Toronto') {
  return createFormat({ language, zone, now: () => NOW });
}

/** Intl separates with narrow and other spaces; which ones is not our promise. */
function plain(text: string): string {
  return text.replaceAll(/\s/g, ' ');
}

describe('times', () => {
  it('carry the name of their zone', () => {
    expect(plain(buildFormat().time('2026-07-06T15:30:00.000Z'))).toBe('11:30 EDT');
  });

  it('are in French in French', () => {
    expect(plain(buildFormat('FR').time('2026-07-06T15:30:00.000Z'))).toBe('11 h 30 HAE');
  });

  it('are an hour earlier in market time in summer', () => {
    expect(plain(buildFormat('EN', MARKET_ZONE).time('2026-07-06T15:30:00.000Z'))).toBe('10:30 EST');
  });

  it.each([
    ['2026-11-01T05:30:00.000Z', 'EDT'],
    ['2026-11-01T06:30:00.000Z', 'EST'],
  ])('at %s, in the hour that happens twice, say which 01:30 it is', (instant, zone) => {
    expect(plain(buildFormat().instant(instant))).toBe(`Sun, Nov 1, 01:30 ${zone}`);
  });

  it('carry the day when it is not today', () => {
    expect(plain(buildFormat().time('2026-07-07T15:30:00.000Z'))).toBe('Tue, Jul 7, 11:30 EDT');
  });

  it('carry the year when it is not this year', () => {
    expect(plain(buildFormat().instant('2025-12-31T17:00:00.000Z'))).toContain('2025');
  });

  it('fall back to Ontario when a zone is not known', () => {
    expect(buildFormat('EN', 'Mars/Olympus').zone).toBe('America/Toronto');
  });
});

describe('the name of the zone at a local time', () => {
  it.each([
    ['2026-10-31T08:30', 'EDT'],
    ['2026-11-01T00:30', 'EDT'],
    ['2026-11-01T03:00', 'EST'],
    ['2026-12-24T23:59', 'EST'],
    ['2026-03-08T03:00', 'EDT'],
    ['', 'EDT'],
  ])('%j is %s', (local, name) => {
    expect(buildFormat().localZoneName(local)).toBe(name);
  });
});

describe('durations', () => {
  it.each([
    ['PT4H30M', 16_200_000],
    ['PT45M', 2_700_000],
    ['P1DT2H', 93_600_000],
    ['PT0.5S', 500],
    ['PT0S', 0],
    ['-PT5M', -300_000],
  ])('%s are %d ms', (iso, ms) => {
    expect(durationMs(iso)).toBe(ms);
  });

  it('of business time have no days', () => {
    expect(buildFormat().duration('PT40H')).toBe('40 h');
  });

  it('on the wall clock are told in days from two days on', () => {
    expect([buildFormat().span(76 * 3_600_000), buildFormat('FR').span(72 * 3_600_000)]).toEqual(['3 d 4 h', '3 j']);
  });

  it('below a minute are told as such', () => {
    expect(buildFormat('FR').span(59_000)).toBe('moins de 1 min');
  });
});
