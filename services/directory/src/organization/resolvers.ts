import { badInput } from '@desk/kit/api/errors';
import { checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import { historyConnection } from '@desk/kit/log/history';
import type * as api from '../generated/api.ts';
import { allowedOrganizationActions } from './actions.ts';
import { organizationApi } from './mutations.ts';
import { organizationKey, type Organization as OrganizationRecord } from './organization.ts';
import { maySeeContacts, maySeeOrganizationHistory } from './policy.ts';
import { ORGANIZATION_HISTORY } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'org' } };

const Query = {
  async organization(_root, { id }, { store, wholeReach }) {
    if (!organizationKey(id)) throw notAnOrganization('id');
    return store.findOrganization(await wholeReach(), id);
  },
  async organizations(_root, args, { store, wholeReach }) {
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const reach = await wholeReach();
    const found = await store.listOrganizations(reach, filter, page);
    return connection(found, () => store.countOrganizations(reach, filter));
  },
} satisfies api.QueryResolvers;

const Organization: api.OrganizationResolvers & Owed<api.Organization, OrganizationRecord, api.OrganizationResolvers> =
  {
    __resolveReference: ({ id }, { organizations }) => organizations.load(id),
    id: ({ _id }) => _id,
    contacts: (organization, _args, { viewer }) =>
      maySeeContacts(viewer, organization) ? organization.contacts : null,
    allowedActions: (organization, _args, { viewer, time }) =>
      allowedOrganizationActions(viewer, organization, time.now()),
    async history(organization, args, { viewer, store }) {
      const page = pageRequest(args);
      if (!maySeeOrganizationHistory(viewer, organization)) return null;
      return historyConnection(await store.organizationHistory(organization._id), page, ORGANIZATION_HISTORY);
    },
  };

/** Resolvers of organizations. */
export const organizationResolvers = { Query, Mutation: organizationApi, Organization };

function notAnOrganization(path: string) {
  const message = 'must be an id that begins with org_…, or a code such as LDC-001.';
  return badInput([{ path, code: 'NOT_AN_ID', args: { prefixes: ['org'] }, message }]);
}
