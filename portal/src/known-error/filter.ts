import { KNOWN_ERROR_STATES, type KnownErrorFilter, type KnownErrorRowFragment } from '../generated/api.ts';

/** What the address of a list holds: `?state=PUBLISHED&service=VEE`. */
export interface ListSearch {
  state?: string | undefined;
  service?: string | undefined;
}

/** The address's words, checked: what is unknown is left out, so that an old or mistyped address still opens. */
export function readSearch(raw: Record<string, unknown>): ListSearch {
  const state = KNOWN_ERROR_STATES.find((each) => each === raw.state);
  return {
    ...(state !== undefined && { state }),
    ...(typeof raw.service === 'string' && raw.service && { service: raw.service }),
  };
}

/** The API's filter for an address. */
export function apiFilter({ state, service }: ListSearch): KnownErrorFilter {
  const states = KNOWN_ERROR_STATES.filter((each) => each === state);
  return { ...(states.length > 0 && { state: states }), ...(service && { serviceId: [service] }) };
}

/** True when a row may belong to what the API's filter finds. A row does not tell its problem: a list of one problem is read again. */
export function matchesFilter({ state, serviceId }: KnownErrorFilter, row: KnownErrorRowFragment): boolean {
  const ids = (row.services ?? []).map(({ id }) => id);
  return (!state || state.includes(row.state)) && (!serviceId || ids.some((id) => serviceId.includes(id)));
}
