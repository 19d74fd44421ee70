import { actorOf } from '@desk/kit/api/actor';
import { badInput, notFound } from '@desk/kit/api/errors';
import { InputCheck } from '@desk/kit/api/input';
import { checkOrganizationReference } from '@desk/kit/api/reference';
import { actOn } from '@desk/kit/write/act-on';
import type { Written } from '@desk/kit/write/creation';
import type { Act } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { requestKey, type ChangeInput } from '@desk/kit/write/request';
import type { DirectoryContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import type { OrganizationStatus } from '../generated/api.ts';
import {
  reinstateOrganization,
  setOrganizationStatus,
  suspendOrganization,
  updateOrganization,
  type ViewerActContext,
} from './acts.ts';
import type { OrganizationEvent } from './event.ts';
import { createOrganization, organizationRequest, type OrganizationInput } from './opening.ts';
import type { Organization } from './organization.ts';
import type { OrganizationStore } from './store.ts';
import type { OrganizationAnswer } from './view.ts';

export const organizationApi = {
  updateOrganization: (_root, { input }, context) =>
    actOnOrganization(context, { operation: 'updateOrganization', input }, updateOrganization),
  suspendOrganization: (_root, { input }, context) =>
    actOnOrganization(context, { operation: 'suspendOrganization', input }, suspendOrganization),
  reinstateOrganization: (_root, { input }, context) =>
    actOnOrganization(context, { operation: 'reinstateOrganization', input }, reinstateOrganization),
} satisfies api.MutationResolvers;

/** Changes of organizations by the desk itself: for demo data, migrations and tests. */
export interface OrganizationMutations {
  /** Creates an organization. The same input again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  createOrganization(input: OrganizationInput, act: Act): Promise<Written<Organization>>;
  setOrganizationStatus(id: string, status: OrganizationStatus, act: Act): Promise<Written<Organization>>;
}

/** The changes over a store. */
export function organizationMutations({ organizations }: OrganizationStore): OrganizationMutations {
  return {
    async createOrganization(input, act) {
      const { record, events } = createOrganization(input, { ...act, check: new InputCheck() });
      return organizations.create(record, events, { key: requestKey(organizationRequest(record.code), input) });
    },
    setOrganizationStatus: (id, status, act) =>
      organizations.change(id, { reach: 'ALL' }, (current) => setOrganizationStatus(current, status, act)),
  };
}

/** The organization that an input names by id or code. Refuses BAD_USER_INPUT when there is none. */
export async function organizationNamed(
  store: Pick<OrganizationStore, 'findOrganization'>,
  path: string,
  idOrCode: string,
): Promise<Organization> {
  const found = await store.findOrganization('ALL', idOrCode);
  if (found) return found;
  const message = `must be the id or code of an organization: there is no ${idOrCode}.`;
  throw badInput([{ path, code: 'NO_SUCH_RECORD', message }]);
}

/** The organization that a viewer's input names by id or code. Refuses BAD_USER_INPUT for neither, and NOT_FOUND out of reach. */
export async function requireOrganization(
  { store, wholeReach }: DirectoryContext,
  path: string,
  idOrCode: string,
): Promise<Organization> {
  const check = new InputCheck();
  checkOrganizationReference(check, path, idOrCode);
  check.done();
  const found = await store.findOrganization(await wholeReach(), idOrCode);
  if (!found) throw notFound();
  return found;
}

/** The context of an act of the viewer, now, on a record of an organization. */
export function actOf({ viewer, time }: DirectoryContext, organizationId: string, check: InputCheck): ViewerActContext {
  return { at: time.now(), by: actorOf(viewer, organizationId), check, viewer };
}

/** Carries out an act of the viewer on an organization. Refuses NOT_FOUND, CONFLICT, and whatever the rule refuses. */
async function actOnOrganization<Input extends ChangeInput>(
  context: DirectoryContext,
  { operation, input }: { operation: string; input: Input },
  rule: (
    organization: Organization,
    input: Input,
    act: ViewerActContext,
  ) => Decision<Organization, OrganizationEvent> | null,
): Promise<OrganizationAnswer> {
  const { viewer, store } = context;
  const { record: organization, ...written } = await actOn({
    viewer,
    reach: 'ALL',
    records: store.organizations,
    operation,
    input,
    findRecord: () => requireOrganization(context, 'input.id', input.id),
    prepare:
      ({ _id }, check) =>
      (current) =>
        rule(current, input, actOf(context, _id, check)),
  });
  return { organization, ...written };
}
