import { OPERATION_MS_MAX } from '@desk/kit/process/mongo';
import type { Foundation } from '@desk/kit/service/service';
import type { Aggregates } from '@desk/kit/write/aggregates';
import { RECORD_ONLY, type Paths } from '@desk/kit/write/record';
import { AGGREGATE, RECORD_OPTIONS, instant, maybeInstant, someOf, text } from '@desk/kit/write/record-schema';
import { Schema, type QueryFilter } from 'mongoose';
import { AuthorizationScope } from '../generated/api.ts';
import type { AgentAuthorization } from './authorization.ts';

/** The questions that the directory asks its database about authorizations, and the aggregates through which it writes them. */
export interface AuthorizationStore {
  authorizations: Aggregates<AgentAuthorization>;
  /** Authorizations of agents that are neither revoked nor ended at an instant, at most AUTHORIZATIONS_MAX, by distributor. */
  authorizationsOf(agentIds: readonly string[], at: Date): Promise<AgentAuthorization[]>;
  /** The organizations on both sides of such authorizations, whichever side the given ones are on; at most AUTHORIZATIONS_MAX authorizations. */
  counterpartiesOf(organizationIds: readonly string[], at: Date): Promise<string[]>;
}

/** All distributors of the province could authorize one agent, and this bound would still hold. */
const AUTHORIZATIONS_MAX = 500;

/** Opens the authorizations: model, indexes, aggregates. */
export async function openAuthorizations({ connection, journal }: Foundation): Promise<AuthorizationStore> {
  const Authorizations = connection.model<AgentAuthorization>(
    'AgentAuthorization',
    authorizationSchema,
    'authorizations',
  );
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
  };
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
