import type { EventDraft } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import { DIRECTORY_EVENT_VERSION, type DirectoryEvents } from '@desk/schema/directory/events';
import type * as api from '../generated/api.ts';
import type { PrincipalRecord } from './principal.ts';

type Verb = 'created' | 'changed' | 'deactivated';
type PersonVerb = Verb | 'activated' | 'suspended' | 'reinstated';

/** An event of a person or a client, as other services may read it. */
export type PrincipalEvent =
  | EventDraft<`person.${PersonVerb}`, DirectoryEvents[`person.${PersonVerb}`]>
  | EventDraft<`client.${Verb}`, DirectoryEvents[`client.${Verb}`]>;

/** The parts of a principal's event that its record does not show. */
interface Telling {
  record: PrincipalRecord;
  changedFields: readonly (keyof api.Person | keyof api.Me)[];
  /** Names and addresses: they stay in the directory's own log. */
  personal?: Record<string, unknown>;
}

/** The event that tells of a person or a client as it is now. */
export function principalEvent(verb: Verb, telling: Telling, act: Act): PrincipalEvent {
  const { _id: id, kind } = telling.record;
  if (kind === 'PERSON') return personEvent(verb, telling, act);
  const { told, ...common } = partsOf(telling, act);
  return { ...common, type: `client.${verb}`, data: { subject: { type: 'CLIENT', id }, ...told } };
}

/** The event that tells of a person as it is now. */
export function personEvent(verb: PersonVerb, telling: Telling, act: Act): PrincipalEvent {
  const { _id: id } = telling.record;
  const { told, ...common } = partsOf(telling, act);
  return { ...common, type: `person.${verb}`, data: { subject: { type: 'PERSON', id }, ...told } };
}

function partsOf({ record, changedFields, personal }: Telling, { at, by }: Act) {
  const { active, memberships } = record;
  return {
    eventVersion: DIRECTORY_EVENT_VERSION,
    at,
    actor: by,
    ...(personal ? { personal } : {}),
    told: {
      changedFields: [...changedFields],
      active,
      roles: [...new Set(memberships.flatMap(({ roles }) => roles))].sort(),
      organizationIds: memberships.map(({ organizationId }) => organizationId).sort(),
    },
  };
}
