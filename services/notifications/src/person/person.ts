import type { Viewer } from '@desk/kit/api/viewer';
import { reachOf } from '@desk/kit/api/viewer';
import type { StreamEvent } from '@desk/kit/log/entry';
import type { MirroredChange } from '@desk/kit/log/mirror';
import {
  readDirectoryEvent,
  type AuthorizationEventData,
  type OrganizationEventData,
  type PersonEventData,
  type ServiceEventData,
} from '@desk/schema/directory/events';
import type { Reader } from '../record/visibility.ts';

/** What notifications keep of the directory: what each person may see, and where people are found. */
export interface KnownDirectory {
  organization: Pick<OrganizationEventData, 'type' | 'status'>;
  person: Pick<PersonEventData, 'active' | 'roles' | 'organizationIds'>;
  /** An agent's right to act for a distributor, whose id it holds. */
  authorization: Pick<AuthorizationEventData, 'agentId' | 'scopes' | 'validFrom' | 'validTo' | 'revoked'> & {
    organizationId: string;
  };
  service: Pick<ServiceEventData, 'code'>;
}

export type KnownPerson = KnownDirectory['person'];
export type KnownAuthorization = KnownDirectory['authorization'];

/** What stands above all people: organizations whose people are let in no longer, and agents who act for an event's organization now. */
export interface Standing {
  barred: ReadonlySet<string>;
  agents: { ids: ReadonlySet<string>; organizationId: string };
}

/** What a person may see, and the organization through which live updates reach the person. */
export interface PersonReader extends Reader {
  organizationId: string;
}

const STAFF_ROLE = /^SME_/;

/** The record that an event of the directory leaves. Null where notifications keep nothing of it. */
export function readKnownDirectory(event: StreamEvent): MirroredChange<KnownDirectory> | null {
  const told = readDirectoryEvent(event);
  switch (told?.type) {
    case 'organization.created':
    case 'organization.changed':
    case 'organization.suspended':
    case 'organization.reinstated': {
      const { type, status } = told.data;
      return { kind: 'organization', record: { type, status } };
    }
    case 'person.created':
    case 'person.changed':
    case 'person.activated':
    case 'person.suspended':
    case 'person.reinstated':
    case 'person.deactivated': {
      const { active, roles, organizationIds } = told.data;
      return { kind: 'person', record: { active, roles, organizationIds } };
    }
    case 'authorization.granted':
    case 'authorization.revoked': {
      const { agentId, scopes, validFrom, validTo, revoked } = told.data;
      const { organizationId } = event;
      return { kind: 'authorization', record: { agentId, scopes, validFrom, validTo, revoked, organizationId } };
    }
    case 'service.created':
    case 'service.changed':
      return { kind: 'service', record: { code: told.data.code } };
    case 'client.created':
    case 'client.changed':
    case 'client.deactivated':
    case undefined:
      return null;
  }
}

/** True when an authorization lets its agent read under a scope at an instant. */
export function holds({ scopes, validFrom, validTo, revoked }: KnownAuthorization, scope: string, at: Date): boolean {
  const isNow = Date.parse(validFrom) <= at.getTime() && at.getTime() < Date.parse(validTo);
  return !revoked && isNow && scopes.some((each) => each === scope);
}

/** True for people of the SME. */
export function isStaff({ roles }: Pick<KnownPerson, 'roles'>): boolean {
  return roles.some((role) => STAFF_ROLE.test(role));
}

/** What a person may see. Null for somebody who is not let in. */
export function readerOf(id: string, person: KnownPerson | null, { barred, agents }: Standing): PersonReader | null {
  if (!person?.active) return null;
  const own = person.organizationIds.filter((organizationId) => !barred.has(organizationId));
  const [organizationId] = own;
  if (organizationId === undefined) return null;
  const staff = isStaff(person);
  const isAgent = own.some((organizationId) => agents.ids.has(organizationId));
  const reach =
    staff || person.roles.includes('AUDITOR') ? 'ALL' : [...own, ...(isAgent ? [agents.organizationId] : [])];
  return { id, staff, reach, organizationId };
}

/** What the viewer of a request may see under a scope. Null for one that is no person. */
export function readerOfViewer(viewer: Viewer, scope: string): Reader | null {
  const { id, kind, staff } = viewer;
  return id === null || kind !== 'PERSON' ? null : { id, staff, reach: reachOf(viewer, scope) };
}
