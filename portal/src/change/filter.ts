import {
  CHANGE_STATES,
  CHANGE_TYPES,
  type ChangeFilter,
  type ChangeRowFragment,
  type ChangeState,
} from '../generated/api.ts';

/** What the address of a list holds: `?open=true&service=VEE`. */
export interface ListSearch {
  open?: boolean | undefined;
  state?: string | undefined;
  type?: string | undefined;
  service?: string | undefined;
  /** When it is planned to start. */
  planned?: string | undefined;
}

/** The spans in which a change can be planned to start. WEEK: today and the six days after it, as UTC counts days. */
export const PLANNED_SPANS = ['WEEK'] as const;
const DAY_MS = 24 * 60 * 60_000;
const WEEK_MS = 7 * DAY_MS;

/** States in which a change has not ended. */
const OPEN_STATES: readonly ChangeState[] = CHANGE_STATES.filter(
  (state) => !['DECLINED', 'REJECTED', 'CLOSED', 'CANCELLED'].includes(state),
);

/** The address's words, checked: what is unknown is left out, so that an old or mistyped address still opens. */
export function readSearch(raw: Record<string, unknown>): ListSearch {
  const code = (value: unknown, codes: readonly string[]) => codes.find((each) => each === value);
  const state = code(raw.state, CHANGE_STATES);
  const type = code(raw.type, CHANGE_TYPES);
  return {
    ...(typeof raw.open === 'boolean' && { open: raw.open }),
    ...(state !== undefined && { state }),
    ...(type !== undefined && { type }),
    ...(PLANNED_SPANS.some((span) => span === raw.planned) && { planned: String(raw.planned) }),
    ...(typeof raw.service === 'string' && raw.service && { service: raw.service }),
  };
}

/** The API's filter for an address at an instant, in milliseconds since 1970. It is the same all day. */
export function apiFilter({ open, state, type, service, planned }: ListSearch, now: number): ChangeFilter {
  const today = now - (now % DAY_MS);
  const states = CHANGE_STATES.filter((each) => each === state);
  const types = CHANGE_TYPES.filter((each) => each === type);
  return {
    ...(states.length > 0 ? { state: states } : open ? { state: [...OPEN_STATES] } : {}),
    ...(types.length > 0 && { type: types }),
    ...(service && { serviceId: [service] }),
    ...(planned && {
      plannedFrom: new Date(today).toISOString(),
      plannedBefore: new Date(today + WEEK_MS).toISOString(),
    }),
  };
}

/** True when a row belongs to what the API's filter finds. */
export function matchesFilter(filter: ChangeFilter, row: ChangeRowFragment): boolean {
  const { state, type, serviceId, plannedFrom, plannedBefore } = filter;
  const startsAt = Date.parse(row.plannedStart ?? '');
  const ids = (row.services ?? []).map(({ id }) => id);
  return (
    (!state || state.includes(row.state)) &&
    (!type || (row.type !== null && type.includes(row.type))) &&
    (!plannedFrom || startsAt >= Date.parse(plannedFrom)) &&
    (!plannedBefore || startsAt < Date.parse(plannedBefore)) &&
    (!serviceId || ids.some((id) => serviceId.includes(id)))
  );
}
