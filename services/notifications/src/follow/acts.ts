import type { StreamEvent } from '@desk/kit/log/entry';
import type { Act } from '@desk/kit/write/describe-change';
import { subjectOf } from '../record/visibility.ts';
import type { RecordType } from '../generated/api.ts';
import { describeFollow, type FollowDecision } from './event.ts';
import { followIdOf, type Follow } from './follow.ts';

/** Begins a person's follow of a record. */
export function openFollow(
  made: { personId: string; organizationId: string; record: { type: RecordType; id: string }; automatic: boolean },
  act: Act,
): FollowDecision {
  const { at } = act;
  const record: Follow = {
    _id: followIdOf(made.personId, made.record.id),
    ...made,
    version: 0,
    number: null,
    nextFireAt: null,
    following: true,
    followedAt: at,
    createdAt: at,
    updatedAt: at,
  };
  return describeFollow(null, record, { kind: 'FOLLOWED', act, data: { personId: made.personId } });
}

/** Follows again. Null where the person follows already. */
export function follow(before: Follow, act: Act): FollowDecision | null {
  if (before.following) return null;
  const after = { ...before, following: true, automatic: false, followedAt: act.at, updatedAt: act.at };
  return describeFollow(before, after, { kind: 'FOLLOWED', act, data: { personId: before.personId } });
}

/** Ends following. Null where the person does not follow. */
export function unfollow(before: Follow, act: Act): FollowDecision | null {
  if (!before.following) return null;
  const after = { ...before, following: false, updatedAt: act.at };
  return describeFollow(before, after, { kind: 'UNFOLLOWED', act, data: { personId: before.personId } });
}

/** The follow of the person who created a record, by the record's first event. Null where that was no person, or is no news. */
export function followOfCreator(event: StreamEvent): FollowDecision | null {
  const { aggregate, seq, actor, organizationId, at, data } = event;
  const record = subjectOf(event);
  if (record?.id !== aggregate || seq !== 1 || record.type === 'ENROLMENT') return null;
  if (actor.kind !== 'PERSON' || actor.id === null || data['imported'] === true) return null;
  return openFollow({ personId: actor.id, organizationId, record, automatic: true }, { at, by: actor });
}
