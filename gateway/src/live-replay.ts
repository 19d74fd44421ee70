import { comparePositions, type Position, type StreamEvent } from '@desk/kit/event';
import { Refusal } from '@desk/kit/errors';
import type { Logger } from '@desk/kit/logger';
import { cursorExpired, type LiveGroup } from './live-group.ts';
import type { LiveReader } from './live-reader.ts';
import type { LiveStats } from './live-stats.ts';
import type { Delivery, Subscriber } from './live-subscriber.ts';

/** Messages that a returning subscriber is sent one by one; beyond that, one for each record where he lets them coalesce. */
const MESSAGES_MAX = 1_000;
/** Records that a returning subscriber is told of at most. */
const RECORDS_MAX = 1_000;
/** Messages that are made ahead of the one that is sent. */
export const AHEAD_MAX = 16;
const RETRY_AFTER_MS = 1_000;

export interface Replay {
  subscriber: Subscriber;
  group: Pick<LiveGroup, 'field' | 'concerns' | 'beginReplay' | 'replay'>;
  reader: Pick<LiveReader, 'between' | 'exists'>;
  delivery: Delivery;
  /** The last message that he handled. */
  after: Position;
  /** How far events were read when he joined: later ones reach him through the group. */
  boundary: Position;
  stats: LiveStats;
  logger: Logger;
}

/**
 * Sends a subscriber what he missed, then what came meanwhile. He was joined to the group and told to hold in the same
 * turn in which the boundary was read, so that nothing lies between the two and nothing in both. Fails his subscription
 * with CURSOR_EXPIRED when the range is gone or too long.
 */
export async function replay(parts: Replay): Promise<void> {
  const { subscriber, group, logger } = parts;
  const endReplay = group.beginReplay();
  try {
    const events = await missed(parts);
    if (!events) return subscriber.fail(cursorExpired());
    await send(events, parts);
    await subscriber.release();
  } catch (error) {
    logger.warn({ error }, 'missed events could not be read');
    const message = 'What you missed cannot be read at the moment. Try again shortly.';
    subscriber.fail(new Refusal('SERVICE_UNAVAILABLE', message, { retryAfterMs: RETRY_AFTER_MS }));
  } finally {
    endReplay();
  }
}

/** The events of the group behind the cursor; null when they cannot be given. */
async function missed({ group, reader, delivery, after, boundary }: Replay): Promise<StreamEvent[] | null> {
  // Another gateway may have read further than this one: then nothing was missed, if the cursor is of this log at all.
  if (after.epoch !== boundary.epoch) return null;
  if (comparePositions(after, boundary) > 0) return (await reader.exists(after)) ? [] : null;
  const events = (await reader.between(after, boundary))?.filter((event) => group.concerns(event));
  if (!events || events.length <= MESSAGES_MAX || delivery === 'ALL') return events ?? null;
  const newest = newestOfEach(events, group);
  return newest.length > RECORDS_MAX ? null : newest;
}

function newestOfEach(events: readonly StreamEvent[], { field }: Replay['group']): StreamEvent[] {
  const byRecord = new Map<string, StreamEvent>();
  for (const event of events) {
    const record = field.kind === 'EVENTS' ? field.record(event) : '';
    byRecord.delete(record);
    byRecord.set(record, event);
  }
  return [...byRecord.values()];
}

async function send(events: readonly StreamEvent[], { subscriber, group, stats }: Replay): Promise<void> {
  const ahead = events.slice(0, AHEAD_MAX).map((event) => group.replay(event));
  for (let index = AHEAD_MAX; !subscriber.ended; index += 1) {
    // What was sent is let go of: a replay is as long as what was missed.
    const frame = await ahead.shift();
    const next = events[index];
    if (next) ahead.push(group.replay(next));
    if (!frame) return;
    stats.replayed += 1;
    await subscriber.giveInTurn(frame);
  }
}
