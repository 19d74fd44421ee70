/**
 * The events of the directory, as other services may read them. They hold what others decide by, and no name, address or login. The
 * directory's own code is checked against these types.
 */

import type { AuthorizationScope, OrganizationStatus, OrganizationType, Role } from '../generated/directory.ts';

/** The data of every event of the directory, by the event's type. */
export interface DirectoryEvents {
  'organization.created': OrganizationEventData;
  'organization.changed': OrganizationEventData;
  'organization.suspended': OrganizationEventData;
  'organization.reinstated': OrganizationEventData;
  'person.created': PersonEventData;
  'person.changed': PersonEventData;
  'person.activated': PersonEventData;
  'person.suspended': PersonEventData;
  'person.reinstated': PersonEventData;
  'person.deactivated': PersonEventData;
  'client.created': ClientEventData;
  'client.changed': ClientEventData;
  'client.deactivated': ClientEventData;
  'authorization.granted': AuthorizationEventData;
  'authorization.revoked': AuthorizationEventData;
  'service.created': ServiceEventData;
  'service.changed': ServiceEventData;
}

/** An event of the directory: narrow it by its type. */
export type DirectoryEvent = {
  [Type in keyof DirectoryEvents]: { type: Type; data: DirectoryEvents[Type] };
}[keyof DirectoryEvents];

/** The version of the data above. In version 1, `recordId` stood in place of `subject`. */
export const DIRECTORY_EVENT_VERSION = 2;

/** What the data of every event holds. */
interface Told<Noun extends string> {
  /** The record that changed. */
  subject: { type: Noun; id: string };
  /** API names of the fields that changed. */
  changedFields: string[];
}

export interface OrganizationEventData extends Told<'ORGANIZATION'> {
  code: string;
  type: OrganizationType;
  status: OrganizationStatus;
}

/** What others decide by of somebody who signs in. */
interface ToldOfPrincipal {
  /** False: assign nothing, and let nobody in. */
  active: boolean;
  /** Roles in any organization, each once, sorted. */
  roles: Role[];
  /** Organizations that the principal is a member of, sorted. */
  organizationIds: string[];
}

export interface PersonEventData extends Told<'PERSON'>, ToldOfPrincipal {}

export interface ClientEventData extends Told<'CLIENT'>, ToldOfPrincipal {}

/** The event's organization is the distributor. */
export interface AuthorizationEventData extends Told<'AUTHORIZATION'> {
  agentId: string;
  scopes: AuthorizationScope[];
  /** The first instant at which it holds: ISO 8601, UTC. */
  validFrom: string;
  /** The first instant at which it no longer holds: ISO 8601, UTC. */
  validTo: string;
  revoked: boolean;
}

export interface ServiceEventData extends Told<'SERVICE'> {
  /** What other records store. */
  code: string;
  /** The name in both languages. */
  en: string;
  fr: string;
  /** Codes of the services without which this one does not work. */
  dependsOn: string[];
}

/** An event of the directory in today's form, whatever the version it was written in. Null for a type that this version does not know. */
export function readDirectoryEvent({
  type,
  eventVersion,
  data,
}: {
  type: string;
  eventVersion: number;
  data: Record<string, unknown>;
}): DirectoryEvent | null {
  if (!Object.hasOwn(NOUNS, type)) return null;
  // The directory wrote the data in the form of their version: its rules are checked against it.
  if (eventVersion >= DIRECTORY_EVENT_VERSION) return { type, data } as unknown as DirectoryEvent;
  const { recordId, ...told } = data;
  const subject = { type: NOUNS[type as keyof typeof NOUNS], id: recordId };
  return { type, data: { ...told, subject } } as unknown as DirectoryEvent;
}

/** The records of the directory as other services keep them: enough to take an id or code, and to refuse a record that is not there. */
export interface DirectoryRecords {
  organization: Pick<OrganizationEventData, 'code' | 'type'> & { active: boolean };
  person: Pick<PersonEventData, 'active' | 'roles' | 'organizationIds'>;
  service: Pick<ServiceEventData, 'code' | 'en' | 'fr' | 'dependsOn'>;
}

/** The record that an event of the directory leaves, as other services keep it. Null where they keep nothing of it. */
export function readDirectoryRecord(
  event: Parameters<typeof readDirectoryEvent>[0],
): { [Kind in keyof DirectoryRecords]: { kind: Kind; record: DirectoryRecords[Kind] } }[keyof DirectoryRecords] | null {
  const told = readDirectoryEvent(event);
  if (!told) return null;
  if (isAbout(told, 'ORGANIZATION')) {
    const { code, type, status } = told.data;
    return { kind: 'organization', record: { code, type, active: status === 'ACTIVE' } };
  }
  if (isAbout(told, 'PERSON')) {
    const { active, roles, organizationIds } = told.data;
    return { kind: 'person', record: { active, roles, organizationIds } };
  }
  if (isAbout(told, 'SERVICE')) {
    const { code, en, fr, dependsOn } = told.data;
    return { kind: 'service', record: { code, en, fr, dependsOn } };
  }
  return null;
}

/** True for an event about a record of one noun, whatever happened to it. */
function isAbout<Noun extends DirectoryEvent['data']['subject']['type']>(
  told: DirectoryEvent,
  noun: Noun,
): told is Extract<DirectoryEvent, { data: Told<Noun> }> {
  return NOUNS[told.type] === noun;
}

/** What a service keeps of the directory, for the kit's mirror: organizations and services, found also by their codes, and people. */
export const DIRECTORY_MIRROR = {
  service: 'directory',
  records: {
    organization: { collection: 'mirrored_organizations', key: 'code' },
    person: { collection: 'mirrored_people' },
    service: { collection: 'mirrored_services', key: 'code' },
  },
  read: readDirectoryRecord,
} as const;

const NOUNS: { [Type in keyof DirectoryEvents]: DirectoryEvents[Type]['subject']['type'] } = {
  'organization.created': 'ORGANIZATION',
  'organization.changed': 'ORGANIZATION',
  'organization.suspended': 'ORGANIZATION',
  'organization.reinstated': 'ORGANIZATION',
  'person.created': 'PERSON',
  'person.changed': 'PERSON',
  'person.activated': 'PERSON',
  'person.suspended': 'PERSON',
  'person.reinstated': 'PERSON',
  'person.deactivated': 'PERSON',
  'client.created': 'CLIENT',
  'client.changed': 'CLIENT',
  'client.deactivated': 'CLIENT',
  'authorization.granted': 'AUTHORIZATION',
  'authorization.revoked': 'AUTHORIZATION',
  'service.created': 'SERVICE',
  'service.changed': 'SERVICE',
};
