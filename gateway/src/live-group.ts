import type { Clock } from '@desk/kit/clock';
import { publicError, Refusal } from '@desk/kit/errors';
import { formatCursor, type Position, type StreamEvent } from '@desk/kit/event';
import type { Logger } from '@desk/kit/logger';
import { reachOf, type Reach } from '@desk/kit/viewer';
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Scope } from './gateway-context.ts';
import type { RunInTurn } from './live-executions.ts';
import { meetsFilter, type LiveField } from './live-fields.ts';
import { Frame } from './live-frame.ts';
import type { LiveStats } from './live-stats.ts';
import type { Subscriber } from './live-subscriber.ts';
import type { Runtime } from './runtime.ts';
import type { SubscriptionPlan } from './subscription-plan.ts';

/** Events of one group that wait to be executed before newer ones may replace those of the same record. */
const WAITING_MAX = 256;
/** Events of one group that wait at most: the desk cannot follow, and its subscribers are told to come back by their cursors. */
const BACKLOG_MAX = 10_000;
/** Results of one group kept for those who replay at the same time, in bytes. Who lags further behind the others has them made again. */
const REPLAYED_BYTES_MAX = 1024 * 1024;
/** After a tally with an error, the next is made without waiting for an event, in milliseconds. */
const TALLY_RETRY_MS = 5_000;

export interface LiveGroupParts {
  key: string;
  field: LiveField;
  plan: SubscriptionPlan;
  variables: Record<string, unknown>;
  filter: Record<string, unknown>;
  coalesces: boolean;
  /** What may be seen, and the person only where an answer depends on him. */
  scope: Scope;
  runtime: Runtime;
  /** Runs plans in turn with those of other groups. */
  run: RunInTurn;
  clock: Clock;
  logger: Logger;
  stats: LiveStats;
  /** How far the service's events were read. */
  head: () => Position;
}

/** An event on its way to a group's subscribers. */
interface Item {
  event: StreamEvent;
  record: string;
  frame: Frame | null;
  started: boolean;
  dropped: boolean;
}

/**
 * Subscriptions that ask for the same, in the same words, with the same right to see it. For each event the plan runs
 * once, its result becomes text once, and everyone is sent that text, in the order of the events.
 */
export class LiveGroup {
  readonly key: string;
  readonly field: LiveField;
  readonly reach: Reach;
  readonly subscribers = new Set<Subscriber>();
  readonly #parts: LiveGroupParts;
  readonly #items: Item[] = [];
  readonly #replayed = new LRUCache<number, Promise<Frame>>({ maxSize: REPLAYED_BYTES_MAX });
  #plan: SubscriptionPlan;
  #replays = 0;
  #waiting = 0;
  #flushing = false;
  /** For tallies: the last one that succeeded, and how far the events were read when it was asked for. */
  #tally = { resting: false, running: false, due: false, countedTo: -1, frame: null as Frame | null };
  #timers = new Set<NodeJS.Timeout>();

  constructor(parts: LiveGroupParts) {
    this.#parts = parts;
    this.key = parts.key;
    this.field = parts.field;
    this.#plan = parts.plan;
    this.reach = reachOf(parts.scope.viewer, parts.field.scope);
  }

  get plan(): SubscriptionPlan {
    return this.#plan;
  }

  /** Goes on with a plan for a newer schema. */
  adopt(plan: SubscriptionPlan): void {
    this.#plan = plan;
  }

  /** True when the group is to learn of an event: it is of its records, its audience and its filter. */
  concerns(event: StreamEvent): boolean {
    const { field, filter, scope } = this.#parts;
    if (event.internal && !scope.viewer.staff) return false;
    if (this.reach !== 'ALL' && !this.reach.includes(event.organizationId)) return false;
    if (!event.type.startsWith(`${this.#plan.live.entity}.`)) return false;
    return field.kind === 'TALLY' || meetsFilter(field, filter, event);
  }

  /** Takes in an event that concerns the group. Its message goes out behind those of all earlier ones. */
  offer(event: StreamEvent): void {
    if (this.field.kind === 'TALLY') return this.#count();
    const item: Item = { event, record: this.field.record(event), frame: null, started: false, dropped: false };
    if (this.#waiting >= WAITING_MAX) this.#makeRoom(item.record);
    if (this.#items.length >= BACKLOG_MAX) return this.#giveUp();
    this.#items.push(item);
    this.#waiting += 1;
    void this.#run(async () => {
      this.#waiting -= 1;
      if (item.dropped || this.subscribers.size === 0) item.dropped = true;
      else {
        item.started = true;
        item.frame = await this.#frameOf(item.event, item.record);
      }
      this.#scheduleFlush();
    });
  }

  /** The message for an event that somebody missed. Those who replay at the same time share it. */
  async replay(event: StreamEvent): Promise<Frame> {
    const { field } = this;
    if (field.kind === 'TALLY') throw new Error('a tally has no past');
    const { pos } = event.position;
    const known = this.#replayed.get(pos);
    if (known) return known;
    const frame = this.#run(() => this.#frameOf(event, field.record(event)));
    this.#replayed.set(pos, frame, { size: 1 });
    // How large it is shows when it is made. It may be in nobody's way any more by then.
    void frame.then(({ size }) => {
      if (this.#replayed.peek(pos) !== frame) return;
      this.#replayed.delete(pos);
      this.#replayed.set(pos, frame, { size });
    });
    return frame;
  }

  /** Says that somebody begins to replay; the answer is called when he is done. */
  beginReplay(): () => void {
    this.#replays += 1;
    return () => {
      this.#replays -= 1;
      if (this.#replays === 0) this.#replayed.clear();
    };
  }

  /** Sends a subscriber of a tally the present count, made now unless nothing has happened since the last. */
  snapshot(subscriber: Subscriber): void {
    const { frame, due, running, countedTo } = this.#tally;
    const current = !due && countedTo === this.#parts.head().pos;
    // One that is being made reaches him as it reaches the others.
    if (current && running) return;
    if (current && frame) subscriber.give(frame);
    else this.#count();
  }

  /** Lets go of what the group holds. Called when nobody is left. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#items.length = 0;
  }

  /** Makes a tally, or notes that one is due while another is made or was made just now. */
  #count(): void {
    const { field } = this;
    const tally = this.#tally;
    if (field.kind !== 'TALLY' || this.subscribers.size === 0) return;
    if (tally.resting || tally.running) {
      tally.due = true;
      return;
    }
    const position = this.#parts.head();
    Object.assign(tally, { resting: true, running: true, due: false, countedTo: position.pos });
    this.#later(field.everyMs, () => {
      tally.resting = false;
      if (tally.due) this.#count();
    });
    const at = this.#parts.clock.now();
    void this.#run(() => this.#execute(position, () => field.envelope(at))).then(({ payload, failed }) => {
      tally.running = false;
      const frame = new Frame(position, 'tally', payload);
      tally.frame = failed ? null : frame;
      for (const subscriber of this.subscribers) subscriber.give(frame);
      if (failed) this.#later(TALLY_RETRY_MS, () => this.#count());
      if (tally.due) this.#count();
    });
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  /** A backlog: where newer messages may stand for older ones, the one of the same record that still waits is left out. */
  #makeRoom(record: string): void {
    const { coalesces, stats } = this.#parts;
    const older = coalesces && this.#items.find((item) => item.record === record && !item.started && !item.dropped);
    if (!older) return;
    older.dropped = true;
    stats.coalesced += 1;
  }

  #giveUp(): void {
    this.#parts.logger.warn({ field: this.#plan.rootField.name.value }, 'live updates are behind the events');
    for (const subscriber of [...this.subscribers]) subscriber.fail(behind());
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
    for (const subscriber of this.subscribers) subscriber.push(frames);
  }

  /** What only the event answers waits for nobody: it asks no service, and none that is slow can hold it up. */
  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#plan.local ? work() : this.#parts.run(work);
  }

  async #frameOf(event: StreamEvent, record: string): Promise<Frame> {
    const { field } = this;
    const { payload } = await this.#execute(event.position, () =>
      field.kind === 'EVENTS' ? field.envelope(event) : {},
    );
    return new Frame(event.position, record, payload);
  }

  /** Runs the plan and makes its text. Never rejects: a fault becomes an error in the message. */
  async #execute(
    position: Position,
    envelope: () => Record<string, unknown>,
  ): Promise<{ payload: string; failed: boolean }> {
    const { runtime, scope, stats, logger } = this.#parts;
    const plan = this.#plan;
    const cursor = formatCursor(plan.live.stream, position);
    const requestId = `live-${cursor}`;
    stats.executions += 1;
    let result: FormattedExecutionResult;
    try {
      const context = {
        ...runtime.context({ ...scope, requestId }),
        live: { field: plan.rootField.name.value, envelope: { cursor, ...envelope() } },
      };
      result = await runtime.execute(plan, this.#parts.variables, context);
    } catch (error) {
      result = { data: null, errors: [error as GraphQLFormattedError] };
    }
    const report = (error: unknown) => logger.error({ error, requestId }, 'an event could not be resolved');
    const errors = result.errors?.map((error) => shownError(error, requestId, report));
    stats.stringifies += 1;
    return {
      payload: JSON.stringify({ data: result.data ?? null, ...(errors ? { errors } : {}) }),
      failed: errors !== undefined,
    };
  }
}

/** An error as subscribers may see it. */
function shownError(
  error: GraphQLFormattedError,
  requestId: string,
  report: (error: unknown) => void,
): GraphQLFormattedError {
  const { message, path, extensions = {} } = error;
  return publicError(error, { message, ...(path ? { path } : {}), extensions }, requestId, report);
}

function behind(): Refusal {
  return new Refusal('SERVER_BUSY', 'More happens than can be sent. Subscribe again after your last cursor.');
}

/** What a subscriber is told whose cursor leads nowhere. */
export function cursorExpired(): Refusal {
  const message =
    'The cursor is too old, or not of this log. Connect anew, start with the cursor of the acknowledgement, then query again.';
  return new Refusal('CURSOR_EXPIRED', message);
}
