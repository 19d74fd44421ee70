import type { StreamEvent } from '@desk/kit/log/entry';
import type { CrashPoint } from '@desk/kit/process/crash-point';
import type { TimeSource } from '@desk/kit/time/time-source';
import type { NoticeAudience } from '@desk/kit/write/notice';
import { followOfCreator } from '../follow/acts.ts';
import type { FollowStore } from '../follow/store.ts';
import { notify } from '../notification/acts.ts';
import type { NotificationStore } from '../notification/store.ts';
import { readerOf, type Standing } from '../person/person.ts';
import type { PersonStore } from '../person/store.ts';
import { RECORD_TYPES } from '../record/record-types.ts';
import type { RecordStore } from '../record/store.ts';
import type { SignUpStore } from '../sign-up/store.ts';
import { readNews, type News } from './news.ts';
import { recipientsOf, type Interested } from './recipients.ts';

/** The most people who are looked at, and told, in one step. */
const STEP_MAX = 100;

export interface DeliveryParts {
  knownRecords: RecordStore;
  people: PersonStore;
  follows: FollowStore;
  signUps: SignUpStore;
  notifications: NotificationStore;
  /** What happened before is learned and not told. */
  newsFrom: Date;
  time: TimeSource;
  crash: CrashPoint;
}

/** Somebody who may have to be told, before it is known what the person may see. */
type Candidate = Omit<Interested, 'reader'>;

/** Asks for a page of candidates behind an id. */
type FindCandidates = (page: { after: string; limit: number }) => Promise<{ id: string; candidate: Candidate }[]>;

/**
 * Handles one event of another service: learns of its record, lets its creator follow it, and tells whoever must be told, a bounded step at a
 * time. Every effect has an id of its own: handling an event again, after a crash in its middle, neither loses nor doubles one.
 */
export async function deliver(parts: DeliveryParts, event: StreamEvent): Promise<void> {
  const followed = followOfCreator(event);
  await Promise.all([parts.knownRecords.keep(event), followed && parts.follows.records.createMany([followed])]);
  const news = readNews(event);
  if (!news || news.message.at < parts.newsFrom) return;
  const { organizationId } = news.visibility;
  const { scope } = RECORD_TYPES[news.message.record.type];
  const [standing, sources] = await Promise.all([
    parts.people.standing({ organizationId, scope, at: news.message.at }),
    sourcesOf(parts, news),
  ]);
  for (const find of sources) await tellAll(parts, news, { standing, find });
}

/** Where the people are found who may have to be told. */
async function sourcesOf(parts: DeliveryParts, { message, visibility, audience }: News): Promise<FindCandidates[]> {
  const { personId } = visibility;
  if (personId !== null) return [only(personId)];
  if (audience) return [await audienceOf(parts, audience)];
  const { type, id } = message.record;
  return [
    async (page) =>
      (await parts.follows.followersOf(id, page)).map((follow) => ({
        id: follow._id,
        candidate: { personId: follow.personId, since: follow.followedAt, filter: null },
      })),
    async (page) =>
      (await parts.signUps.forType(type, page)).map((signUp) => ({
        id: signUp._id,
        candidate: { personId: signUp.personId, since: signUp.createdAt, filter: signUp.filter },
      })),
  ];
}

async function audienceOf({ people }: DeliveryParts, audience: NoticeAudience): Promise<FindCandidates> {
  if (audience.kind === 'PERSON') return only(audience.id);
  const ids = audience.kind === 'ORGANIZATIONS' ? audience.ids : await people.distributors();
  const { roles } = audience;
  return async (page) =>
    (await people.ofOrganizations({ ids, roles }, page)).map((id) => ({ id, candidate: called(id) }));
}

function only(personId: string): FindCandidates {
  return async ({ after }) => (after ? [] : [{ id: personId, candidate: called(personId) }]);
}

function called(personId: string): Candidate {
  return { personId, since: null, filter: null };
}

async function tellAll(
  { people, notifications, time, crash }: DeliveryParts,
  news: News,
  { standing, find }: { standing: Standing; find: FindCandidates },
): Promise<void> {
  for (let after = ''; ;) {
    const found = await find({ after, limit: STEP_MAX });
    const last = found.at(-1);
    if (!last) return;
    const known = await people.byIds(found.map(({ candidate }) => candidate.personId));
    const readers = new Map([...known].map(([id, person]) => [id, readerOf(id, person, standing)]));
    const interested = found.map(({ candidate }) => ({
      ...candidate,
      reader: readers.get(candidate.personId) ?? null,
    }));
    const told = recipientsOf(news, interested).flatMap((personId) => {
      const reader = readers.get(personId);
      return reader ? notify({ personId, organizationId: reader.organizationId }, news.message, time.now()) : [];
    });
    if (told.length) {
      await notifications.records.createMany(told);
      crash('deliver.afterStep');
    }
    if (found.length < STEP_MAX) return;
    after = last.id;
  }
}
