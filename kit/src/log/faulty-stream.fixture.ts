import type { Position, StreamEvent } from './entry.ts';
import { MemoryStream } from './memory-stream.ts';
import type { EventStream } from './stream.ts';

/** The stream in process, with the faults of one that is elsewhere: it goes down, is flushed, or loses its tail. */
export class FaultyStream implements EventStream {
  down = false;
  /** Called before events are appended. */
  onAppend: (events: readonly StreamEvent[]) => Promise<void> = async () => {};
  #inner = new MemoryStream();

  /** Loses everything, as FLUSHALL does. */
  async flush(): Promise<void> {
    const old = this.#inner;
    this.#inner = new MemoryStream();
    await old.close();
  }

  /** Loses one service's events between two positions, as a Redis does that restarts between two writes of its file. */
  async lose(service: string, from: number, to: number): Promise<void> {
    const kept = (await this.all(service)).filter(({ position: { pos } }) => pos < from || pos > to);
    await this.flush();
    await this.#inner.append(service, kept);
  }

  /** All events of a service. */
  all(service: string): Promise<StreamEvent[]> {
    return this.#inner.read(service, { epoch: 0, pos: 0 }, { limit: Number.MAX_SAFE_INTEGER, waitMs: 0 });
  }

  async last(service: string): Promise<Position | null> {
    this.#refuseDown();
    return this.#inner.last(service);
  }

  async append(service: string, events: readonly StreamEvent[]): Promise<void> {
    this.#refuseDown();
    await this.onAppend(events);
    await this.#inner.append(service, events);
  }

  async read(service: string, after: Position, options: { limit: number; waitMs: number }): Promise<StreamEvent[]> {
    this.#refuseDown();
    return this.#inner.read(service, after, options);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #refuseDown(): void {
    if (this.down) throw new Error('The stream is down.');
  }
}
