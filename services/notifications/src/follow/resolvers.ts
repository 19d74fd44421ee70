import { checkFilter } from '@desk/kit/api/input';
import { connection, pageRequest } from '@desk/kit/api/page';
import type { Owed } from '@desk/kit/api/subgraph';
import { forbidden } from '@desk/kit/write/request';
import type { NotificationsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { referenceTo } from '../record/record-types.ts';
import type { Follow as FollowRecord } from './follow.ts';
import { checkRecordId } from './mutations.ts';
import { mayFollow } from './policy.ts';

const FILTER_LIMITS = { textMax: 200, listMax: 100, ids: { ids: 'fol' } };

export const followQueries = {
  myFollow(_root, { recordId }, context) {
    const personId = followerId(context);
    checkRecordId(recordId, 'recordId');
    return context.store.follows.findOf(personId, recordId);
  },
  async myFollows(_root, args, context) {
    const personId = followerId(context);
    const page = pageRequest(args);
    const filter = checkFilter(args.filter ?? {}, FILTER_LIMITS);
    const { follows } = context.store;
    return connection(await follows.list(personId, filter, page), () => follows.count(personId, filter));
  },
} satisfies Partial<api.QueryResolvers>;

const Follow: api.FollowResolvers & Owed<api.Follow, FollowRecord, api.FollowResolvers> = {
  async __resolveReference({ id }, { viewer, loaders }) {
    const found = await loaders.follows.load(id);
    return found && found.personId === viewer.id ? found : null;
  },
  id: ({ _id }) => _id,
  recordType: ({ record }) => record.type,
  recordId: ({ record }) => record.id,
  record: ({ record }) => referenceTo(record),
};

export const followTypes = { Follow } satisfies api.Resolvers;

/** The viewer, who must be a person. Refuses FORBIDDEN. */
function followerId({ viewer }: NotificationsContext): string {
  if (!mayFollow(viewer) || viewer.id === null) throw forbidden('Only people follow records.');
  return viewer.id;
}
