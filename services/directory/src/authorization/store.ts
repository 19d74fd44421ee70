import { listedBy } from '@desk/kit/api/list-filter';
import { countUpTo, findPage, type Page, type PageRequest, type SortField } from '@desk/kit/api/page';
import type { Reach } from '@desk/kit/api/viewer';
import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import type { Aggregates } from '@desk/kit/write/aggregates';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { AGGREGATE, RECORD_OPTIONS, instant, maybeInstant, someOf, text } from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import { AuthorizationScope, type AgentAuthorizationFilter } from '../generated/api.ts';
import { historyOf, type RecordHistory } from '../history/store.ts';
import type { AgentAuthorization } from './authorization.ts';

/** The questions that the directory asks its database about authorizations, and the aggregates through which it writes them. */
export interface AuthorizationStore {
  authorizations: Aggregates<AgentAuthorization>;
  /** Authorizations of agents that are neither revoked nor ended at an instant, at most AUTHORIZATIONS_MAX, by distributor. */
  authorizationsOf(agentIds: readonly string[], at: Date): Promise<AgentAuthorization[]>;
  /** The organizations on both sides of such authorizations, whichever side the given ones are on; at most AUTHORIZATIONS_MAX authorizations. */
  counterpartiesOf(organizationIds: readonly string[], at: Date): Promise<string[]>;
  /** Authorizations by id, in one query, of which one side is among `sides`; in no order. */
  authorizationsById(sides: Reach, ids: readonly string[]): Promise<AgentAuthorization[]>;
  /** A page of authorizations of which one side is among `sides`, the newest first. */
  listAuthorizations(sides: Reach, asked: AskedAuthorizations, page: PageRequest): Promise<Page<AgentAuthorization>>;
  countAuthorizations(sides: Reach, asked: AskedAuthorizations): Promise<number | null>;
  /** True when an agent's authorization by a distributor, other than the given one, holds at some time of a period. */
  overlapsAuthorization(given: AgentAuthorization): Promise<boolean>;
  authorizationHistory(id: string): Promise<RecordHistory>;
}

/** A client's filter, and the instant at which it is asked. */
export interface AskedAuthorizations {
  filter: AgentAuthorizationFilter;
  at: Date;
}

const COLLECTION = 'authorizations';
const NEWEST_FIRST: SortField[] = [
  { field: 'createdAt', direction: -1 },
  { field: '_id', direction: -1 },
];

/** All distributors of the province could authorize one agent, and this bound would still hold. */
const AUTHORIZATIONS_MAX = 500;

/** Opens the authorizations: model, indexes, aggregates. */
export async function openAuthorizations(foundation: Foundation): Promise<AuthorizationStore> {
  const { connection, journal } = foundation;
  const Authorizations = connection.model<AgentAuthorization>('AgentAuthorization', authorizationSchema, COLLECTION);
  const current = (sides: QueryFilter<AgentAuthorization>, at: Date) =>
    Authorizations.find({ ...sides, revokedAt: null, validTo: { $gt: at } }, RECORD_ONLY)
      .sort({ organizationId: 1, validFrom: 1, _id: 1 })
      .limit(AUTHORIZATIONS_MAX)
      .maxTimeMS(OPERATION_MS_MAX)
      .lean<AgentAuthorization[]>();
  return {
    authorizations: await journal.aggregates<AgentAuthorization>(Authorizations, 'aut'),
    authorizationsOf: (agentIds, at) => current({ agentId: { $in: [...agentIds] } }, at),
    async counterpartiesOf(organizationIds, at) {
      const ids = [...organizationIds];
      const found = await current({ $or: [{ agentId: { $in: ids } }, { organizationId: { $in: ids } }] }, at);
      return [...new Set(found.flatMap(({ agentId, organizationId }) => [agentId, organizationId]))];
    },
    authorizationsById: (sides, ids) =>
      Authorizations.find({ $and: [betweenSides(sides), { _id: { $in: [...ids] } }] }, RECORD_ONLY)
        .maxTimeMS(OPERATION_MS_MAX)
        .lean<AgentAuthorization[]>(),
    listAuthorizations: (sides, asked, page) =>
      findPage(
        Authorizations,
        { filter: authorizationFilter(sides, asked), sort: NEWEST_FIRST, projection: RECORD_ONLY },
        page,
      ),
    countAuthorizations: (sides, asked) => countUpTo(Authorizations, authorizationFilter(sides, asked)),
    async overlapsAuthorization({ _id, organizationId, agentId, validFrom, validTo }) {
      const overlapping = { validFrom: { $lt: validTo }, validTo: { $gt: validFrom } };
      const filter = { organizationId, agentId, revokedAt: null, ...overlapping, _id: { $ne: _id } };
      return (await Authorizations.exists(filter).maxTimeMS(OPERATION_MS_MAX)) !== null;
    },
    authorizationHistory: historyOf(foundation, COLLECTION),
  };
}

function betweenSides(sides: Reach): QueryFilter<AgentAuthorization> {
  if (sides === 'ALL') return {};
  return { $or: [{ organizationId: { $in: [...sides] } }, { agentId: { $in: [...sides] } }] };
}

/** The database's filter for a client's. Each field is taken by name; no object of a client becomes a filter. */
function authorizationFilter(sides: Reach, { filter, at }: AskedAuthorizations): QueryFilter<AgentAuthorization> {
  const conditions: QueryFilter<AgentAuthorization>[] = [betweenSides(sides), listedBy(filter)];
  if (filter.organizationId) conditions.push({ organizationId: { $in: [...filter.organizationId] } });
  if (filter.agentId) conditions.push({ agentId: { $in: [...filter.agentId] } });
  if (filter.current === true) conditions.push({ revokedAt: null, validTo: { $gt: at } });
  if (filter.current === false) conditions.push({ $or: [{ revokedAt: { $ne: null } }, { validTo: { $lte: at } }] });
  return { $and: conditions };
}

const authorizationSchema = new Schema<AgentAuthorization>(
  {
    ...AGGREGATE,
    agentId: text,
    scopes: someOf(AuthorizationScope),
    validFrom: instant,
    validTo: instant,
    revokedAt: maybeInstant,
    createdAt: instant,
    updatedAt: instant,
  } satisfies Paths<AgentAuthorization>,
  RECORD_OPTIONS,
);
authorizationSchema.index({ agentId: 1, validTo: 1 });
authorizationSchema.index({ organizationId: 1, validTo: 1 });
authorizationSchema.index({ createdAt: -1, _id: -1 });
