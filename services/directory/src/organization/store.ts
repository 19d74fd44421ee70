import { listedBy } from '@desk/kit/api/list-filter';
import { recordLoader, type RecordLoader } from '@desk/kit/api/loader';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import type { Reach } from '@desk/kit/api/viewer';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import type { Aggregates } from '@desk/kit/write/aggregates';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import {
  AGGREGATE,
  PART_OPTIONS,
  RECORD_OPTIONS,
  instant,
  maybeText,
  oneOf,
  text,
} from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import { ContactRank, OrganizationStatus, OrganizationType, type OrganizationFilter } from '../generated/api.ts';
import { historyOf, type RecordHistory } from '../history/store.ts';
import { withWords } from '../name/name.ts';
import { organizationKey, type Organization, type OrganizationContact, type PostalAddress } from './organization.ts';

/** The questions that the directory asks its database about organizations, and the aggregates through which it writes them. */
export interface OrganizationStore {
  organizations: Aggregates<Organization>;
  /** One organization by id or code. Null when there is none within reach. */
  findOrganization(reach: Reach, idOrCode: string): Promise<Organization | null>;
  /** Organizations by id, in one query, within reach; in no order. */
  organizationsById(reach: Reach, ids: readonly string[]): Promise<Organization[]>;
  /** A page of organizations within reach, by code. */
  listOrganizations(reach: Reach, filter: OrganizationFilter, page: PageRequest): Promise<Page<Organization>>;
  countOrganizations(reach: Reach, filter: OrganizationFilter): Promise<number | null>;
  /** Those of the organizations that are suspended now. */
  suspendedAmong(ids: readonly string[]): Promise<ReadonlySet<string>>;
  organizationHistory(id: string): Promise<RecordHistory>;
}

const COLLECTION = 'organizations';

/** Opens the organizations: model, indexes, aggregates. */
export async function openOrganizations(foundation: Foundation): Promise<OrganizationStore> {
  const { connection, journal } = foundation;
  const Organizations = connection.model<Organization>('Organization', organizationSchema, COLLECTION);
  return {
    organizations: await journal.aggregates<Organization>(Organizations, 'org'),
    async findOrganization(reach, idOrCode) {
      const key = organizationKey(idOrCode);
      if (!key) return null;
      return Organizations.findOne({ $and: [organizationsWithin(reach), key] }, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Organization | null>();
    },
    organizationsById: (reach, ids) =>
      Organizations.find({ $and: [organizationsWithin(reach), { _id: { $in: [...ids] } }] }, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<Organization[]>(),
    listOrganizations: (reach, filter, page) =>
      findPage(
        Organizations,
        { filter: organizationFilter(reach, filter), sort: BY_CODE, projection: RECORD_ONLY },
        page,
      ),
    countOrganizations: (reach, filter) => countUpTo(Organizations, organizationFilter(reach, filter)),
    async suspendedAmong(ids) {
      if (!ids.length) return new Set();
      const found = await Organizations.find({ _id: { $in: [...ids] }, status: 'SUSPENDED' }, { _id: 1 })
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<{ _id: string }[]>();
      return new Set(found.map(({ _id }) => _id));
    },
    organizationHistory: historyOf(foundation, COLLECTION),
  };
}

/**
 * Loads organizations of one request by id. Nearly all of them lie within the viewer's reach; the store looks on the other side of
 * authorizations only where some are missing.
 */
export function organizationLoader(
  store: Pick<OrganizationStore, 'organizationsById'>,
  reach: Reach,
  wholeReach: () => Promise<Reach>,
): RecordLoader<Organization> {
  return recordLoader(async (ids) => {
    const near = await store.organizationsById(reach, ids);
    const missing = ids.filter((id) => !near.some(({ _id }) => _id === id));
    const whole = missing.length ? await wholeReach() : reach;
    return whole === reach ? near : [...near, ...(await store.organizationsById(whole, missing))];
  });
}

const BY_CODE: SortField[] = [{ field: 'code', direction: 1 }];

/** Everybody sees the SME. */
function organizationsWithin(reach: Reach): QueryFilter<Organization> {
  return reach === 'ALL' ? {} : { $or: [{ _id: { $in: [...reach] } }, { type: 'SME' }] };
}

function organizationFilter(reach: Reach, filter: OrganizationFilter): QueryFilter<Organization> {
  return {
    ...organizationsWithin(reach),
    ...listedBy(filter),
    ...(filter.type ? { type: { $in: [...filter.type] } } : {}),
    ...withWords(filter.text),
  };
}

const address = new Schema<PostalAddress>(
  {
    street: text,
    city: text,
    province: text,
    postalCode: text,
    country: text,
  } satisfies Paths<PostalAddress>,
  PART_OPTIONS,
);

const contact = new Schema<OrganizationContact>(
  { rank: oneOf(ContactRank), name: text, email: text, phone: maybeText } satisfies Paths<OrganizationContact>,
  PART_OPTIONS,
);

const organizationSchema = new Schema<Organization>(
  {
    ...AGGREGATE,
    code: text,
    name: text,
    type: oneOf(OrganizationType),
    status: oneOf(OrganizationStatus),
    address: { type: address, default: null },
    contacts: [contact],
    words: [text],
    createdAt: instant,
    updatedAt: instant,
  } satisfies Paths<Organization>,
  RECORD_OPTIONS,
);
organizationSchema.index({ code: 1 }, { unique: true });
organizationSchema.index({ words: 1 });
organizationSchema.index({ updatedAt: 1 });
