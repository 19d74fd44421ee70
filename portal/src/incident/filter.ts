import {
  INCIDENT_HOLD_REASONS,
  INCIDENT_STATES,
  PRIORITIES,
  type IncidentFilter,
  type IncidentOrder,
  type IncidentRowFragment,
  type IncidentState,
} from '../generated/api.ts';
import { wordsOf } from '../text/words.ts';

/** What the address of a list holds: `?open=true&priority=P1,P2`. Words of the address are those of the API. */
export interface ListSearch {
  open?: boolean | undefined;
  unassigned?: boolean | undefined;
  breached?: boolean | undefined;
  state?: string | undefined;
  priority?: string | undefined;
  hold?: string | undefined;
  organization?: string | undefined;
  service?: string | undefined;
  assignee?: string | undefined;
  text?: string | undefined;
  order?: ListOrder | undefined;
}

/** The orders that a reader can choose. */
export const ORDERS = {
  newest: { field: 'CREATED_AT', direction: 'DESC' },
  updated: { field: 'UPDATED_AT', direction: 'DESC' },
  due: { field: 'DUE_AT', direction: 'ASC' },
  priority: { field: 'PRIORITY', direction: 'ASC' },
} as const satisfies Record<string, IncidentOrder>;

export type ListOrder = keyof typeof ORDERS;

/** States in which an incident is neither resolved nor ended. */
export const OPEN_STATES: readonly IncidentState[] = ['NEW', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'];

/** The address's words, checked: what is unknown is left out, so that an old or mistyped address still opens. */
export function readSearch(raw: Record<string, unknown>): ListSearch {
  const search: ListSearch = {};
  for (const name of ['open', 'unassigned', 'breached'] as const) {
    if (raw[name] === true || raw[name] === false) search[name] = raw[name];
  }
  for (const name of ['organization', 'service', 'assignee', 'text'] as const) {
    const value = raw[name];
    if (typeof value === 'string' || typeof value === 'number') search[name] = String(value).slice(0, 200);
  }
  const state = listOf(raw.state, INCIDENT_STATES);
  if (state.length > 0) search.state = state.join(',');
  const priority = listOf(raw.priority, PRIORITIES);
  if (priority.length > 0) search.priority = priority.join(',');
  const hold = listOf(raw.hold, INCIDENT_HOLD_REASONS);
  if (hold.length > 0) search.hold = hold.join(',');
  if (typeof raw.order === 'string' && raw.order in ORDERS) search.order = raw.order as ListOrder;
  return search;
}

/** The API's filter for a list. `meId` stands for `assignee=me`. */
export function apiFilter(search: ListSearch, meId: string): IncidentFilter {
  const states = listOf(search.state, INCIDENT_STATES);
  const priorities = listOf(search.priority, PRIORITIES);
  const holdReasons = listOf(search.hold, INCIDENT_HOLD_REASONS);
  const text = search.text?.trim();
  return {
    ...(states.length > 0 && { state: states }),
    ...(priorities.length > 0 && { priority: priorities }),
    ...(holdReasons.length > 0 && { holdReason: holdReasons }),
    ...(search.open !== undefined && { open: search.open }),
    ...(search.unassigned !== undefined && { unassigned: search.unassigned }),
    ...(search.breached !== undefined && { breached: search.breached }),
    ...(search.organization && { organizationId: [search.organization] }),
    ...(search.service && { serviceId: [search.service] }),
    ...(search.assignee && { assigneeId: [search.assignee === 'me' ? meId : search.assignee] }),
    ...(text && { text }),
  };
}

/**
 * True when a row belongs to what the API's filter finds. Words are looked for in number and title only: the server also
 * searches what a row does not hold.
 */
export function matchesFilter(filter: IncidentFilter, row: IncidentRowFragment): boolean {
  const words = wordsOf(`${row.number} ${row.title}`);
  return [
    !filter.state || filter.state.includes(row.state),
    !filter.priority || filter.priority.includes(row.priority),
    !filter.holdReason || (row.hold !== null && filter.holdReason.includes(row.hold.reason)),
    typeof filter.open !== 'boolean' || OPEN_STATES.includes(row.state) === filter.open,
    typeof filter.unassigned !== 'boolean' || (row.assignee === null) === filter.unassigned,
    typeof filter.breached !== 'boolean' || row.breached === filter.breached,
    !filter.organizationId || filter.organizationId.includes(row.organization?.id ?? ''),
    !filter.serviceId || filter.serviceId.includes(row.service?.id ?? ''),
    !filter.assigneeId || filter.assigneeId.includes(row.assignee?.id ?? ''),
    [...wordsOf(filter.text ?? '')].every((word) => words.has(word)),
  ].every(Boolean);
}

/** Compares two rows in the chosen order, as the server sorts them. Ties go by id. */
export function compareRows(order: ListOrder, first: IncidentRowFragment, second: IncidentRowFragment): number {
  const { direction } = ORDERS[order];
  const [one, other] = [SORT_VALUES[order](first), SORT_VALUES[order](second)];
  // Rows without a due time come last, whatever the direction.
  if (one === null || other === null) return one === other ? byId(first, second) : one === null ? 1 : -1;
  if (one === other) return byId(first, second);
  return (one < other ? -1 : 1) * (direction === 'ASC' ? 1 : -1);
}

const SORT_VALUES: Record<ListOrder, (row: IncidentRowFragment) => string | null> = {
  newest: (row) => row.createdAt,
  updated: (row) => row.updatedAt,
  due: (row) => row.dueAt,
  priority: (row) => row.priority,
};

function byId(first: { id: string }, second: { id: string }): number {
  return first.id < second.id ? -1 : first.id > second.id ? 1 : 0;
}

function listOf<Value extends string>(raw: unknown, known: readonly Value[]): Value[] {
  const words = typeof raw === 'string' ? raw.split(',') : [];
  return known.filter((value) => words.includes(value));
}
