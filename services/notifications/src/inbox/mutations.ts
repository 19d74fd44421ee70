import { actorOf } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { INSTANT_MIN } from '@desk/kit/api/scalars';
import { forbidden, writeKey, type RequestKey } from '@desk/kit/write/request';
import type { NotificationsContext } from '../context.ts';
import type * as api from '../generated/api.ts';
import { hasInbox } from '../notification/policy.ts';
import { markAllRead, openInbox } from './acts.ts';
import { inboxIdOf } from './inbox.ts';

export const inboxMutations = {
  async markAllNotificationsRead(_root, { input }, context) {
    const { viewer } = context;
    const key = writeKey(viewer, 'markAllNotificationsRead', input);
    const [membership] = viewer.memberships;
    if (!hasInbox(viewer) || viewer.id === null || !membership) throw forbidden('Only people have an inbox.');
    const owner = { personId: viewer.id, organizationId: membership.organizationId };
    const now = context.time.now();
    const check = new InputCheck();
    check.require('input.upTo', input.upTo <= now, {
      code: 'OUT_OF_RANGE',
      args: { min: INSTANT_MIN.toISOString(), max: now.toISOString() },
      message: 'must not lie in the future: what is still to come stays unread.',
    });
    check.done();
    const replayed = await markUpTo(context, { owner, upTo: input.upTo, key });
    const inbox = await context.store.inboxes.findOf(viewer.id);
    return { inbox: { personId: viewer.id, readUpTo: inbox?.readUpTo ?? null }, replayed };
  },
} satisfies Partial<api.MutationResolvers>;

/** Marks all as read in one small write, however many there are. Says whether the request is a repetition. */
async function markUpTo(
  { store, viewer, time }: NotificationsContext,
  asked: { owner: { personId: string; organizationId: string }; upTo: Date; key: RequestKey | null },
): Promise<boolean> {
  const { owner, upTo, key } = asked;
  const newest = await store.notifications.newest(owner.personId, upTo);
  if (!newest) return false;
  const act = { at: time.now(), by: actorOf(viewer, owner.organizationId) };
  const marking = { upTo, newest };
  const { records } = store.inboxes;
  const id = inboxIdOf(owner.personId);
  if (!(await records.exists(id))) await records.createMany([openInbox(owner, marking, act)]);
  const { replayed } = await records.change(id, { reach: 'ALL', key }, (inbox) => markAllRead(inbox, marking, act));
  return replayed;
}
