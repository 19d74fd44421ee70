import type { EventDraft } from '@desk/kit/write/event';
import type { Act } from '@desk/kit/write/describe-change';
import { DIRECTORY_EVENT_VERSION, type DirectoryEvents } from '@desk/schema/directory/events';
import type * as api from '../generated/api.ts';
import type { PrincipalRecord } from './principal.ts';

type Verb = 'created' | 'changed' | 'deactivated';

/** An event of a person or a client, as other services may read it. */
export type PrincipalEvent =
  | EventDraft<`person.${Verb}`, DirectoryEvents[`person.${Verb}`]>
  | EventDraft<`client.${Verb}`, DirectoryEvents[`client.${Verb}`]>;

/** The parts of a principal's event that its record does not show. */
interface Telling {
  record: PrincipalRecord;
  changedFields: readonly (keyof api.Person)[];
  /** Names and addresses: they stay in the directory's own log. */
  personal?: Record<string, unknown>;
}

/** The event that tells of a person or a client as it is now. */
export function principalEvent(verb: Verb, { record, changedFields, personal }: Telling, act: Act): PrincipalEvent {
  const { _id: id, kind, active, memberships } = record;
  const common = {
    eventVersion: DIRECTORY_EVENT_VERSION,
    at: act.at,
    actor: act.by,
    ...(personal ? { personal } : {}),
  };
  const told = {
    changedFields: [...changedFields],
    active,
    roles: [...new Set(memberships.flatMap(({ roles }) => roles))].sort(),
    organizationIds: memberships.map(({ organizationId }) => organizationId).sort(),
  };
  return kind === 'PERSON'
    ? { ...common, type: `person.${verb}`, data: { subject: { type: 'PERSON', id }, ...told } }
    : { ...common, type: `client.${verb}`, data: { subject: { type: 'CLIENT', id }, ...told } };
}
