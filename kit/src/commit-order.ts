/** Where a write stands among those of its process: who wrote, and its number there. */
export interface Stamp {
  writer: string;
  order: number;
}

/** Above every count. */
const OWN = 2 ** 40;

/**
 * Numbers a process's writes in the order in which they begin, and tells up to which number all of them have ended. What
 * lies below that can be read in full; so one who copies no further copies a cause before its effect, though the
 * two lie in different collections.
 */
export class CommitOrder {
  readonly #writer: string;
  readonly #open = new Set<number>();
  #last = 0;

  /** `writer` is new for each process. */
  constructor(writer: string) {
    this.#writer = writer;
  }

  /** Runs a write under the next number. */
  async run<T>(write: (stamp: Stamp) => Promise<T>): Promise<T> {
    const order = ++this.#last;
    this.#open.add(order);
    try {
      return await write({ writer: this.#writer, order });
    } finally {
      this.#open.delete(order);
    }
  }

  /** The number up to which every write of this process has ended. */
  settled(): number {
    return this.#open.size ? Math.min(...this.#open) - 1 : this.#last;
  }

  /** The part of an outbox, oldest first, that can be copied now: another process's writes, and ours that are settled. */
  ready<E extends Stamp>(outbox: readonly E[], settled: number): E[] {
    const waits = outbox.findIndex(({ writer, order }) => writer === this.#writer && order > settled);
    return waits === -1 ? [...outbox] : outbox.slice(0, waits);
  }

  /**
   * Outboxes as one list: each in its own order; what other processes left or write, by their own count; then this process's
   * writes in theirs.
   */
  merge<E extends Stamp>(outboxes: readonly (readonly E[])[]): E[] {
    const ranked = outboxes.flatMap((outbox) => {
      let rank = 0; // Never below the event before it in the same outbox.
      return outbox.map((event) => {
        rank = Math.max(rank, event.order + (event.writer === this.#writer ? OWN : 0));
        return { event, rank };
      });
    });
    return ranked.sort((a, b) => a.rank - b.rank).map(({ event }) => event);
  }
}
