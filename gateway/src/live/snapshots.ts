import type { TimeSource } from '@desk/kit/time/time-source';
import type { Position } from '@desk/kit/log/entry';
import type { PlanRunner } from './plan-runner.ts';
import type { Subscriber } from './subscriber.ts';
import type { Frame } from './wire.ts';

/** Shortest time between two snapshots for the same subscribers, in milliseconds. */
const EVERY_MS = 250;
/** After a snapshot with an error, the next is taken without waiting for an event, in milliseconds. */
const RETRY_MS = 5_000;

export interface SnapshotsParts {
  runner: PlanRunner;
  subscribers: ReadonlySet<Subscriber>;
  /** How far the service's events were read. */
  head: () => Position;
  time: TimeSource;
}

/** Takes fresh snapshots for a group: one at the start, then one after events, EVERY_MS apart at least. */
export class Snapshots {
  readonly #parts: SnapshotsParts;
  readonly #timers = new Set<NodeJS.Timeout>();
  #resting = false;
  #running = false;
  #due = false;
  /** How far the events were read when the last snapshot was asked for; -1 before the first. */
  #takenTo = -1;
  /** The last snapshot; null where it failed. */
  #frame: Frame | null = null;

  constructor(parts: SnapshotsParts) {
    this.#parts = parts;
  }

  /** Sends a new subscriber the present snapshot, taken now unless no event has come since the last one. */
  give(subscriber: Subscriber): void {
    const current = !this.#due && this.#takenTo === this.#parts.head().pos;
    // The snapshot that is being taken goes to all subscribers, this one too.
    if (current && this.#running) return;
    if (current && this.#frame) subscriber.give(this.#frame);
    else this.take();
  }

  /** Takes a snapshot, or notes that one is due while another is taken or was taken just now. */
  take(): void {
    const { runner, subscribers, head, time } = this.#parts;
    if (subscribers.size === 0) return;
    if (this.#resting || this.#running) {
      this.#due = true;
      return;
    }
    const position = head();
    this.#resting = true;
    this.#running = true;
    this.#due = false;
    this.#takenTo = position.pos;
    this.#later(EVERY_MS, () => {
      this.#resting = false;
      if (this.#due) this.take();
    });
    const at = time.now();
    void runner
      .inTurn(() => runner.snapshotFrame(position, at))
      .then(({ frame, failed }) => {
        this.#running = false;
        this.#frame = failed ? null : frame;
        for (const subscriber of subscribers) subscriber.give(frame);
        if (failed) this.#later(RETRY_MS, () => this.take());
        if (this.#due) this.take();
      });
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }
}
