import { comparePositions, type Position, type StreamEvent } from './entry.ts';
import { STREAM_MAX, type EventStream } from './stream.ts';

/** The event stream of the one-process desk. */
export class MemoryStream implements EventStream {
  readonly #events = new Map<string, StreamEvent[]>();
  readonly #waiting = new Map<string, Set<() => void>>();
  #closed = false;

  async last(service: string): Promise<Position | null> {
    this.#refuseClosed();
    return this.#of(service).at(-1)?.position ?? null;
  }

  async append(service: string, events: readonly StreamEvent[]): Promise<void> {
    this.#refuseClosed();
    const kept = this.#of(service);
    for (const event of events) {
      const last = kept.at(-1);
      if (!last || comparePositions(event.position, last.position) > 0) kept.push(event);
    }
    if (kept.length > STREAM_MAX) kept.splice(0, kept.length - STREAM_MAX);
    for (const wake of this.#waitingFor(service)) wake();
  }

  async read(service: string, after: Position, options: { limit: number; waitMs: number }): Promise<StreamEvent[]> {
    this.#refuseClosed();
    const found = this.#behind(service, after, options.limit);
    if (found.length || options.waitMs === 0) return found;
    await this.#next(service, options.waitMs);
    return this.#behind(service, after, options.limit);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#waiting.values()) for (const wake of waiting) wake();
  }

  #refuseClosed(): void {
    if (this.#closed) throw new Error('The event stream is closed.');
  }

  #of(service: string): StreamEvent[] {
    const events = this.#events.get(service) ?? [];
    this.#events.set(service, events);
    return events;
  }

  #waitingFor(service: string): Set<() => void> {
    const waiting = this.#waiting.get(service) ?? new Set();
    this.#waiting.set(service, waiting);
    return waiting;
  }

  #behind(service: string, after: Position, limit: number): StreamEvent[] {
    const events = this.#of(service);
    let low = 0;
    for (let high = events.length; low < high;) {
      const middle = (low + high) >> 1;
      if (comparePositions((events[middle] as StreamEvent).position, after) <= 0) low = middle + 1;
      else high = middle;
    }
    return events.slice(low, low + limit);
  }

  #next(service: string, waitMs: number): Promise<void> {
    const waiting = this.#waitingFor(service);
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      waiting.add(wake);
    });
  }
}
