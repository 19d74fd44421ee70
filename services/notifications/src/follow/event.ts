import { changeDescriber, type EventWords, type NounDraft } from '@desk/kit/write/describe-change';
import type { Decision } from '@desk/kit/write/event';
import { NOTIFICATIONS_EVENT_VERSION, type FollowEvents } from '@desk/schema/notifications/events';
import type { Follow } from './follow.ts';

/** The noun as events and subjects name it. */
const FOLLOW = 'FOLLOW';

/** The decision of a rule. */
export type FollowDecision = Decision<Follow, NounDraft<FollowEvents, typeof FOLLOW>>;

const WORDS: EventWords<Follow, FollowEvents, typeof FOLLOW> = {
  noun: FOLLOW,
  eventVersion: NOTIFICATIONS_EVENT_VERSION,
  fields: { following: 'following', automatic: 'automatic' },
  coded: [],
  match: {},
};

/** The decision that an act comes to: the new follow, and its event. */
export const describeFollow = changeDescriber(WORDS);
