import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { Aggregate } from '@desk/kit/stored-record';
import type { Act } from './act.ts';
import type { AgentAuthorization } from './authorization.ts';
import type { PrincipalEventData } from './events.ts';
import type { AuthorizationScope, Language, OrganizationType, Role } from './generated/api.ts';
import { membershipsOf, type Membership, type MembershipInput } from './membership.ts';

/** Who signs in, as the gateway learns of it: everything by which it decides what a request may do. */
export interface Principal {
  id: string;
  kind: 'PERSON' | 'CLIENT';
  name: string;
  /** False: the principal may not sign in. */
  active: boolean;
  language: Language;
  /** IANA zone. */
  timeZone: string;
  /** Counts the changes of the person's or client's record. */
  version: number;
  memberships: { organizationId: string; organizationType: OrganizationType; roles: Role[] }[];
  /** Of every agent or partner organization that the principal belongs to, unless revoked or ended. ISO 8601, UTC. */
  authorizations: {
    id: string;
    organizationId: string;
    scopes: AuthorizationScope[];
    validFrom: string;
    validTo: string;
  }[];
}

/** What a person and a partner client have in common as records: who signs in. */
export interface PrincipalRecord extends Aggregate {
  kind: 'PERSON' | 'CLIENT';
  name: string;
  /** Subjects of identity tokens, or ids of OAuth clients. Each belongs to one principal. */
  logins: string[];
  active: boolean;
  language: Language;
  /** IANA zone. */
  timeZone: string;
  /** The first one is home: its organization is the record's `organizationId`. */
  memberships: Membership[];
}

/** What every principal starts with. */
export interface PrincipalInput {
  name: string;
  logins: readonly string[];
  language: Language;
  timeZone: string;
  memberships: readonly MembershipInput[];
}

const NAME_CHARACTERS_MAX = 120;
const LOGIN = /^[\x21-\x7e]{1,200}$/;
const LOGINS_MAX = 5;

/** The principal that a record and its organizations' authorizations make. */
export function principalOf(record: PrincipalRecord, authorizations: readonly AgentAuthorization[]): Principal {
  const { _id: id, kind, name, active, language, timeZone, version, memberships } = record;
  return {
    id,
    kind,
    name,
    active,
    language,
    timeZone,
    version,
    memberships,
    authorizations: authorizations.map(({ _id, organizationId, scopes, validFrom, validTo }) => ({
      id: _id,
      organizationId,
      scopes,
      validFrom: validFrom.toISOString(),
      validTo: validTo.toISOString(),
    })),
  };
}

/** The organizations through which a principal can act for others. */
export function agentsOf({ memberships }: Pick<PrincipalRecord, 'memberships'>): string[] {
  return memberships
    .filter(({ organizationType }) => organizationType === 'AGENT' || organizationType === 'PARTNER')
    .map(({ organizationId }) => organizationId);
}

/** What a new record of a principal has. Notes in `check` what is wrong with the input. */
export function principalFields<Kind extends PrincipalRecord['kind']>(
  id: string,
  kind: Kind,
  input: PrincipalInput,
  check: InputCheck,
): PrincipalRecord & { kind: Kind } {
  const name = check.line('input.name', input.name, NAME_CHARACTERS_MAX);
  check.require(
    'input.logins',
    input.logins.length > 0 && input.logins.length <= LOGINS_MAX,
    `needs 1 to ${LOGINS_MAX}.`,
  );
  check.require(
    'input.logins',
    input.logins.every((login) => LOGIN.test(login)),
    'must be visible ASCII, at most 200.',
  );
  check.require('input.timeZone', isTimeZone(input.timeZone), 'must be an IANA time zone, as America/Toronto.');
  const memberships = membershipsOf(input.memberships, check);
  return {
    _id: id,
    organizationId: memberships[0]?.organizationId ?? '',
    version: 0,
    number: null,
    nextFireAt: null,
    kind,
    name,
    logins: [...new Set(input.logins)],
    active: true,
    language: input.language,
    timeZone: input.timeZone,
    memberships,
  };
}

/** Gives a principal other memberships, in place of all that it has. Refuses BAD_USER_INPUT. */
export function changeMemberships<T extends PrincipalRecord>(
  principal: T,
  inputs: readonly MembershipInput[],
  act: Act,
): Decision<T> {
  const check = new InputCheck();
  const memberships = membershipsOf(inputs, check);
  check.done();
  const record = {
    ...principal,
    memberships,
    organizationId: memberships[0]?.organizationId ?? principal.organizationId,
  };
  return { record, events: [principalEvent('changed', record, ['memberships'], act)] };
}

/** Ends a principal's use of the desk; what it did stays. Null when that was done before. */
export function deactivatePrincipal<T extends PrincipalRecord>(principal: T, act: Act): Decision<T> | null {
  if (!principal.active) return null;
  const record = { ...principal, active: false };
  return { record, events: [principalEvent('deactivated', record, ['active'], act)] };
}

/** The event of a person or a client. What is personal in it stays in the directory's own log. */
export function principalEvent(
  verb: 'created' | 'changed' | 'deactivated',
  record: PrincipalRecord,
  changedFields: string[],
  act: Act,
  personal?: Record<string, unknown>,
) {
  const { _id, kind, active, memberships } = record;
  return {
    type: `${kind === 'PERSON' ? 'person' : 'client'}.${verb}`,
    at: act.at,
    actor: act.actor,
    data: {
      recordId: _id,
      changedFields,
      active,
      roles: [...new Set(memberships.flatMap(({ roles }) => roles))].sort(),
      organizationIds: memberships.map(({ organizationId }) => organizationId).sort(),
    } satisfies PrincipalEventData,
    ...(personal ? { personal } : {}),
  };
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return !/^[+-]/.test(zone); // An offset is no zone: it does not follow the law's changes.
  } catch {
    return false;
  }
}
