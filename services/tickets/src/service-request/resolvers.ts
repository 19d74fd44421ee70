import { InputCheck, checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest, slicePage } from '@desk/kit/api/page';
import { checkReference } from '@desk/kit/api/reference';
import type { Owed } from '@desk/kit/api/subgraph';
import type { InternalNote } from '@desk/kit/conversation/message';
import { messageResolvers } from '@desk/kit/conversation/resolvers';
import { historyConnection } from '@desk/kit/log/history';
import { itemOf } from '../catalogue-item/catalogue-item.ts';
import { inLanguage } from '../catalogue-item/resolvers.ts';
import type { TicketsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { explainedClock } from '../sla/clock-explanation.ts';
import { clockView } from '../sla/clock-view.ts';
import { allowedActions } from './actions.ts';
import { mayNoteServiceRequest, reachOfServiceRequests } from './policy.ts';
import { REQUEST_NAMES, requestNumber, type ServiceRequest as RequestRecord } from './service-request.ts';
import { readHistoryEvent } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'req', organizationId: 'org' } };

export const requestQueries = {
  serviceRequest(_root, { id }, { store, viewer }) {
    const check = new InputCheck();
    checkReference(REQUEST_NAMES, id, { check, path: 'id' });
    check.done();
    return store.requests.find(reachOfServiceRequests(viewer), id);
  },
  async serviceRequests(_root, args, { store, viewer }) {
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const reach = reachOfServiceRequests(viewer);
    const found = await store.requests.list(reach, { filter, order: args.orderBy ?? null }, page);
    return connection(found, () => store.requests.count(reach, filter));
  },
} satisfies Partial<api.QueryResolvers>;

const ServiceRequest: api.ServiceRequestResolvers &
  Owed<api.ServiceRequest, RequestRecord, api.ServiceRequestResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.requests.load(id),
  id: ({ _id }) => _id,
  number: requestNumber,
  title: (request, { language }, { items }) => inLanguage(itemOf(items, request), { language }),
  item: (request, _args, { items }) => itemOf(items, request),
  organization: ({ organizationId }) => ({ __typename: 'Organization', id: organizationId }),
  requester: ({ requester }) => requester,
  approvedBy: ({ approvedBy }) => approvedBy,
  tasks: (request, _args, { items }) =>
    itemOf(items, request).tasks.map((task) => ({
      ...task,
      completedAt: request.tasks.find(({ id }) => id === task.id)?.completedAt ?? null,
    })),
  clocks: ({ clocks }, _args, { sla, time }) => clocks.map((each) => clockView(each, sla, time.now())),
  explainClock: ({ clocks }, asked, { sla, time }) =>
    explainedClock(
      clocks.findLast(({ kind }) => kind === asked.kind),
      asked,
      { sla, now: time.now() },
    ),
  allowedActions: (request, _args, { viewer, time }) => allowedActions(viewer, request, time.now()),
  async comments({ _id }, args, { store }) {
    const { comments } = store.requests;
    return connection(await comments.list(_id, pageRequest(args)), () => comments.count(_id));
  },
  async internalNotes({ _id }, args, { store, viewer }) {
    const { notes } = store.requests;
    const page = pageRequest(args);
    if (!mayNoteServiceRequest(viewer)) return connection(slicePage([], page), async () => 0);
    return connection(await notes.list(_id, page), () => notes.count(_id));
  },
  async history({ _id }, args, { store, viewer }) {
    const page = pageRequest(args);
    return historyConnection(await store.requests.history(_id, viewer.staff), page, {
      read: readHistoryEvent,
      hidden: async () => new Set(),
    });
  },
};

const requestOf = ({ subject }: InternalNote, _args: object, { loaders }: TicketsContext) =>
  loaders.requests.load(subject.id);

/** The request of a message that was written now. */
const requestNow = (message: InternalNote, { store, viewer }: TicketsContext) =>
  store.requests.find(reachOfServiceRequests(viewer), message.subject.id);

export const requestTypes = {
  ServiceRequest,
  ServiceRequestTask: { title: inLanguage, dependsOn: ({ dependsOn }) => [...dependsOn] },
  ServiceRequestComment: {
    ...messageResolvers,
    __resolveReference: ({ id }: { id: string }, { loaders }: TicketsContext) => loaders.requestComments.load(id),
    fromSme: ({ fromStaff }) => fromStaff,
    serviceRequest: requestOf,
  },
  ServiceRequestInternalNote: {
    ...messageResolvers,
    __resolveReference: ({ id }: { id: string }, { loaders, viewer }: TicketsContext) =>
      mayNoteServiceRequest(viewer) ? loaders.requestNotes.load(id) : null,
    serviceRequest: requestOf,
  },
  ServiceRequestCommentPayload: { serviceRequest: ({ comment }, _args, context) => requestNow(comment, context) },
  ServiceRequestInternalNotePayload: {
    serviceRequest: ({ internalNote }, _args, context) => requestNow(internalNote, context),
  },
} satisfies api.Resolvers;
