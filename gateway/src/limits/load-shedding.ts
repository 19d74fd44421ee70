import { monitorEventLoopDelay } from 'node:perf_hooks';

/** A mean delay of the event loop beyond this, in milliseconds, over the last sample. */
const DELAY_MS_MAX = 200;
const IN_FLIGHT_MAX = 200;
const SAMPLE_MS = 500;
const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;

/** Watches the event loop and the requests in hand. `delayMs` stands in for the measurement in tests. */
export class LoadMeter {
  readonly #delayMs: () => number;
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #measuredMs = 0;
  #inFlight = 0;

  constructor(delayMs?: () => number) {
    this.#delayMs = delayMs ?? (() => this.#measuredMs);
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS).unref();
    this.#histogram.enable();
  }

  /** True when new work would only make everybody wait. */
  get busy(): boolean {
    return this.#inFlight >= IN_FLIGHT_MAX || this.#delayMs() > DELAY_MS_MAX;
  }

  /** Counts a piece of work until the returned function is called. */
  begin(): () => void {
    this.#inFlight += 1;
    let ended = false;
    return () => {
      if (!ended) this.#inFlight -= 1;
      ended = true;
    };
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #sample(): void {
    this.#measuredMs = this.#histogram.count > 0 ? this.#histogram.mean / NS_PER_MS : 0;
    this.#histogram.reset();
  }
}
