import type { Logger } from '../process/logger.ts';
import type { Journal } from '../write/journal.ts';
import type { RequestKey } from '../write/request.ts';
import { Consumer, storedCheckpoint } from './consumer.ts';
import type { StreamEvent } from './entry.ts';
import type { Log } from './log.ts';
import { ownPull } from './pull.ts';
import type { EventStream } from './stream.ts';

/**
 * The effects of one record's write on another record. The request carries them out at once; should that fail, or the process end between
 * the two writes, the service finds the event in its own log and carries them out then.
 */
export interface Consequences {
  /** Carries out a consequence at once. Null where that failed, which is logged: its cause stands, and the own log follows. */
  atOnce<T>(work: () => Promise<T>): Promise<T | null>;
  stop(): Promise<void>;
}

/** Carries out what follows from an event of the own log. `personal` reads the words of people that came with the event. */
export type Follow = (event: StreamEvent, personal: () => Promise<Record<string, unknown>>) => Promise<void>;

/** Begins to follow a service's own log. `handle` carries out an event's consequences, each under the `causeKey` of its cause. */
export function followOwnLog({
  service,
  journal,
  log,
  stream,
  logger,
  handle,
}: {
  service: string;
  journal: Journal;
  log: Log;
  stream: EventStream;
  logger: Logger;
  handle: Follow;
}): Consequences {
  const consumer = new Consumer({
    service,
    stream,
    pull: ownPull(log),
    checkpoint: storedCheckpoint(journal, service),
    logger,
    crash: journal.crash,
    onReset: async (head) => head,
    handle: (event) =>
      handle(event, async () => {
        const entry = await log.entries.findOne({ _id: event.position.pos });
        return entry?.personal?.value ?? {};
      }),
  });
  return {
    async atOnce(work) {
      try {
        return await work();
      } catch (error) {
        logger.warn({ error }, 'a consequence could not be done at once; it follows from the log');
        return null;
      }
    },
    stop: () => consumer.stop(),
  };
}

/** The retry key of a cause's consequence: it happens once, whether a request or the log carries it out. */
export function causeKey(id: string): RequestKey {
  return { key: `cause:${id}`, hash: id };
}
