/** Plans that run at the same time in one gateway; others wait for their turn. */
const IN_FLIGHT_MAX = 64;

/** Runs work in the order in which it came, at most IN_FLIGHT_MAX at a time. Who adds work bounds how much he adds. */
export class Executions {
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;

  /** Runs `work` when its turn comes. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inFlight >= IN_FLIGHT_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inFlight += 1;
    try {
      return await work();
    } finally {
      // The place is handed on to the next, or given up.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#inFlight -= 1;
    }
  }
}
