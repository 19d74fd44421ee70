import type { mongo } from 'mongoose';
import type { Clock } from './clock.ts';
import type { Aggregates } from './aggregates.ts';
import type { Aggregate, Stored } from './stored-record.ts';
import type { Logger } from './logger.ts';
import { OPERATION_MS_MAX } from './mongo.ts';
import { Rounds } from './rounds.ts';

/** How often due records are looked for, in milliseconds. Announcements carry computed instants, so this is no precision. */
export const TICK_MS = 250;
/** A worker that takes longer with one record has died, in milliseconds. */
const LEASE_MS = 30_000;
/** How long a record is left alone whose act failed, or left it as due as before, in milliseconds: meanwhile the others have their turn. */
export const FAILED_MS = 2_000;
const DUE_MAX = 100;
/** Acts of one record in one turn; one that has more goes on after the others. */
const FIRES_MAX = 50;

/**
 * Lets records act by themselves: each says in `nextFireAt` when. Any number of workers may run. A lease only saves
 * them work; that an act happens once rests on the version that `fire` writes against.
 */
export class Timers<T extends Aggregate> {
  readonly #rounds: Rounds;
  readonly #aggregates: Aggregates<T>;
  readonly #clock: Clock;
  readonly #fire: (id: string) => Promise<T>;
  readonly #logger: Logger;
  #stopped = false;

  /** `fire` does the one act of a record that is due first, and returns the record as it is then. */
  constructor(aggregates: Aggregates<T>, clock: Clock, logger: Logger, fire: (id: string) => Promise<T>) {
    this.#aggregates = aggregates;
    this.#clock = clock;
    this.#fire = fire;
    this.#logger = logger;
    this.#rounds = new Rounds({
      everyMs: TICK_MS,
      round: async () => (await this.run()) === DUE_MAX,
      onError: (error) => logger.error({ error }, 'a round of timers failed'),
    });
  }

  /** Lets every record act that is due now and that no other worker has in hand. Returns how many those were. */
  async run(): Promise<number> {
    const due = await this.#aggregates.collection
      .find(dueAt(this.#clock.now()) as mongo.Filter<Stored<T>>, {
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

  /** Ends after the record in hand. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#rounds.stop();
  }

  async #runOne(id: string, version: number): Promise<void> {
    if (!(await this.#lease(id))) return;
    const later = () => new Date(this.#clock.now().getTime() + FAILED_MS);
    let leaseUntil: Date | null = null;
    try {
      if (await this.#isDueStill(id, version)) leaseUntil = later();
    } catch (error) {
      this.#logger.error({ error, id }, 'a timer failed; it is tried again');
      leaseUntil = later();
    }
    await this.#setLease(id, leaseUntil);
  }

  /** Lets one record do what is due. True when it is due all the same: its act did nothing, or it has too many for one turn. */
  async #isDueStill(id: string, version: number): Promise<boolean> {
    for (let fires = 0, seen = version; fires < FIRES_MAX && !this.#stopped; fires++) {
      const record = await this.#fire(id);
      if (!record.nextFireAt || record.nextFireAt > this.#clock.now()) return false;
      if (record.version === seen) {
        this.#logger.error({ id, nextFireAt: record.nextFireAt }, 'a timer is due and does nothing; it is tried again');
        return true;
      }
      seen = record.version;
    }
    return !this.#stopped;
  }

  async #lease(id: string): Promise<boolean> {
    const now = this.#clock.now();
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

/** Records that are due and that nobody has in hand. Without $type the index on `nextFireAt` would not be used. */
function dueAt(now: Date): object {
  return {
    nextFireAt: { $lte: now, $type: 'date' },
    $or: [{ leaseUntil: null }, { leaseUntil: { $lt: now } }],
  };
}
