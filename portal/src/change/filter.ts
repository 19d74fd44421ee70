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
}

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
    ...(typeof raw.service === 'string' && raw.service && { service: raw.service }),
  };
}

/** The API's filter for an address. */
export function apiFilter({ open, state, type, service }: ListSearch): ChangeFilter {
  const states = CHANGE_STATES.filter((each) => each === state);
  const types = CHANGE_TYPES.filter((each) => each === type);
  return {
    ...(states.length > 0 ? { state: states } : open ? { state: [...OPEN_STATES] } : {}),
    ...(types.length > 0 && { type: types }),
    ...(service && { serviceId: [service] }),
  };
}

/** True when a row belongs to what the API's filter finds. */
export function matchesFilter({ state, type, serviceId }: ChangeFilter, row: ChangeRowFragment): boolean {
  const ids = (row.services ?? []).map(({ id }) => id);
  return (
    (!state || state.includes(row.state)) &&
    (!type || (row.type !== null && type.includes(row.type))) &&
    (!serviceId || ids.some((id) => serviceId.includes(id)))
  );
}
