import { badInput } from '@desk/kit/api/errors';
import { checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import type * as api from '../generated/api.ts';
import { organizationKey, type Organization as OrganizationRecord } from './organization.ts';

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
  };

/** Resolvers of organizations. */
export const organizationResolvers = { Query, Organization };

function notAnOrganization(path: string) {
  const message = 'must be an id that begins with org_…, or a code such as LDC-001.';
  return badInput([{ path, code: 'NOT_AN_ID', args: { prefixes: ['org'] }, message }]);
}
