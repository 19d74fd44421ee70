import { comparePositions, type Position, type StreamEvent } from '@desk/kit/log/entry';
import { Refusal } from '@desk/kit/api/errors';
import type { Logger } from '@desk/kit/process/logger';
import { recordOf } from './fields.ts';
import type { LiveGroup } from './group.ts';
import type { MissedEvents } from './missed-events.ts';
import type { LiveReader } from './reader.ts';
import type { LiveStats } from './stats.ts';
import type { Delivery, Subscriber } from './subscriber.ts';

/** Messages that a returning subscriber is sent one by one; beyond that, one for each record where its messages may coalesce. */
const MESSAGES_MAX = 1_000;
/** Records that a returning subscriber is sent messages about, at most. */
const RECORDS_MAX = 1_000;
/** Messages that are made ahead of the one that is sent. */
export const AHEAD_MAX = 16;
const RETRY_AFTER_MS = 1_000;

export interface Replay {
  subscriber: Subscriber;
  group: Pick<LiveGroup, 'concerns'> & { missed: Pick<MissedEvents, 'beginReplay' | 'frame'> };
  reader: Pick<LiveReader, 'between' | 'exists'>;
  delivery: Delivery;
  /** The position of the last message that the subscriber handled. */
  after: Position;
  /** How far events were read when the subscriber joined: later ones come through the group. */
  boundary: Position;
  stats: LiveStats;
  logger: Logger;
}

/**
 * Sends a subscriber the messages that it missed, then those that came meanwhile; fails the subscription with CURSOR_EXPIRED when the
 * range is gone or too long. The subscriber joined the group and was told to hold in the turn in which the boundary was read, so that no
 * event lies between the two and none in both.
 */
export async function sendMissed(parts: Replay): Promise<void> {
  const { subscriber, group, logger } = parts;
  const endReplay = group.missed.beginReplay();
  try {
    const events = await missedEvents(parts);
    if (!events) return subscriber.fail(cursorExpired());
    await send(events, parts);
    await subscriber.release();
  } catch (error) {
    logger.warn({ error }, 'missed events could not be read');
    const message = 'The desk cannot read the messages that you missed at the moment. Try again shortly.';
    subscriber.fail(new Refusal('SERVICE_UNAVAILABLE', message, { retryAfterMs: RETRY_AFTER_MS }));
  } finally {
    endReplay();
  }
}

/** The group's events behind the cursor; null when they cannot be given. */
async function missedEvents({ group, reader, delivery, after, boundary }: Replay): Promise<StreamEvent[] | null> {
  // Another gateway may have read further than this one: then nothing was missed, if the cursor is of this log at all.
  if (after.epoch !== boundary.epoch) return null;
  if (comparePositions(after, boundary) > 0) return (await reader.exists(after)) ? [] : null;
  const events = (await reader.between(after, boundary))?.filter((event) => group.concerns(event));
  if (!events || events.length <= MESSAGES_MAX || delivery === 'ALL') return events ?? null;
  const newest = newestOfEach(events);
  return newest.length > RECORDS_MAX ? null : newest;
}

function newestOfEach(events: readonly StreamEvent[]): StreamEvent[] {
  const byRecord = new Map<string, StreamEvent>();
  for (const event of events) {
    const record = recordOf(event);
    byRecord.delete(record);
    byRecord.set(record, event);
  }
  return [...byRecord.values()];
}

async function send(events: readonly StreamEvent[], { subscriber, group: { missed }, stats }: Replay): Promise<void> {
  const ahead = events.slice(0, AHEAD_MAX).map((event) => missed.frame(event));
  for (let index = AHEAD_MAX; !subscriber.ended; index += 1) {
    // A message that was sent is let go of: a replay is as long as the subscriber's absence.
    const frame = await ahead.shift();
    const next = events[index];
    if (next) ahead.push(missed.frame(next));
    if (!frame) return;
    stats.replayed += 1;
    await subscriber.giveInTurn(frame);
  }
}

/** The refusal of a cursor that leads nowhere. */
export function cursorExpired(): Refusal {
  const message =
    'The cursor is too old, or not of this log. Connect again, start with the cursor of the acknowledgement, then query again.';
  return new Refusal('CURSOR_EXPIRED', message);
}
