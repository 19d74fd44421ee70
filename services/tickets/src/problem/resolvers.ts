import { InputCheck, checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest, slicePage } from '@desk/kit/api/page';
import { checkReference } from '@desk/kit/api/reference';
import type { Owed } from '@desk/kit/api/subgraph';
import type { InternalNote } from '@desk/kit/conversation/message';
import { messageResolvers } from '@desk/kit/conversation/resolvers';
import { historyConnection } from '@desk/kit/log/history';
import type { TicketsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { allowedActions } from './actions.ts';
import { mayNoteProblem, mayWorkProblem, reachOfProblems, readsProblemInside } from './policy.ts';
import { PROBLEM_NAMES, problemNumber, type Problem as ProblemRecord } from './problem.ts';
import { readProblemEvent } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'prb', ownerId: 'per' } };

export const problemQueries = {
  problem(_root, { id }, { store, viewer }) {
    const check = new InputCheck();
    checkReference(PROBLEM_NAMES, id, { check, path: 'id' });
    check.done();
    return store.problems.find(reachOfProblems(viewer), id);
  },
  async problems(_root, args, { store, viewer }) {
    const page = pageRequest(args);
    const reach = reachOfProblems(viewer);
    const list = { filter: checkFilter(args.filter ?? {}, FILTER_LIMITS), inside: readsProblemInside(viewer) };
    const found = await store.problems.list(reach, { ...list, order: args.orderBy ?? null }, page);
    return connection(found, () => store.problems.count(reach, list));
  },
} satisfies Partial<api.QueryResolvers>;

/** A field that only the SME's staff and auditors read; null for everybody else. */
const inside =
  <Value>(read: (problem: ProblemRecord) => Value) =>
  (problem: ProblemRecord, _args: object, { viewer }: TicketsContext): Value | null =>
    readsProblemInside(viewer) ? read(problem) : null;

const Problem: api.ProblemResolvers & Owed<api.Problem, ProblemRecord, api.ProblemResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.problems.load(id),
  id: ({ _id }) => _id,
  number: problemNumber,
  title: ({ title, publicTitle }, _args, { viewer }) => (readsProblemInside(viewer) ? title : (publicTitle ?? '')),
  description: inside(({ description }) => description),
  service: ({ serviceId }) => ({ id: serviceId }),
  requester: inside(({ requester }) => requester),
  owner: inside(({ ownerId }) => (ownerId === null ? null : { __typename: 'Person' as const, id: ownerId })),
  trendNote: inside(({ trendNote }) => trendNote),
  diagnosis: inside(({ diagnosis }) => diagnosis),
  fixChange: inside(({ fixChange }) => fixChange),
  fixWaiver: inside(({ fixWaiver }) => fixWaiver),
  resolution: inside(({ resolution }) => resolution),
  allowedActions: (problem, _args, { viewer, time }) => allowedActions(viewer, problem, time.now()),
  async incidents({ _id }, args, { store, reach }) {
    const { incidents } = store;
    return connection(await incidents.listCausedBy(reach, _id, pageRequest(args)), () =>
      incidents.countCausedBy(reach, _id),
    );
  },
  async internalNotes({ _id }, args, { store, viewer }) {
    const { notes } = store.problems;
    const page = pageRequest(args);
    if (!mayNoteProblem(viewer)) return connection(slicePage([], page), async () => 0);
    return connection(await notes.list(_id, page), () => notes.count(_id));
  },
  async history({ _id }, args, { store, viewer }) {
    const page = pageRequest(args);
    if (!readsProblemInside(viewer)) return connection(slicePage([], page), async () => 0);
    return historyConnection(await store.problems.history(_id, viewer.staff), page, {
      read: readProblemEvent,
      hidden: async () => new Set(),
    });
  },
};

export const problemTypes = {
  Problem,
  ProblemInternalNote: {
    ...messageResolvers,
    __resolveReference: ({ id }: { id: string }, { loaders, viewer }: TicketsContext) =>
      mayNoteProblem(viewer) ? loaders.problemNotes.load(id) : null,
    problem: ({ subject }: InternalNote, _args: object, { loaders }: TicketsContext) =>
      loaders.problems.load(subject.id),
  },
  ProblemInternalNotePayload: {
    problem: ({ internalNote }, _args, { store, reach }) => store.problems.find(reach, internalNote.subject.id),
  },
} satisfies api.Resolvers;

/** What the viewer's own record says of problems. */
export const problemRights = {
  mayOpenProblem: (_me, _args, { viewer }) => mayWorkProblem(viewer),
} satisfies Partial<api.MeResolvers>;
