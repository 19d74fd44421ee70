import {
  SERVICE_REQUEST_STATES,
  type ServiceRequestFilter,
  type ServiceRequestRowFragment,
  type ServiceRequestState,
} from '../generated/api.ts';

/** What the address of a list holds: `?open=true&item=GUI_USER`. */
export interface ListSearch {
  open?: boolean | undefined;
  state?: string | undefined;
  item?: string | undefined;
}

/** States in which a request has not ended. */
const OPEN_STATES: readonly ServiceRequestState[] = SERVICE_REQUEST_STATES.filter(
  (state) => !['REJECTED', 'FAILED', 'CLOSED', 'CANCELLED'].includes(state),
);

/** The address's words, checked: what is unknown is left out, so that an old or mistyped address still opens. */
export function readSearch(raw: Record<string, unknown>): ListSearch {
  const state = SERVICE_REQUEST_STATES.find((each) => each === raw.state);
  return {
    ...(typeof raw.open === 'boolean' && { open: raw.open }),
    ...(state !== undefined && { state }),
    ...(typeof raw.item === 'string' && raw.item && { item: raw.item }),
  };
}

/** The API's filter for an address. */
export function apiFilter({ open, state, item }: ListSearch): ServiceRequestFilter {
  const states = SERVICE_REQUEST_STATES.filter((each) => each === state);
  return {
    ...(states.length > 0 ? { state: states } : open ? { state: [...OPEN_STATES] } : {}),
    ...(item && { itemId: [item] }),
  };
}

/** True when a row belongs to what the API's filter finds. */
export function matchesFilter({ state, itemId }: ServiceRequestFilter, row: ServiceRequestRowFragment): boolean {
  return (!state || state.includes(row.state)) && (!itemId || (row.item !== null && itemId.includes(row.item.id)));
}
