import type { Mirror, Mirrored, MirrorPlan } from '@desk/kit/log/mirror';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import {
  holds,
  readKnownDirectory,
  type KnownAuthorization,
  type KnownDirectory,
  type KnownPerson,
  type Standing,
} from './person.ts';

/** The directory as notifications know it, by its events. */
export interface PersonStore {
  mirror: Mirror<KnownDirectory>;
  /** People by id; those that are not known are left out. */
  byIds(ids: readonly string[]): Promise<Map<string, KnownPerson>>;
  /** A page of the people of some organizations, by id; where roles are given, of those who have one of them. */
  ofOrganizations(
    organizations: { ids: readonly string[]; roles?: readonly string[] | undefined },
    page: { after: string; limit: number },
  ): Promise<string[]>;
  /** The ids of every distributor that takes part. */
  distributors(): Promise<string[]>;
  /** What decides of everybody's rights besides each person's own record, for an event of an organization. */
  standing(event: { organizationId: string; scope: string | null; at: Date }): Promise<Standing>;
}

/** The most organizations, and agents of one organization, that are read at once. */
const ORGANIZATIONS_MAX = 1_000;

const PLAN: MirrorPlan<KnownDirectory> = {
  service: 'directory',
  records: {
    organization: { collection: 'known_organizations' },
    person: { collection: 'known_people' },
    authorization: { collection: 'known_authorizations', key: 'organizationId' },
    service: { collection: 'known_services', key: 'code' },
  },
  read: readKnownDirectory,
};

/** Opens the mirror of the directory, and the questions of notifications about it. */
export async function openPersonStore(foundation: Pick<Foundation, 'journal' | 'openMirror'>): Promise<PersonStore> {
  const { db } = foundation.journal;
  const people = db.collection<Mirrored<KnownPerson>>(PLAN.records.person.collection);
  const organizations = db.collection<Mirrored<KnownDirectory['organization']>>(PLAN.records.organization.collection);
  const authorizations = db.collection<Mirrored<KnownAuthorization>>(PLAN.records.authorization.collection);
  await people.createIndex({ organizationIds: 1, _id: 1 });
  const organizationIds = async (filter: object) => {
    const found = await organizations
      .find(filter, { projection: { _id: 1 }, limit: ORGANIZATIONS_MAX, maxTimeMS: OPERATION_MS_MAX })
      .toArray();
    return found.map(({ _id }) => _id);
  };
  return {
    mirror: await foundation.openMirror(PLAN),
    async byIds(ids) {
      const found = await people.find({ _id: { $in: [...ids] } }, { maxTimeMS: OPERATION_MS_MAX }).toArray();
      return new Map(found.map((person) => [person._id, person]));
    },
    async ofOrganizations({ ids, roles }, { after, limit }) {
      const filter = {
        organizationIds: { $in: [...ids] },
        _id: { $gt: after },
        // A role that the directory does not have finds nobody.
        ...(roles && { roles: { $in: [...roles] as KnownPerson['roles'] } }),
      };
      const options = { projection: { _id: 1 }, sort: { _id: 1 }, limit, maxTimeMS: OPERATION_MS_MAX } as const;
      return (await people.find(filter, options).toArray()).map(({ _id }) => _id);
    },
    distributors: () => organizationIds({ type: 'LDC', status: 'ACTIVE' }),
    async standing({ organizationId, scope, at }) {
      const [granted, barred] = await Promise.all([
        authorizations.find({ organizationId }, { limit: ORGANIZATIONS_MAX, maxTimeMS: OPERATION_MS_MAX }).toArray(),
        organizationIds({ status: { $in: ['SUSPENDED', 'MERGED'] } }),
      ]);
      const agents = granted.filter((each) => scope !== null && holds(each, scope, at)).map(({ agentId }) => agentId);
      return { barred: new Set(barred), agents: { ids: new Set(agents), organizationId } };
    },
  };
}
