import { PROBLEM_STATES, type ProblemFilter, type ProblemRowFragment, type ProblemState } from '../generated/api.ts';

/** What the address of a list holds: `?open=true&service=VEE`. */
export interface ListSearch {
  open?: boolean | undefined;
  state?: string | undefined;
  service?: string | undefined;
}

/** States in which a problem has not ended. */
const OPEN_STATES: readonly ProblemState[] = PROBLEM_STATES.filter(
  (state) => !['RESOLVED', 'CLOSED', 'CANCELLED'].includes(state),
);

/** The address's words, checked: what is unknown is left out, so that an old or mistyped address still opens. */
export function readSearch(raw: Record<string, unknown>): ListSearch {
  const state = PROBLEM_STATES.find((each) => each === raw.state);
  return {
    ...(typeof raw.open === 'boolean' && { open: raw.open }),
    ...(state !== undefined && { state }),
    ...(typeof raw.service === 'string' && raw.service && { service: raw.service }),
  };
}

/** The API's filter for an address. */
export function apiFilter({ open, state, service }: ListSearch): ProblemFilter {
  const states = PROBLEM_STATES.filter((each) => each === state);
  return {
    ...(states.length > 0 ? { state: states } : open ? { state: [...OPEN_STATES] } : {}),
    ...(service && { serviceId: [service] }),
  };
}

/** True when a row belongs to what the API's filter finds. */
export function matchesFilter({ state, serviceId }: ProblemFilter, row: ProblemRowFragment): boolean {
  return (!state || state.includes(row.state)) && (!serviceId || serviceId.includes(row.service?.id ?? ''));
}
