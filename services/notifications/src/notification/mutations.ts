import { actorOf } from '@desk/kit/api/actor';
import { notFound } from '@desk/kit/api/errors';
import { writeKey } from '@desk/kit/write/request';
import type * as api from '../generated/api.ts';
import { markRead } from './acts.ts';
import { isRecipient } from './policy.ts';

export const notificationMutations = {
  async markNotificationRead(_root, { input }, context) {
    const { viewer, store, time } = context;
    const key = writeKey(viewer, 'markNotificationRead', input);
    const { notifications } = store;
    const found = await notifications.require('ALL', input.id);
    if (!isRecipient(viewer, found)) throw notFound();
    const mark = await context.readMark();
    const act = { at: time.now(), by: actorOf(viewer, found.organizationId) };
    const written = await notifications.records.change(found._id, { reach: 'ALL', key }, (before) =>
      markRead(before, mark, act),
    );
    return { notification: written.record, version: written.version, replayed: written.replayed };
  },
} satisfies Partial<api.MutationResolvers>;
