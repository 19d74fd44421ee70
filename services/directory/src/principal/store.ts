import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import {
  AGGREGATE,
  PART_OPTIONS,
  flag,
  instant,
  maybeInstant,
  oneOf,
  someOf,
  text,
} from '@desk/kit/write/record-schema';
import { Schema, type Model, type QueryFilter } from 'mongoose';
import { Language, OrganizationType, Role } from '../generated/api.ts';
import type { Membership } from './membership.ts';
import { isLogin, type PrincipalRecord } from './principal.ts';

/** The questions about principals, people and clients alike. */
export interface PrincipalStore {
  /** The principal that signs in under a login, active or not. Null when there is none. */
  findLogin(login: string): Promise<PrincipalRecord | null>;
  /** A principal by id. */
  findPrincipal(kind: PrincipalRecord['kind'], id: string): Promise<PrincipalRecord | null>;
}

/** How the principals of one kind are found. */
export interface PrincipalFinder {
  byLogin(login: string): Promise<PrincipalRecord | null>;
  byId(id: string): Promise<PrincipalRecord | null>;
}

/** Finds principals of one kind in their collection. */
export function principalFinder<T extends PrincipalRecord>(model: Model<T>): PrincipalFinder {
  const find = (filter: QueryFilter<T>) =>
    model.findOne(filter, RECORD_ONLY).maxTimeMS(OPERATION_MS_MAX).lean<T | null>();
  return {
    byLogin: (login) => find({ logins: login }),
    byId: (id) => find({ _id: id }),
  };
}

/** Finds principals among people and clients. */
export function principalStore(people: PrincipalFinder, clients: PrincipalFinder): PrincipalStore {
  return {
    findLogin: async (login) => (isLogin(login) ? ((await people.byLogin(login)) ?? clients.byLogin(login)) : null),
    findPrincipal: (kind, id) => (kind === 'PERSON' ? people : clients).byId(id),
  };
}

const membership = new Schema<Membership>(
  { organizationId: text, organizationType: oneOf(OrganizationType), roles: someOf(Role) } satisfies Paths<Membership>,
  PART_OPTIONS,
);

/** The paths that people and clients share. */
export const PRINCIPAL = {
  ...AGGREGATE,
  kind: { ...text, enum: ['PERSON', 'CLIENT'] satisfies PrincipalRecord['kind'][] },
  name: text,
  logins: [text],
  active: flag,
  suspendedAt: maybeInstant,
  language: oneOf(Language),
  timeZone: text,
  memberships: [membership],
  createdAt: instant,
  updatedAt: instant,
} satisfies Paths<PrincipalRecord>;
