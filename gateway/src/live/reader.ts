import { Consumer, follows } from '@desk/kit/log/consumer';
import { comparePositions, START, type Position, type StreamEvent } from '@desk/kit/log/entry';
import { READ_MAX } from '@desk/kit/log/log';
import type { Logger } from '@desk/kit/process/logger';
import type { PullEvents } from '@desk/kit/log/pull';
import type { EventStream } from '@desk/kit/log/stream';

/** Events of one service that are kept in memory, so that short absences cost nothing. */
const RING_MAX = 10_000;
/** Events from before the start that are read into the ring: after a restart all clients come back at once. */
const RING_BEFORE_START = 1_000;
/** Events that one absent client is given at most. */
const REPLAY_EVENTS_MAX = 10_000;

export interface LiveReaderParts {
  service: string;
  stream: EventStream;
  pull: PullEvents;
  logger: Logger;
  /** Called with each event, in order and without gaps. */
  onEvent: (event: StreamEvent) => void;
  /** Called when the service's log was restored: the events handed out before are no longer its past. */
  onReset: () => void;
}

/** Reads one service's events for this whole process, from its log's head on, and answers what lies between two positions. */
export class LiveReader {
  /** Resolves when the head is known and events are read. */
  readonly ready: Promise<void>;
  readonly #parts: LiveReaderParts;
  readonly #consumer: Consumer;
  /** Pulls in hand, by their position: subscribers that missed the same events share them. */
  readonly #pulls = new Map<string, ReturnType<PullEvents>>();
  #ring: StreamEvent[] = [];
  #head: Position | null = null;

  constructor(parts: LiveReaderParts) {
    this.#parts = parts;
    const { service, stream, pull, logger, onEvent, onReset } = parts;
    let started: () => void;
    this.ready = new Promise((resolve) => (started = resolve));
    this.#consumer = new Consumer({
      service,
      stream,
      pull,
      logger,
      checkpoint: {
        load: async () => {
          const { head } = await pull(service, START, 1);
          await this.#fillRing(head);
          this.#head = head;
          started();
          return head;
        },
        // A gateway that starts again begins at the head, and its clients know how far they came.
        save: async () => {},
      },
      handle: async (event) => {
        this.#keep(event);
        this.#head = event.position;
        onEvent(event);
      },
      onReset: async (head) => {
        this.#ring = [];
        this.#head = head;
        onReset();
        return head;
      },
    });
  }

  /** The position of the last event that was read; null before the start. */
  get head(): Position | null {
    return this.#head;
  }

  /**
   * The events behind `after` up to `to`, from memory or from the service's log. Null when they are gone, were never there, or are more
   * than REPLAY_EVENTS_MAX. Rejects when the service is needed and does not answer.
   */
  async between(after: Position, to: Position): Promise<StreamEvent[] | null> {
    const found: StreamEvent[] = [];
    for (let at = after; comparePositions(at, to) < 0;) {
      if (found.length >= REPLAY_EVENTS_MAX) return null;
      const events = this.#fromRing(at) ?? (await this.#pull(at)).events;
      const last = events?.at(-1);
      if (!events || !last || !follows(events[0], at)) return null;
      found.push(...events.filter(({ position }) => comparePositions(position, to) <= 0));
      at = last.position;
    }
    return found.length > REPLAY_EVENTS_MAX ? null : found;
  }

  /** True when a position is one of the service's present log. It may be ahead of the events that were read here. */
  async exists(position: Position): Promise<boolean> {
    return (await this.#pull(position)).events !== null;
  }

  /** Ends after the event in hand. */
  async stop(): Promise<void> {
    await this.#consumer.stop();
  }

  async #fillRing(head: Position): Promise<void> {
    const { service, pull } = this.#parts;
    let at: Position = { epoch: head.epoch, pos: Math.max(0, head.pos - RING_BEFORE_START) };
    this.#ring = [];
    while (comparePositions(at, head) < 0) {
      const { events } = await pull(service, at, READ_MAX);
      const news = events?.filter(({ position }) => comparePositions(position, head) <= 0) ?? [];
      const last = news.at(-1);
      if (!last) return;
      this.#ring.push(...news);
      at = last.position;
    }
  }

  #keep(event: StreamEvent): void {
    this.#ring.push(event);
    // Cut in large pieces: moving the array for each event would cost more than the memory.
    if (this.#ring.length >= 2 * RING_MAX) this.#ring = this.#ring.slice(-RING_MAX);
  }

  /** The kept events behind a position, since positions have no gaps. Null when the first of them is no longer, or not yet, here. */
  #fromRing(after: Position): StreamEvent[] | null {
    const first = this.#ring[0];
    if (!first || first.position.epoch !== after.epoch) return null;
    const index = after.pos + 1 - first.position.pos;
    return index >= 0 && index < this.#ring.length ? this.#ring.slice(index) : null;
  }

  #pull(after: Position): ReturnType<PullEvents> {
    const key = `${after.epoch}-${after.pos}`;
    const pull = this.#pulls.get(key) ?? this.#parts.pull(this.#parts.service, after, READ_MAX);
    this.#pulls.set(key, pull);
    const forget = () => void this.#pulls.delete(key);
    pull.then(forget, forget);
    return pull;
  }
}
