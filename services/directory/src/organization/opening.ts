import { derivedId } from '@desk/kit/process/ids';
import type { ActContext } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import type { OrganizationStatus, OrganizationType } from '../generated/api.ts';
import { NAME_CHARACTERS_MAX, searchWords } from '../name/name.ts';
import { organizationEvent, type OrganizationEvent } from './event.ts';
import { CODE_CHARACTERS_MAX, isOrganizationCode, type Organization } from './organization.ts';

/** What an organization starts with. */
export interface OrganizationInput {
  code: string;
  name: string;
  type: OrganizationType;
  status: OrganizationStatus;
}

/** The request that creates an organization of a code. Its id follows from it: the same code again meets the first organization. */
export function organizationRequest(code: string) {
  return { principal: 'directory', operation: 'createOrganization', key: code };
}

/** The id of the organization of a code. */
export function organizationId(code: string): string {
  return derivedId('org', organizationRequest(code));
}

/** A new organization. Refuses BAD_USER_INPUT. */
export function createOrganization(
  input: OrganizationInput,
  act: ActContext,
): Decision<Organization, OrganizationEvent> {
  const { at, check } = act;
  const code = check.line('input.code', input.code, CODE_CHARACTERS_MAX);
  check.require('input.code', isOrganizationCode(code), {
    code: 'MALFORMED',
    args: { type: 'OrganizationCode' },
    message: 'must be capital letters and digits, in parts joined by "-".',
  });
  const name = check.line('input.name', input.name, NAME_CHARACTERS_MAX);
  check.done();
  const id = organizationId(code);
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
    address: null,
    contacts: [],
    words: searchWords(`${code} ${name}`),
    createdAt: at,
    updatedAt: at,
  };
  const changedFields = ['code', 'name', 'type', 'status'] as const;
  return { record, events: [organizationEvent('organization.created', { record, changedFields }, act)] };
}
