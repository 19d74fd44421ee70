import type { mongo } from 'mongoose';
import type { TimeSource } from '../time/time-source.ts';
import type { Aggregates } from '../write/aggregates.ts';
import type { Aggregate, Stored } from '../write/record.ts';
import type { Logger } from '../process/logger.ts';
import { OPERATION_MS_MAX } from '../process/mongo.ts';
import { PollingLoop } from '../process/polling-loop.ts';

/** How often timers look for due records, in milliseconds. Events carry computed instants, so it does not limit their precision. */
export const TICK_MS = 1_000;
/** How long a worker may take with one record, in milliseconds. After that it counts as dead. */
const LEASE_MS = 30_000;
/** How long timers leave a record alone when its act failed or left it due, in milliseconds. Meanwhile the others have their turn. */
export const FAILED_MS = 2_000;
const DUE_MAX = 100;
/** The most acts of one record in one turn. A record with more goes on after the others. */
const FIRES_MAX = 50;

/**
 * Lets records act by themselves at their `nextFireAt`. Any number of workers may run: a lease only saves them work, and each act happens
 * once because `fire` writes against the version.
 */
export class Timers<T extends Aggregate> {
  readonly #loop: PollingLoop;
  readonly #aggregates: Aggregates<T>;
  readonly #time: TimeSource;
  readonly #fire: (id: string) => Promise<T>;
  readonly #logger: Logger;
  #stopped = false;

  /** `fire` does the act of a record that is due first, and returns the record after it. */
  constructor({
    aggregates,
    time,
    logger,
    fire,
  }: {
    aggregates: Aggregates<T>;
    time: TimeSource;
    logger: Logger;
    fire: (id: string) => Promise<T>;
  }) {
    this.#aggregates = aggregates;
    this.#time = time;
    this.#fire = fire;
    this.#logger = logger;
    this.#loop = new PollingLoop({
      everyMs: TICK_MS,
      round: async () => (await this.run()) === DUE_MAX,
      onError: (error) => logger.error({ error }, 'a round of timers failed'),
    });
  }

  /** Lets every record act that is due now and that no other worker leases. Returns how many were due. */
  async run(): Promise<number> {
    const due = await this.#aggregates.collection
      .find(dueAt(this.#time.now()) as mongo.Filter<Stored<T>>, {
        projection: { _id: 1, version: 1 },
        sort: { nextFireAt: 1 },
        limit: DUE_MAX,
        maxTimeMS: OPERATION_MS_MAX,
      })
      .toArray();
    for (const { _id, version } of due) {
      if (this.#stopped) break;
      await this.#runOne(String(_id), Number(version));
    }
    return due.length;
  }

  /** Ends after the record that is being worked on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop.stop();
  }

  async #runOne(id: string, version: number): Promise<void> {
    if (!(await this.#lease(id))) return;
    const later = () => new Date(this.#time.now().getTime() + FAILED_MS);
    let leaseUntil: Date | null = null;
    try {
      if (await this.#isDueStill(id, version)) leaseUntil = later();
    } catch (error) {
      this.#logger.error({ error, id }, 'a timer failed; it is tried again');
      leaseUntil = later();
    }
    await this.#setLease(id, leaseUntil);
  }

  /** Lets one record do its due acts. True when it is due still: an act did nothing, or there were too many for one turn. */
  async #isDueStill(id: string, version: number): Promise<boolean> {
    for (let fires = 0, seen = version; fires < FIRES_MAX && !this.#stopped; fires++) {
      const record = await this.#fire(id);
      if (!record.nextFireAt || record.nextFireAt > this.#time.now()) return false;
      if (record.version === seen) {
        this.#logger.error({ id, nextFireAt: record.nextFireAt }, 'a timer is due and does nothing; it is tried again');
        return true;
      }
      seen = record.version;
    }
    return !this.#stopped;
  }

  async #lease(id: string): Promise<boolean> {
    const now = this.#time.now();
    const { matchedCount } = await this.#aggregates.collection.updateOne(
      { _id: id, ...dueAt(now) } as unknown as mongo.Filter<Stored<T>>,
      { $set: { leaseUntil: new Date(now.getTime() + LEASE_MS) } } as unknown as mongo.UpdateFilter<Stored<T>>,
      { writeConcern: { w: 1 } },
    );
    return matchedCount === 1;
  }

  async #setLease(id: string, leaseUntil: Date | null): Promise<void> {
    await this.#aggregates.collection.updateOne(
      { _id: id } as mongo.Filter<Stored<T>>,
      { $set: { leaseUntil } } as unknown as mongo.UpdateFilter<Stored<T>>,
      { writeConcern: { w: 1 } },
    );
  }
}

/** Matches records that are due and that no worker leases. Without $type the index on `nextFireAt` would not be used. */
function dueAt(now: Date): object {
  return {
    nextFireAt: { $lte: now, $type: 'date' },
    $or: [{ leaseUntil: null }, { leaseUntil: { $lt: now } }],
  };
}
