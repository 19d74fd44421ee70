import { InputCheck } from '@desk/kit/input';
import type { Decision } from '@desk/kit/decision';
import type { Aggregate } from '@desk/kit/stored-record';
import type { Connection } from '@desk/kit/page';
import type { Act } from './act.ts';
import type { OrganizationEventData } from './events.ts';
import type { OrganizationStatus, OrganizationType } from './generated/api.ts';
import { searchWords } from './search-words.ts';

/** An organization as it is stored. Its own id is also its `organizationId`. */
export interface Organization extends Aggregate {
  /** Short public code, `LDC-001`. Never changes: the id is derived from it, which keeps codes unique. */
  code: string;
  name: string;
  /** Never changes: memberships hold a copy. */
  type: OrganizationType;
  status: OrganizationStatus;
  /** What lists find it by: the words of code and name. */
  words: string[];
}

/** A page of organizations, as the API shows it. */
export type OrganizationPage = Connection<Organization>;

/** What an organization starts with. */
export interface OrganizationInput {
  code: string;
  name: string;
  type: OrganizationType;
  status: OrganizationStatus;
}

const CODE = /^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$/;
const CODE_CHARACTERS_MAX = 20;
const NAME_CHARACTERS_MAX = 120;

/** A new organization. Refuses BAD_USER_INPUT. */
export function foundOrganization(id: string, input: OrganizationInput, act: Act): Decision<Organization> {
  const check = new InputCheck();
  const code = check.line('input.code', input.code, CODE_CHARACTERS_MAX);
  check.require('input.code', CODE.test(code), 'must be capital letters and digits, in parts joined by "-".');
  const name = check.line('input.name', input.name, NAME_CHARACTERS_MAX);
  check.done();
  const record: Organization = {
    _id: id,
    organizationId: id,
    version: 0,
    number: null,
    nextFireAt: null,
    code,
    name,
    type: input.type,
    status: input.status,
    words: searchWords(`${code} ${name}`),
  };
  return { record, events: [event('created', record, ['code', 'name', 'type', 'status'], act)] };
}

/** Sets whether an organization takes part. Null when it already stands so. */
export function setOrganizationStatus(
  organization: Organization,
  status: OrganizationStatus,
  act: Act,
): Decision<Organization> | null {
  if (organization.status === status) return null;
  const record = { ...organization, status };
  return { record, events: [event('changed', record, ['status'], act)] };
}

function event(
  verb: 'created' | 'changed',
  { _id, code, type, status }: Organization,
  changedFields: string[],
  act: Act,
) {
  return {
    type: `organization.${verb}`,
    at: act.at,
    actor: act.actor,
    data: { recordId: _id, changedFields, code, type, status } satisfies OrganizationEventData,
  };
}
