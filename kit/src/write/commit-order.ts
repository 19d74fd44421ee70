/** The place of a write: its process, and its number among that process's writes. */
export interface Stamp {
  writer: string;
  order: number;
}

/** Above every number of a write. */
const OWN = 2 ** 40;

/**
 * Numbers a process's writes in the order in which they begin, and knows up to which number all of them have ended. Reads see every write
 * up to there, so a drainer that copies no further copies a cause before its effect, even from two collections.
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

  /** The oldest part of an outbox that can be copied now: other processes' writes, and this one's that are settled. */
  ready<E extends Stamp>(outbox: readonly E[], settled: number): E[] {
    const waits = outbox.findIndex(({ writer, order }) => writer === this.#writer && order > settled);
    return waits === -1 ? [...outbox] : outbox.slice(0, waits);
  }

  /**
   * Merges outboxes into one list. Each keeps its order; other processes' events come first, by their own numbers, then this process's by
   * theirs.
   */
  merge<E extends Stamp>(outboxes: readonly (readonly E[])[]): E[] {
    const ranked = outboxes.flatMap((outbox) => {
      let rank = 0; // An event never ranks below the one before it in its outbox.
      return outbox.map((event) => {
        rank = Math.max(rank, event.order + (event.writer === this.#writer ? OWN : 0));
        return { event, rank };
      });
    });
    return ranked.sort((a, b) => a.rank - b.rank).map(({ event }) => event);
  }
}
