import type { IncidentClockKind } from '../generated/api.ts';

/** Missed updates that the API keeps besides the clock that counts: so many may stand for more. */
export const MISSED_KEPT_MAX = 20;

/** A clock of an incident, as far as it matters here. The API gives them in order, the one that counts last of its kind. */
interface ListedClock {
  kind: IncidentClockKind;
  breachedAt: string | null;
}

/** The clock of each kind that counts now. */
export function currentClocks<Clock extends ListedClock>(clocks: readonly Clock[]): Clock[] {
  return clocks.filter(({ kind }, index) => clocks.findLastIndex((clock) => clock.kind === kind) === index);
}

/** How many updates were missed, the one that is owed now among them. */
export function countMissedUpdates(clocks: readonly ListedClock[]): number {
  return clocks.filter(({ kind, breachedAt }) => kind === 'UPDATE' && breachedAt !== null).length;
}
