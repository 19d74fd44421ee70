import { InputCheck, checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import { checkReference } from '@desk/kit/api/reference';
import type { Owed } from '@desk/kit/api/subgraph';
import { historyConnection } from '@desk/kit/log/history';
import type { ContinuityContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { allowedActions } from './actions.ts';
import { LINE_MS, recomputed } from './classification.ts';
import { EVENT_NAMES, eventNumber, type ContinuityEvent as EventRecord } from './continuity-event.ts';
import { mayManageContinuity } from './policy.ts';
import { whyAnotherMoves } from './second-person.ts';
import { STAGE_MOVES, exitCriteria } from './stages.ts';
import { readTimelineEvent } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'cev' } };

export const eventQueries = {
  continuityEvent(_root, { id }, { store, reach }) {
    const check = new InputCheck();
    checkReference(EVENT_NAMES, id, { check, path: 'id' });
    check.done();
    return store.events.find(reach, id);
  },
  async continuityEvents(_root, args, { store, reach }) {
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const found = await store.events.list(reach, { filter, order: args.orderBy ?? null }, page);
    return connection(found, () => store.events.count(reach, filter));
  },
} satisfies Partial<api.QueryResolvers>;

const ContinuityEvent: api.ContinuityEventResolvers &
  Owed<api.ContinuityEvent, EventRecord, api.ContinuityEventResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.events.load(id),
  id: ({ _id }) => _id,
  number: eventNumber,
  stage: ({ state }) => state,
  impactLevel: ({ assessment, computedImpactLevel }) => assessment?.overrideLevel ?? computedImpactLevel,
  assessment: ({ assessment }) => assessment,
  activation: ({ activation }) => activation,
  commander: ({ commander }) => commander,
  services: ({ serviceIds }) => serviceIds.map((id) => ({ __typename: 'Service', id })),
  affectedOrganizations: ({ affectedOrganizationIds }, _args, { reach }) =>
    affectedOrganizationIds
      ?.filter((id) => reach === 'ALL' || reach.includes(id))
      .map((id) => ({ __typename: 'Organization' as const, id })) ?? null,
  expectedOutage: ({ expectedOutageMs }) => expectedOutageMs,
  expectedRestorationAt: ({ outageStartedAt, expectedOutageMs }) => after(outageStartedAt, expectedOutageMs),
  interruptionAt: ({ outageStartedAt }) => after(outageStartedAt, LINE_MS),
  organization: ({ organizationId }) => ({ __typename: 'Organization', id: organizationId }),
  exitCriteria,
  allowedActions: (event, _args, { viewer, time }) => allowedActions(viewer, event, time.now()),
  allowedStages: (event, _args, { viewer, time }) => {
    if (viewer.id === null || !mayManageContinuity(viewer)) return [];
    const at = time.now();
    const current = recomputed(event, at);
    return STAGE_MOVES[event.state].filter((to) => whyAnotherMoves(viewer, { event: current, to, at }) === null);
  },
  async reports({ _id }, args, { store }) {
    return connection(await store.reports.list(_id, pageRequest(args)), () => store.reports.count(_id));
  },
  async timeline({ _id }, args, { store, reach }) {
    return historyConnection(await store.timeline(_id, reach), pageRequest(args), {
      read: readTimelineEvent,
      hidden: async () => new Set(),
    });
  },
};

export const eventTypes = {
  ContinuityEvent,
  ContinuityTimelineEntry: { occurredAt: ({ occurredAt, at }) => occurredAt ?? at },
  Me: {
    /** Only the viewer itself: the API does not say what another principal may do. */
    __resolveReference: ({ id }: { id: string }, { viewer }: ContinuityContext) => (id === viewer.id ? { id } : null),
    mayDeclareContinuityEvent: (_me, _args, { viewer }) => mayManageContinuity(viewer),
  },
} satisfies api.Resolvers;

function after(instant: Date | null, ms: number | null): Date | null {
  return instant && ms !== null ? new Date(instant.getTime() + ms) : null;
}
