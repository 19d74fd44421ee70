import { badInput, notFound } from '@desk/kit/api/errors';
import { InputCheck } from '@desk/kit/api/input';
import { checkOrganizationReference } from '@desk/kit/api/reference';
import { actOn } from '@desk/kit/write/act-on';
import type { Written } from '@desk/kit/write/creation';
import type { Act } from '@desk/kit/write/describe-change';
import { instantIn, newRecordId, requestKey, writeKey } from '@desk/kit/write/request';
import type { DirectoryContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import type { ViewerActContext } from '../organization/acts.ts';
import { requireOrganizationAction } from '../organization/actions.ts';
import { actOf, organizationNamed, requireOrganization } from '../organization/mutations.ts';
import type { Organization } from '../organization/organization.ts';
import type { OrganizationStore } from '../organization/store.ts';
import { endAuthorization, revokeAuthorization } from './acts.ts';
import type { AgentAuthorization } from './authorization.ts';
import {
  authorizationId,
  authorizationRequest,
  authorizeAgent,
  grantAuthorization,
  type AuthorizationInput,
} from './opening.ts';
import type { AuthorizationStore } from './store.ts';

export const authorizationApi = {
  async authorizeAgent(_root, { input }, context) {
    const { viewer, newId, store, guard } = context;
    const operation = 'authorizeAgent';
    const key = writeKey(viewer, operation, input);
    const organization = await requireOrganization(context, 'input.organizationId', input.organizationId);
    const act = actOf(context, organization._id, new InputCheck());
    // Before the agent is looked up: who may not authorize learns of no agent.
    requireOrganizationAction(organization, 'AUTHORIZE_AGENT', act);
    const agent = await agentNamed(context, input.agentId);
    const id = newRecordId({ viewer, newId }, 'aut', { operation, input });
    // A repeated request meets its own record, which holds the instant of the first one.
    const isRepeat = key !== null && (await store.authorizations.exists(id));
    const period = periodOf(isRepeat ? { ...input, validFrom: null } : input, act);
    const asked = { id, agent, organization, scopes: input.scopes, ...period };
    const { record, events } = authorizeAgent(asked, act);
    const what = `${organization._id} ${agent._id}`;
    const isTaken = async () => {
      if (!(await guard.reserve(what, id, act.at))) return true;
      const overlaps = await store.overlapsAuthorization(record);
      if (overlaps) await guard.release(what, id);
      return overlaps;
    };
    if (!isRepeat && (await isTaken())) throw overlaps();
    const { record: agentAuthorization, ...written } = await store.authorizations.create(record, events, { key });
    return { agentAuthorization, ...written };
  },

  async endAgentAuthorization(_root, { input }, context) {
    const { viewer, store, authorizations } = context;
    const { record: agentAuthorization, ...written } = await actOn<AgentAuthorization>({
      viewer,
      reach: 'ALL',
      records: store.authorizations,
      operation: 'endAgentAuthorization',
      input,
      async findRecord() {
        const check = new InputCheck();
        check.id('input.id', input.id, 'aut');
        check.done();
        const found = await authorizations.load(input.id);
        if (!found) throw notFound();
        return found;
      },
      prepare:
        ({ organizationId }, check) =>
        (current) =>
          endAuthorization(current, input, actOf(context, organizationId, check)),
    });
    return { agentAuthorization, ...written };
  },
} satisfies api.MutationResolvers;

/** An authorization's input with both companies by id or code. */
export type NamedAuthorization = Omit<AuthorizationInput, 'id' | 'agent' | 'organization'> & {
  agent: string;
  organization: string;
};

/** Changes of authorizations by the desk itself: for demo data and tests. */
export interface AuthorizationMutations {
  /** Grants an authorization under a key. The same key again: the one that is there. Refuses BAD_USER_INPUT, IDEMPOTENCY_KEY_REUSED. */
  grantAuthorization(key: string, input: NamedAuthorization, act: Act): Promise<Written<AgentAuthorization>>;
  revokeAuthorization(id: string, act: Act): Promise<Written<AgentAuthorization>>;
}

/** The changes over a store. */
export function authorizationMutations(store: OrganizationStore & AuthorizationStore): AuthorizationMutations {
  return {
    async grantAuthorization(key, input, act) {
      const agent = await organizationNamed(store, 'input.agentId', input.agent);
      const organization = await organizationNamed(store, 'input.organizationId', input.organization);
      const { record, events } = grantAuthorization(
        { ...input, id: authorizationId(key), agent, organization },
        { ...act, check: new InputCheck() },
      );
      return store.authorizations.create(record, events, { key: requestKey(authorizationRequest(key), input) });
    },
    revokeAuthorization: (id, act) =>
      store.authorizations.change(id, { reach: 'ALL' }, (current) => revokeAuthorization(current, act)),
  };
}

/**
 * The agent or partner company that an input names. An administrator names it by its code before there is any tie to it, so agents and
 * partners are found by everybody who may authorize; another organization out of reach is as one that does not exist.
 */
async function agentNamed({ store, wholeReach }: DirectoryContext, idOrCode: string): Promise<Organization> {
  const path = 'input.agentId';
  const check = new InputCheck();
  checkOrganizationReference(check, path, idOrCode);
  check.done();
  const found = await store.findOrganization('ALL', idOrCode);
  const isOpen = found?.type === 'AGENT' || found?.type === 'PARTNER';
  const seen = isOpen ? found : await store.findOrganization(await wholeReach(), idOrCode);
  if (seen) return seen;
  throw badInput([{ path, code: 'NO_SUCH_RECORD', message: 'must be the id or code of an agent or a partner.' }]);
}

/** The period that an input names; from now on where it says no beginning. Refuses BAD_USER_INPUT for times that name no instant. */
function periodOf(
  { validFrom, validTo }: Pick<api.AuthorizeAgentInput, 'validFrom' | 'validTo'>,
  { at, check }: ViewerActContext,
): Pick<AuthorizationInput, 'validFrom' | 'validTo'> {
  const from = instantIn(validFrom, 'input.validFrom', check);
  const to = instantIn(validTo, 'input.validTo', check);
  check.done();
  return { validFrom: from ?? at, validTo: to ?? at };
}

function overlaps() {
  const message =
    'must not have an authorization by this distributor already at some time of the period. End that one first.';
  return badInput([{ path: 'input.agentId', code: 'ALREADY_THERE', message }]);
}
