/** A database as a list of states: the durable one, then one for each write that a fault may still take away. */
export class Store<State extends object> {
  #durable: State;
  #volatile: State[] = [];
  /** Goes up with each failover: what was read in an earlier term may have been rolled back. */
  term = 0;
  /** Goes up with each crash: a request to the process that held it gets no answer. */
  restarts = 0;

  constructor(empty: State) {
    this.#durable = empty;
  }

  /** What a read sees: the newest write, durable or not. */
  get state(): State {
    return this.#volatile.at(-1) ?? this.#durable;
  }

  /** How many of the newest writes a fault may take away. */
  get atRisk(): number {
    return this.#volatile.length;
  }

  /** One atomic write, not yet durable. */
  write(change: Partial<State>): void {
    this.#volatile.push({ ...this.state, ...change });
  }

  /** Everything that can be read now survives. */
  flush(): void {
    this.#durable = this.state;
    this.#volatile = [];
  }

  /** Keeps the first `keep` writes at risk. What the journal on disk kept is durable after the restart. */
  crash(keep: number): void {
    this.#volatile.length = Math.min(keep, this.atRisk);
    this.flush();
    this.restarts += 1;
  }

  /** As a crash, but the processes live on, and what the new primary kept is at risk until a majority has it. */
  failover(keep: number): void {
    this.#volatile.length = Math.min(keep, this.atRisk);
    this.term += 1;
  }
}

/** A stream: refuses positions that are not above its last, forgets the oldest, loses what it did not sync. */
export class Stream<Entry extends { position: number }> {
  #lengthMax: number;
  #entries: Entry[] = [];
  #synced = 0;
  #last = 0;
  #unanswered = 0;
  /** Everything that any reader may have seen. */
  readonly everSent: Entry[] = [];

  constructor(lengthMax: number) {
    this.#lengthMax = lengthMax;
  }

  /** The highest position ever added and not lost; 0 when the stream does not exist. */
  get last(): number {
    return this.#last;
  }

  /** How many positions a loss of the tail may take away. */
  get atRisk(): number {
    return this.#last - this.#synced;
  }

  /** XADD with an explicit id; false is the answer "ID equal or smaller". */
  add(entry: Entry): boolean {
    if (entry.position <= this.#last) return false;
    this.#entries = [...this.#entries, entry].slice(-this.#lengthMax);
    this.#last = entry.position;
    this.everSent.push(entry);
    return true;
  }

  /** XREAD: at most `count` entries above the position. There may be holes. Null when the stream does not answer. */
  after(position: number, count: number): Entry[] | null {
    if (this.#unanswered > 0) {
      this.#unanswered -= 1;
      return null;
    }
    return this.#entries.filter((entry) => entry.position > position).slice(0, count);
  }

  /** The append-only file reaches the disk. */
  sync(): void {
    this.#synced = this.#last;
  }

  /** A crash that keeps the first `keep` positions that were not synced. */
  loseTail(keep: number): void {
    this.#last = Math.min(this.#last, this.#synced + keep);
    this.#synced = this.#last;
    this.#entries = this.#entries.filter((entry) => entry.position <= this.#last);
  }

  /** Leaves the next `reads` reads unanswered. */
  fallSilent(reads: number): void {
    this.#unanswered = reads;
  }

  /** FLUSHALL. */
  flushAll(): void {
    this.#synced = 0;
    this.loseTail(0);
  }
}
