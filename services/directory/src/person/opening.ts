import { EMAIL_CHARACTERS_MAX, isEmailAddress } from '@desk/kit/api/scalars';
import { Refusal } from '@desk/kit/api/errors';
import { derivedId } from '@desk/kit/process/ids';
import type { Decision } from '@desk/kit/write/event';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { InvitePersonInput, Role } from '../generated/api.ts';
import { NAME_CHARACTERS_MAX, searchWords, sortKey } from '../name/name.ts';
import { requireOrganizationAction } from '../organization/actions.ts';
import type { ViewerActContext } from '../organization/acts.ts';
import type { Organization } from '../organization/organization.ts';
import { mayAdministerDesk } from '../organization/policy.ts';
import { administratorRole, membershipOf } from '../principal/membership.ts';
import { principalEvent, type PrincipalEvent } from '../principal/event.ts';
import { newPrincipal, type PrincipalInput } from '../principal/opening.ts';
import { addressKey, noLogin, type Person } from './person.ts';

/** What a person starts with. */
export interface PersonInput extends PrincipalInput {
  email: string;
}

/** The request that creates a person of a first login. The id follows from it: the same login again meets the first person. */
export function personRequest(login: string) {
  return { principal: 'directory', operation: 'createPerson', key: login };
}

/** The id of the person of a first login. */
export function personId(login: string): string {
  return derivedId('per', personRequest(login));
}

/** A new person. Refuses BAD_USER_INPUT. */
export function createPerson(input: PersonInput, act: ActContext): Decision<Person, PrincipalEvent> {
  const { check } = act;
  const [login = ''] = input.logins;
  const principal = newPrincipal({ id: personId(login), kind: 'PERSON' }, input, act);
  const email = check.line('input.email', input.email, EMAIL_CHARACTERS_MAX);
  check.require('input.email', !email || isEmailAddress(email), {
    code: 'MALFORMED',
    args: { type: 'EmailAddress' },
    message: 'must be an e-mail address such as lena@example.ca.',
  });
  check.done();
  const { name } = principal;
  const record: Person = {
    ...principal,
    email,
    phone: null,
    invitation: null,
    nameKey: sortKey(name),
    words: searchWords(name),
  };
  const changedFields = ['name', 'email', 'active', 'memberships'] as const;
  return { record, events: [principalEvent('created', { record, changedFields, personal: { name, email } }, act)] };
}

/** How long an invitation holds, in days. */
const INVITATION_DAYS = 30;
const DAY_MS = 86_400_000;
/** Language and zone of an invited person, until somebody says otherwise. */
const HOME_LANGUAGE = 'EN';
const HOME_ZONE = 'America/Toronto';

/** An organization has so few administrators that one administrator of the SME may alone give it another: its first, the SME's second. */
export const ADMINISTRATORS_ALONE_MAX = { LDC_ADMIN: 1, SME_ADMIN: 2 } as const;

/** The roles that an administrator of a distributor gives. */
const LDC_ADMIN_GIVES: readonly Role[] = ['LDC_USER'];

/**
 * An invited person, a member of one organization. Refuses FORBIDDEN, ILLEGAL_TRANSITION where the organization takes in nobody,
 * SECOND_APPROVER_REQUIRED for a role that its author cannot give alone, BAD_USER_INPUT. That it is a first administrator, the guard
 * sees to.
 */
export function invitePerson(
  { id, organization }: { id: string; organization: Organization },
  input: Pick<InvitePersonInput, 'name' | 'email' | 'roles' | 'language'>,
  act: ViewerActContext,
): Decision<Person, PrincipalEvent> {
  requireOrganizationAction(organization, 'INVITE_PERSON', act);
  const { at, check, viewer } = act;
  const name = check.line('input.name', input.name, NAME_CHARACTERS_MAX);
  const membership = membershipOf({ organization, roles: input.roles }, { check, path: 'input.roles' });
  const staff = viewer !== null && mayAdministerDesk(viewer);
  const administrator = administratorRole(organization.type);
  const asksAdministrator = administrator !== null && input.roles.includes(administrator);
  check.require(
    'input.roles',
    staff || input.roles.every((role) => role === administrator || LDC_ADMIN_GIVES.includes(role)),
    {
      code: 'NOT_ALLOWED',
      message: `must be roles that you may give: ${LDC_ADMIN_GIVES.join(', ')}.`,
    },
  );
  check.done();
  if (asksAdministrator && !staff) throw secondApprover(administrator);
  const record: Person = {
    _id: id,
    organizationId: organization._id,
    version: 0,
    number: null,
    nextFireAt: null,
    kind: 'PERSON',
    name,
    logins: [noLogin(id)],
    active: false,
    suspendedAt: null,
    language: input.language ?? HOME_LANGUAGE,
    timeZone: HOME_ZONE,
    memberships: [membership],
    email: input.email,
    phone: null,
    invitation: { address: addressKey(input.email), endsAt: new Date(at.getTime() + INVITATION_DAYS * DAY_MS) },
    nameKey: sortKey(name),
    words: searchWords(name),
    createdAt: at,
    updatedAt: at,
  };
  const changedFields = ['name', 'email', 'status', 'memberships'] as const;
  const personal = { name, email: record.email };
  return { record, events: [principalEvent('created', { record, changedFields, personal }, act)] };
}

/** The refusal of a role that makes an administrator, where there is one already. */
export function secondApprover(role: 'LDC_ADMIN' | 'SME_ADMIN'): Refusal {
  const approvers = role === 'LDC_ADMIN' ? ['LDC_ADMIN', 'SME_ADMIN'] : ['SME_ADMIN'];
  const who = role === 'LDC_ADMIN' ? 'another LDC_ADMIN of the organization or an SME_ADMIN' : 'another SME_ADMIN';
  const first = role === 'LDC_ADMIN' ? 'Only the first one' : 'Only the second one';
  return new Refusal(
    'SECOND_APPROVER_REQUIRED',
    `The role ${role} must be approved by ${who}. ${first} is given by one SME_ADMIN alone.`,
    { approvers },
  );
}
