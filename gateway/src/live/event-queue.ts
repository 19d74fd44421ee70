import { Refusal } from '@desk/kit/api/errors';
import type { StreamEvent } from '@desk/kit/log/entry';
import type { Logger } from '@desk/kit/process/logger';
import { recordOf } from './fields.ts';
import type { PlanRunner } from './plan-runner.ts';
import type { LiveStats } from './stats.ts';
import type { Subscriber } from './subscriber.ts';
import type { Frame } from './wire.ts';

/** Events of one group that wait to be executed before newer ones may replace those of the same record. */
const WAITING_MAX = 256;
/** Events of one group that wait at most: the desk cannot follow then, and the subscribers must come back by their cursors. */
const BACKLOG_MAX = 10_000;

export interface EventQueueParts {
  runner: PlanRunner;
  subscribers: ReadonlySet<Subscriber>;
  /** True where a newer message may stand for an older one about the same record. */
  coalesces: boolean;
  logger: Logger;
  stats: LiveStats;
}

/** An event on its way to a group's subscribers. */
interface Item {
  event: StreamEvent;
  frame: Frame | null;
  started: boolean;
  dropped: boolean;
}

/** Makes each event of a group into one message, and sends the messages to all subscribers in the order of the events. */
export class EventQueue {
  readonly #parts: EventQueueParts;
  readonly #items: Item[] = [];
  #waiting = 0;
  #flushing = false;

  constructor(parts: EventQueueParts) {
    this.#parts = parts;
  }

  /** Takes an event in. Its message goes out behind those of all earlier events. */
  add(event: StreamEvent): void {
    const { runner, subscribers } = this.#parts;
    const item: Item = { event, frame: null, started: false, dropped: false };
    if (this.#waiting >= WAITING_MAX) this.#makeRoom(recordOf(event));
    if (this.#items.length >= BACKLOG_MAX) return this.#giveUp();
    this.#items.push(item);
    this.#waiting += 1;
    void runner.inTurn(async () => {
      this.#waiting -= 1;
      if (item.dropped || subscribers.size === 0) item.dropped = true;
      else {
        item.started = true;
        item.frame = await runner.eventFrame(event);
      }
      this.#scheduleFlush();
    });
  }

  close(): void {
    this.#items.length = 0;
  }

  /** Drops the event of the same record that still waits, where newer messages may stand for older ones. */
  #makeRoom(record: string): void {
    const { coalesces, stats } = this.#parts;
    const older =
      coalesces && this.#items.find((item) => recordOf(item.event) === record && !item.started && !item.dropped);
    if (!older) return;
    older.dropped = true;
    stats.coalesced += 1;
  }

  #giveUp(): void {
    const { runner, subscribers, logger } = this.#parts;
    logger.warn({ field: runner.plan.rootField.name.value }, 'live updates are behind the events');
    for (const subscriber of [...subscribers]) subscriber.fail(behind());
  }

  /** Messages that become ready in one turn of the event loop leave in one piece. */
  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    const ready = this.#items.findIndex((item) => !item.frame && !item.dropped);
    const done = this.#items.splice(0, ready < 0 ? this.#items.length : ready);
    const frames = done.flatMap(({ frame }) => frame ?? []);
    if (frames.length === 0) return;
    for (const subscriber of this.#parts.subscribers) subscriber.push(frames);
  }
}

function behind(): Refusal {
  return new Refusal(
    'SERVER_BUSY',
    'The desk cannot send changes as fast as they happen. Subscribe again after your last cursor.',
  );
}
