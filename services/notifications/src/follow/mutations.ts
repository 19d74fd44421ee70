import { actorOf } from '@desk/kit/api/actor';
import { notFound } from '@desk/kit/api/errors';
import { InputCheck } from '@desk/kit/api/input';
import type { Act } from '@desk/kit/write/describe-change';
import { forbidden, writeKey } from '@desk/kit/write/request';
import type { NotificationsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { readerOfViewer } from '../person/person.ts';
import { FOLLOWED_TYPES, RECORD_TYPES } from '../record/record-types.ts';
import { maySee, type KnownRecord } from '../record/visibility.ts';
import { follow, openFollow, unfollow } from './acts.ts';
import { followIdOf } from './follow.ts';
import { mayFollow } from './policy.ts';

const PREFIXES = FOLLOWED_TYPES.map((type) => RECORD_TYPES[type].idPrefix);

export const followMutations = {
  async followRecord(_root, { input }, context) {
    const { viewer, store } = context;
    const key = writeKey(viewer, 'followRecord', input);
    const { personId, organizationId, act } = followerOf(context);
    const { recordId } = input;
    checkRecordId(recordId, 'input.recordId');
    const known = await store.knownRecords.find(recordId);
    if (!known || !isSeen(known, context)) throw notFound();
    const { records } = store.follows;
    const id = followIdOf(personId, recordId);
    if (!(await records.exists(id))) {
      const record = { type: known.type, id: recordId };
      await records.createMany([openFollow({ personId, organizationId, record, automatic: false }, act)]);
    }
    const written = await records.change(id, { reach: 'ALL', key }, (before) => follow(before, act));
    return { follow: written.record, version: written.version, replayed: written.replayed };
  },

  async unfollowRecord(_root, { input }, context) {
    const { viewer, store } = context;
    const key = writeKey(viewer, 'unfollowRecord', input);
    const { personId, act } = followerOf(context);
    checkRecordId(input.recordId, 'input.recordId');
    const id = followIdOf(personId, input.recordId);
    const written = await store.follows.records.change(id, { reach: 'ALL', key }, (before) => unfollow(before, act));
    return { follow: written.record, version: written.version, replayed: written.replayed };
  },
} satisfies Partial<api.MutationResolvers>;

/** Refuses BAD_USER_INPUT for what is no id of a record that people follow. */
export function checkRecordId(id: string, path: string): void {
  const check = new InputCheck();
  check.id(path, id, ...PREFIXES);
  check.done();
}

function followerOf(context: NotificationsContext): { personId: string; organizationId: string; act: Act } {
  const { viewer, time } = context;
  const [membership] = viewer.memberships;
  if (!mayFollow(viewer) || viewer.id === null || !membership) throw forbidden('Only people follow records.');
  const { organizationId } = membership;
  return { personId: viewer.id, organizationId, act: { at: time.now(), by: actorOf(viewer, organizationId) } };
}

function isSeen(known: KnownRecord, { viewer }: NotificationsContext): boolean {
  const reader = readerOfViewer(viewer, RECORD_TYPES[known.type].scope ?? '');
  return reader !== null && maySee({ ...known, internal: false }, reader);
}
