import { Temporal } from 'temporal-polyfill';

/**
 * Milliseconds as ISO 8601: `PT24H`, `PT30M`, `PT1H1M1.5S`. Days are not used: a day of work is not 24 hours. By hand, because Temporal
 * takes a hundred times as long, and a page of incidents shows hundreds of clocks.
 */
export function formatDuration(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor((ms % 3_600_000) / 60_000);
  const seconds = (ms % 60_000) / 1_000;
  const parts = [hours && `${hours}H`, minutes && `${minutes}M`, seconds && `${seconds}S`].filter(Boolean);
  return `PT${parts.join('') || '0S'}`;
}

/** The milliseconds of an ISO 8601 length of time in hours, minutes and seconds; null for any other text. */
export function parseDuration(text: string): number | null {
  try {
    const duration = Temporal.Duration.from(text);
    const { years, months, weeks, days } = duration;
    return years || months || weeks || days ? null : duration.total('milliseconds');
  } catch {
    return null;
  }
}
