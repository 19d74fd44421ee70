import { InputCheck, checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import { checkReference } from '@desk/kit/api/reference';
import type { Owed } from '@desk/kit/api/subgraph';
import { historyConnection } from '@desk/kit/log/history';
import type * as api from '../generated/api.ts';
import { allowedActions } from './actions.ts';
import { KNOWN_ERROR_NAMES, knownErrorNumber, type KnownError as KnownErrorRecord } from './known-error.ts';
import { reachOfKnownErrors } from './policy.ts';
import { readKnownErrorEvent } from './view.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'ke', problemId: 'prb' } };

export const knownErrorQueries = {
  knownError(_root, { id }, { store, viewer }) {
    const check = new InputCheck();
    checkReference(KNOWN_ERROR_NAMES, id, { check, path: 'id' });
    check.done();
    return store.knownErrors.find(reachOfKnownErrors(viewer), id);
  },
  async knownErrors(_root, args, { store, viewer }) {
    const page = pageRequest(args);
    const reach = reachOfKnownErrors(viewer);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const found = await store.knownErrors.list(reach, { filter, order: args.orderBy ?? null }, page);
    return connection(found, () => store.knownErrors.count(reach, filter));
  },
} satisfies Partial<api.QueryResolvers>;

const KnownError: api.KnownErrorResolvers & Owed<api.KnownError, KnownErrorRecord, api.KnownErrorResolvers> = {
  __resolveReference: ({ id }, { loaders }) => loaders.knownErrors.load(id),
  id: ({ _id }) => _id,
  number: knownErrorNumber,
  problem: ({ problemId }, _args, { loaders }) => (problemId === null ? null : loaders.problems.load(problemId)),
  services: ({ serviceIds }) => serviceIds.map((id) => ({ id })),
  workaround: ({ workaround }) => workaround,
  allowedActions: (known, _args, { viewer, time }) => allowedActions(viewer, known, time.now()),
  async history({ _id }, args, { store, reach }) {
    return historyConnection(await store.knownErrors.history(_id, reach), pageRequest(args), {
      read: readKnownErrorEvent,
      hidden: async () => new Set(),
    });
  },
};

export const knownErrorTypes = { KnownError } satisfies api.Resolvers;
