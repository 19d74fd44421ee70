import { comparePositions, type Position } from '@desk/kit/log/entry';
import { Refusal } from '@desk/kit/api/errors';
import type { Frame } from './wire.ts';
import type { LiveStats } from './stats.ts';

/** Messages that wait for one subscriber at most. One that falls further behind is closed with 1013, and comes back by its cursor. */
const WAITING_MAX = 64;
/** Messages that are held back for a subscriber while it receives those that it missed. */
const HELD_MAX = 1_000;
/** Bytes in a socket's own buffer from which on messages wait, and newer messages replace them. */
const SOCKET_BYTES_MAX = 64 * 1024;
/** How long a replay waits for a socket to drain, in milliseconds. */
const TURN_MS_MAX = 30_000;

/** What happens to messages for a client that reads slower than they arrive, as the API names it. */
export type Delivery = 'COALESCE' | 'ALL';

/** The way to one client. Frames are written past the protocol library, whole, and only while the socket is open. */
export interface Outlet {
  readonly open: boolean;
  /** Bytes that wait in the socket. */
  readonly waitingBytes: number;
  write(frame: Buffer): void;
  /** Sends several frames in one system call. */
  together(write: () => void): void;
  /** Closes the socket: its client does not keep up. */
  tooSlow(): void;
}

/**
 * One running subscription of one client. The protocol library holds it as an async iterator, which never yields: it ends when the
 * client leaves, and throws the error with which the subscription fails.
 */
export class Subscriber implements AsyncIterableIterator<never> {
  /** The subscriber knows the events up to here, or gets them from the replay. */
  readonly from: Position;
  readonly #id: Buffer;
  readonly #requestId: string;
  readonly #outlet: Outlet;
  readonly #delivery: Delivery;
  readonly #stats: LiveStats;
  /** By record where newer messages replace older ones, else by a number. Always in the order of their cursors. */
  readonly #waiting = new Map<string | number, Frame>();
  readonly #end: Promise<IteratorResult<never, undefined>>;
  #settle!: { resolve: (end: IteratorResult<never, undefined>) => void; reject: (error: Refusal) => void };
  #onEnd: (() => void)[] | null = [];
  #onDrained: (() => void) | null = null;
  #held: Frame[] | null = null;
  #count = 0;

  constructor(parts: { id: string; from: Position; outlet: Outlet; delivery: Delivery; stats: LiveStats }) {
    this.from = parts.from;
    this.#id = Buffer.from(JSON.stringify(parts.id));
    this.#requestId = `live-${parts.id}`;
    this.#outlet = parts.outlet;
    this.#delivery = parts.delivery;
    this.#stats = parts.stats;
    this.#end = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    // A failure before the library asks must not count as unhandled.
    this.#end.catch(() => {});
  }

  get ended(): boolean {
    return this.#onEnd === null;
  }

  /** Calls back when the subscriber has left, for whatever reason. */
  whenEnded(callback: () => void): void {
    if (this.#onEnd) this.#onEnd.push(callback);
    else callback();
  }

  /** Hands over new messages, in order. Those that the subscriber knows are left out. */
  push(frames: readonly Frame[]): void {
    if (this.ended) return;
    const first = frames[0];
    if (!first) return;
    const allNew = comparePositions(first.position, this.from) > 0;
    const news = allNew ? frames : frames.filter(({ position }) => comparePositions(position, this.from) > 0);
    if (this.#held) this.#hold(news);
    else this.#send(news);
  }

  /** Hands over a message whatever its position. */
  give(frame: Frame): void {
    if (!this.ended) this.#send([frame]);
  }

  /** Holds new messages back, until `release`. */
  hold(): void {
    this.#held = [];
  }

  /** Hands over a message as soon as all messages before it have left, so that a long replay is no backlog. */
  async giveInTurn(frame: Frame): Promise<void> {
    await this.#drained();
    this.give(frame);
  }

  /** Sends the messages that were held back, in order and in turn, and holds no longer. */
  async release(): Promise<void> {
    for (let next = this.#held?.shift(); next; next = this.#held?.shift()) await this.giveInTurn(next);
    this.#held = null;
  }

  /** Sends the waiting messages, as far as the socket takes them. Called when the socket has drained. */
  drain(): void {
    if (this.ended) return;
    if (this.#waiting.size > 0) this.#sendWaiting();
    if (this.#waiting.size === 0 && this.#takes()) this.#onDrained?.();
  }

  /** Ends the subscription with an error, which the client receives under its operation's id. */
  fail(error: Refusal): void {
    const details = { ...error.extensions, requestId: this.#requestId };
    if (this.#leave()) this.#settle.reject(new Refusal(error.code, error.message, details));
  }

  next(): Promise<IteratorResult<never, undefined>> {
    return this.#end;
  }

  async return(): Promise<IteratorResult<never, undefined>> {
    if (this.#leave()) this.#settle.resolve(DONE);
    return DONE;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #leave(): boolean {
    const onEnd = this.#onEnd;
    this.#onEnd = null;
    this.#waiting.clear();
    this.#held = null;
    this.#onDrained?.();
    for (const callback of onEnd ?? []) callback();
    return onEnd !== null;
  }

  #sendWaiting(): void {
    this.#outlet.together(() => {
      for (const [key, frame] of this.#waiting) {
        if (!this.#takes()) break;
        this.#waiting.delete(key);
        this.#write(frame);
      }
    });
  }

  #hold(frames: readonly Frame[]): void {
    this.#held?.push(...frames);
    if ((this.#held?.length ?? 0) > HELD_MAX) this.#giveUp();
  }

  #send(frames: readonly Frame[]): void {
    if (frames.length > 1) return this.#outlet.together(() => frames.forEach((frame) => this.#sendOne(frame)));
    if (frames[0]) this.#sendOne(frames[0]);
  }

  #sendOne(frame: Frame): void {
    if (this.ended) return;
    if (this.#waiting.size === 0 && this.#takes()) return this.#write(frame);
    const key = this.#delivery === 'COALESCE' ? frame.record : (this.#count += 1);
    // Put at the end, so that cursors stay in order.
    if (this.#waiting.delete(key)) this.#stats.coalesced += 1;
    this.#waiting.set(key, frame);
    if (this.#waiting.size > WAITING_MAX) this.#giveUp();
  }

  /** Resolves when no message waits and the socket takes more. A subscriber that does not get there in time does not keep up. */
  #drained(): Promise<void> {
    if (this.ended || (this.#waiting.size === 0 && this.#takes())) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#giveUp(), TURN_MS_MAX);
      this.#onDrained = () => {
        clearTimeout(timer);
        this.#onDrained = null;
        resolve();
      };
    });
  }

  #takes(): boolean {
    return this.#outlet.open && this.#outlet.waitingBytes < SOCKET_BYTES_MAX;
  }

  #write(frame: Frame): void {
    this.#stats.delivered += 1;
    this.#outlet.write(frame.bytes(this.#id));
  }

  #giveUp(): void {
    this.#stats.tooSlow += 1;
    this.#outlet.tooSlow();
    void this.return();
  }
}

const DONE: IteratorResult<never, undefined> = { done: true, value: undefined };
