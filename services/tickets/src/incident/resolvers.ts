import { InputCheck, checkFilter, isId } from '@desk/kit/api/input';
import type { RecordLoader } from '@desk/kit/api/loader';
import { parseNumber } from '@desk/kit/api/numbers';
import { connection, pageRequest, slicePage } from '@desk/kit/api/page';
import { checkReference } from '@desk/kit/api/reference';
import type { Owed } from '@desk/kit/api/subgraph';
import type { Reach } from '@desk/kit/api/viewer';
import type { InternalNote } from '@desk/kit/conversation/message';
import { messageResolvers } from '@desk/kit/conversation/resolvers';
import { historyConnection } from '@desk/kit/log/history';
import { checkCodes, entryOf } from '../catalogue/catalogue.ts';
import type { TicketsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { explainedClock } from '../sla/clock-explanation.ts';
import { clockView } from '../sla/clock-view.ts';
import { allowedActions } from './actions.ts';
import { clocksToRebase } from './clocks.ts';
import { INCIDENT_NAMES, incidentNumber, type Incident, type IncidentLink } from './incident.ts';
import { mayCreateIncidents, mayNoteIncident } from './policy.ts';
import { readHistoryEvent } from './view.ts';

const TALLY_ID = 'incidents';
const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'inc', organizationId: 'org', assigneeId: 'per' } };

export const incidentQueries = {
  incident(_root, { id }, { store, reach }) {
    const check = new InputCheck();
    checkReference(INCIDENT_NAMES, id, { check, path: 'id' });
    check.done();
    return store.incidents.find(reach, id);
  },
  async incidents(_root, args, { store, reach }) {
    const page = pageRequest(args);
    const filter = checkedFilter(args.filter ?? {});
    const found = await store.incidents.list(reach, { filter, order: args.orderBy ?? null }, page);
    return connection(found, () => store.incidents.count(reach, filter));
  },
  incidentQueueCounts: (_root, _args, context) => queueCounts(context),
} satisfies Partial<api.QueryResolvers>;

function checkedFilter(filter: api.IncidentFilter): api.IncidentFilter {
  const checked = checkFilter(filter, FILTER_LIMITS);
  const check = new InputCheck();
  checkCodes(checked.serviceId, { check, path: 'filter.serviceId' });
  checkCodes(checked.assignmentGroupId, { check, path: 'filter.assignmentGroupId' });
  check.done();
  return checked;
}

async function queueCounts({ store, reach, time }: TicketsContext) {
  return { id: TALLY_ID, asOf: time.now(), ...(await store.incidents.tally(reach)) };
}

const Incident: api.IncidentResolvers & Owed<api.Incident, Incident, api.IncidentResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.incidents.load(id),
  id: ({ _id }) => _id,
  number: incidentNumber,
  organization: ({ organizationId }) => ({ __typename: 'Organization', id: organizationId }),
  requester: ({ requester }) => requester,
  links: ({ links }) => links,
  service: ({ serviceId }) => ({ id: serviceId }),
  category: ({ categoryId }, _args, { catalogue }) =>
    categoryId === null ? null : entryOf(catalogue.categories, categoryId),
  assignmentGroup: ({ assignmentGroupId }, _args, { catalogue }) =>
    assignmentGroupId === null ? null : entryOf(catalogue.assignmentGroups, assignmentGroupId),
  assignee: ({ assigneeId }) => (assigneeId === null ? null : { __typename: 'Person', id: assigneeId }),
  closesAt: ({ state, closesAt }) => (state === 'RESOLVED' ? closesAt : null),
  clocks: ({ clocks }, _args, { sla, time }) => clocks.map((each) => clockView(each, sla, time.now())),
  rebasedClocks(incident, _args, { sla, time, viewer }) {
    const now = time.now();
    if (!viewer.staff) return null;
    return clocksToRebase(incident, { at: now, sla }).map((each) => clockView(each, sla, now));
  },
  explainClock: ({ clocks }, asked, { sla, time }) =>
    explainedClock(
      clocks.findLast(({ kind }) => kind === asked.kind),
      asked,
      { sla, now: time.now() },
    ),
  allowedActions: (incident, _args, { viewer, time }) => allowedActions(viewer, incident, time.now()),
  async comments({ _id }, args, { store }) {
    const { comments } = store.incidents;
    return connection(await comments.list(_id, pageRequest(args)), () => comments.count(_id));
  },
  async internalNotes({ _id }, args, { store, viewer }) {
    const { notes } = store.incidents;
    const page = pageRequest(args);
    if (!mayNoteIncident(viewer)) return connection(slicePage([], page), async () => 0);
    return connection(await notes.list(_id, page), () => notes.count(_id));
  },
  async history({ _id }, args, { store, viewer, reach }) {
    const page = pageRequest(args);
    return historyConnection(await store.incidents.history(_id, viewer.staff), page, {
      read: readHistoryEvent,
      /** The numbers of records that the viewer may not see. */
      async hidden(values) {
        if (reach === 'ALL') return new Set();
        const hidden = await Promise.all(
          LINKED_NOUNS.map(({ prefix, storeOf }) => hiddenNumbers(values, { prefix, reach, records: storeOf(store) })),
        );
        return new Set(hidden.flat());
      },
    });
  },
};

/** The nouns of tickets that incidents are linked to, by the prefix of their numbers. */
const LINKED_NOUNS = [
  { prefix: 'INC', storeOf: ({ incidents }: Store) => incidents },
  { prefix: 'PRB', storeOf: ({ problems }: Store) => problems },
  { prefix: 'KE', storeOf: ({ knownErrors }: Store) => knownErrors },
  { prefix: 'REQ', storeOf: ({ requests }: Store) => requests },
];

type Store = TicketsContext['store'];

/** Those of the values that are numbers of a noun whose records are out of reach. */
async function hiddenNumbers(
  values: readonly string[],
  { prefix, reach, records }: { prefix: string; reach: Reach; records: Pick<Store['incidents'], 'numbersWithin'> },
): Promise<string[]> {
  const numbers = values.flatMap((value) => {
    const number = parseNumber(prefix, value);
    return number === null ? [] : [{ value, number }];
  });
  if (!numbers.length) return [];
  const seen = await records.numbersWithin(
    reach,
    numbers.map(({ number }) => number),
  );
  return numbers.filter(({ number }) => !seen.has(number)).map(({ value }) => value);
}

/** The record that a link leads to, of the noun whose ids begin so. Null for another noun's, and for one out of reach. */
function linked<T>(loader: RecordLoader<T>, prefix: string, { targetId }: IncidentLink): Promise<T | null> | null {
  return targetId !== null && isId(targetId, [prefix]) ? loader.load(targetId) : null;
}

const IncidentLink: api.IncidentLinkResolvers & Owed<api.IncidentLink, IncidentLink, api.IncidentLinkResolvers> = {
  async target(link, _args, { loaders, reach }) {
    if (reach === 'ALL' || link.targetId === null) return link.target;
    const found = await Promise.all([
      linked(loaders.incidents, 'inc', link),
      linked(loaders.problems, 'prb', link),
      linked(loaders.knownErrors, 'ke', link),
      linked(loaders.requests, 'req', link),
    ]);
    return found.some((each) => each !== null) ? link.target : null;
  },
  incident: (link, _args, { loaders }) => linked(loaders.incidents, 'inc', link),
  problem: (link, _args, { loaders }) => linked(loaders.problems, 'prb', link),
  knownError: (link, _args, { loaders }) => linked(loaders.knownErrors, 'ke', link),
};

const incidentOf = ({ subject }: InternalNote, _args: object, { loaders }: TicketsContext) =>
  loaders.incidents.load(subject.id);

/** The incident of a message that was written now, after the consequences of the message. */
const incidentNow = (message: InternalNote, { store, reach }: TicketsContext) =>
  store.incidents.find(reach, message.subject.id);

export const incidentTypes = {
  Incident,
  IncidentLink,
  IncidentComment: {
    ...messageResolvers,
    __resolveReference: ({ id }: { id: string }, { loaders }: TicketsContext) => loaders.comments.load(id),
    fromSme: ({ fromStaff }) => fromStaff,
    incident: incidentOf,
  },
  IncidentInternalNote: {
    ...messageResolvers,
    __resolveReference: ({ id }: { id: string }, { loaders, viewer }: TicketsContext) =>
      mayNoteIncident(viewer) ? loaders.notes.load(id) : null,
    incident: incidentOf,
  },
  IncidentCommentPayload: { incident: ({ comment }, _args, context) => incidentNow(comment, context) },
  IncidentInternalNotePayload: { incident: ({ internalNote }, _args, context) => incidentNow(internalNote, context) },
  IncidentQueueCounts: {
    __resolveReference: (_reference: { id: string }, context: TicketsContext) => queueCounts(context),
  },
  Me: {
    /** Only the viewer itself: the API does not say what another principal may do. */
    __resolveReference: ({ id }: { id: string }, { viewer }: TicketsContext) => (id === viewer.id ? { id } : null),
    mayCreateIncident: (_me, _args, { viewer }) => mayCreateIncidents(viewer),
  },
} satisfies api.Resolvers;
