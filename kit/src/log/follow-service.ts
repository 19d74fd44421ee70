import type { Journal } from '../write/journal.ts';
import type { Logger } from '../process/logger.ts';
import { Consumer, storedCheckpoint } from './consumer.ts';
import type { Position, StreamEvent } from './entry.ts';
import type { PullEvents } from './pull.ts';
import type { EventStream } from './stream.ts';

/** A service whose events are handled as they come. */
export interface FollowedService {
  /** Comes back when everything up to a position of the service's log is handled. */
  reached(position: Position): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Begins to hand another service's events to `handle`: in order, without gaps, at least once, and all of them anew once that service's log
 * was restored. Every effect must be guarded.
 */
export function followService(parts: {
  service: string;
  journal: Journal;
  stream: EventStream;
  pull: PullEvents;
  logger: Logger;
  handle: (event: StreamEvent) => Promise<void>;
}): FollowedService {
  const { service, journal } = parts;
  return new Consumer({
    ...parts,
    crash: journal.crash,
    // A mirror of the same service has a checkpoint of its own.
    checkpoint: storedCheckpoint(journal, `${service}:events`),
    onReset: async ({ epoch }) => ({ epoch, pos: 0 }),
  });
}
