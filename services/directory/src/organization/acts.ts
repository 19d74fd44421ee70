import { Refusal } from '@desk/kit/api/errors';
import { tooMany, type InputCheck } from '@desk/kit/api/input';
import type { ActingViewer } from '@desk/kit/write/actions';
import type { Act, ActContext } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { isDeepStrictEqual } from 'node:util';
import {
  ContactRank,
  type OrganizationContactInput,
  type OrganizationStatus,
  type PostalAddressInput,
  type UpdateOrganizationInput,
} from '../generated/api.ts';
import { NAME_CHARACTERS_MAX, searchWords } from '../name/name.ts';
import { requireOrganizationAction } from './actions.ts';
import { isCountry } from './country.ts';
import { organizationEvent, type OrganizationEvent } from './event.ts';
import type { Organization, OrganizationContact, PostalAddress } from './organization.ts';
import { mayAdministerDesk } from './policy.ts';

/** The context of an act of a viewer. */
export interface ViewerActContext extends ActContext, ActingViewer {}

type OrganizationDecision = Decision<Organization, OrganizationEvent>;

/** Longest reason, in KiB. */
export const REASON_KIB_MAX = 4;
const RANKS = Object.values(ContactRank);
const COUNTRY = /^[A-Z]{2}$/;

/** Sets whether an organization takes part. Null when it has this status already. */
export function setOrganizationStatus(
  organization: Organization,
  status: OrganizationStatus,
  act: Act,
): OrganizationDecision | null {
  if (organization.status === status) return null;
  const record = { ...organization, status, updatedAt: act.at };
  return { record, events: [organizationEvent('organization.changed', { record, changedFields: ['status'] }, act)] };
}

/** Changes an organization's own data. Null when nothing differs. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function updateOrganization(
  organization: Organization,
  input: Pick<UpdateOrganizationInput, 'name' | 'address' | 'contacts'>,
  act: ViewerActContext,
): OrganizationDecision | null {
  requireOrganizationAction(organization, 'UPDATE', act);
  const { check } = act;
  // A name or contacts of null say nothing; an address of null says that there is none.
  const { name, address, contacts } = input;
  const of = ['name', 'address', 'contacts'];
  check.require('input', (name ?? contacts ?? null) !== null || address !== undefined, {
    code: 'NOTHING_CHANGES',
    args: { of },
    message: `must give at least one of ${of.join(', ')}.`,
  });
  const fields = {
    name: name == null ? organization.name : check.line('input.name', name, NAME_CHARACTERS_MAX),
    address: address === undefined ? organization.address : address && addressOf(address, check),
    contacts: contacts ? contactsOf(contacts, check) : organization.contacts,
  };
  check.done();
  const changedFields = (Object.keys(fields) as (keyof typeof fields)[]).filter(
    (field) => !isDeepStrictEqual(fields[field], organization[field]),
  );
  if (!changedFields.length) return null;
  const words = searchWords(`${organization.code} ${fields.name}`);
  const record = { ...organization, ...fields, words, updatedAt: act.at };
  return { record, events: [organizationEvent('organization.changed', { record, changedFields }, act)] };
}

/** Suspends an organization. Refuses FORBIDDEN, LAST_ADMIN for the SME, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function suspendOrganization(
  organization: Organization,
  { reason }: { reason: string },
  act: ViewerActContext,
): OrganizationDecision {
  if (organization.type === 'SME' && act.viewer && mayAdministerDesk(act.viewer))
    throw lastAdmin(organization._id, 'The SME must stay in service: it alone can end a suspension.');
  requireOrganizationAction(organization, 'SUSPEND', act);
  return moved(organization, { status: 'SUSPENDED', type: 'organization.suspended', reason }, act);
}

/** Ends a suspension. Refuses FORBIDDEN, ILLEGAL_TRANSITION, BAD_USER_INPUT. */
export function reinstateOrganization(
  organization: Organization,
  { reason }: { reason: string },
  act: ViewerActContext,
): OrganizationDecision {
  requireOrganizationAction(organization, 'REINSTATE', act);
  return moved(organization, { status: 'ACTIVE', type: 'organization.reinstated', reason }, act);
}

/** The refusal of what would leave an organization without an administrator. */
export function lastAdmin(organizationId: string, message: string): Refusal {
  return new Refusal('LAST_ADMIN', message, { organizationId });
}

function moved(
  organization: Organization,
  to: { status: OrganizationStatus; type: 'organization.suspended' | 'organization.reinstated'; reason: string },
  act: ViewerActContext,
): OrganizationDecision {
  const remark = act.check.body('input.reason', to.reason, REASON_KIB_MAX);
  act.check.done();
  const record = { ...organization, status: to.status, updatedAt: act.at };
  return {
    record,
    events: [organizationEvent(to.type, { record, changedFields: ['status'], personal: { remark } }, act)],
  };
}

function addressOf(input: PostalAddressInput, check: InputCheck): PostalAddress {
  const line = (field: keyof PostalAddress) => check.line(`input.address.${field}`, input[field], NAME_CHARACTERS_MAX);
  const address = {
    street: line('street'),
    city: line('city'),
    province: line('province'),
    postalCode: line('postalCode'),
    country: line('country'),
  };
  const { country } = address;
  const isWellFormed = COUNTRY.test(country);
  check.require('input.address.country', !country || isWellFormed, {
    code: 'MALFORMED',
    args: { type: 'CountryCode' },
    message: 'must be a country of ISO 3166-1 in two capitals, as CA.',
  });
  check.require('input.address.country', !isWellFormed || isCountry(country), {
    code: 'UNKNOWN_CODE',
    args: { value: country },
    message: `must be a country of ISO 3166-1, as CA: ${country} is none.`,
  });
  return address;
}

/** The contacts that an input gives, the main one first. */
function contactsOf(inputs: readonly OrganizationContactInput[], check: InputCheck): OrganizationContact[] {
  check.require('input.contacts', inputs.length <= RANKS.length, tooMany(RANKS.length));
  const contacts = inputs.slice(0, RANKS.length).map(({ rank, name, email, phone }, index) => {
    const isFirst = inputs.findIndex((each) => each.rank === rank) === index;
    check.require(`input.contacts.${index}.rank`, isFirst, {
      code: 'ALREADY_THERE',
      message: 'must be the only contact of its rank.',
    });
    return {
      rank,
      name: check.line(`input.contacts.${index}.name`, name, NAME_CHARACTERS_MAX),
      email,
      phone: phone ?? null,
    };
  });
  return contacts.sort((a, b) => RANKS.indexOf(a.rank) - RANKS.indexOf(b.rank));
}
