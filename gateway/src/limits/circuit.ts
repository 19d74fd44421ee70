import type { TimeSource } from '@desk/kit/time/time-source';

/** Failures in a row after which a part counts as down. */
const FAILURES_MAX = 5;
/** How often a part that is down is tried, in milliseconds. */
const RETRY_MS = 5_000;

/** Remembers whether a part of the desk answers, so that a request to one that is down is refused at once. */
export class Circuit {
  readonly #time: TimeSource;
  #failures = 0;
  #retryAt = 0;

  constructor(time: TimeSource) {
    this.#time = time;
  }

  /** Milliseconds until the part is worth asking: 0 while it answers. While it is down, one request each RETRY_MS gets 0. */
  waitMs(): number {
    if (this.#failures < FAILURES_MAX) return 0;
    const now = this.#time.now().getTime();
    const wait = this.#retryAt - now;
    // A longer wait than was ever set means that the time was put back: trying is better than refusing for as long as that.
    if (wait > 0 && wait <= RETRY_MS) return wait;
    this.#retryAt = now + RETRY_MS;
    return 0;
  }

  /** The part answered. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** The part did not answer, or said that it cannot. */
  failed(): void {
    this.#failures += 1;
    if (this.#failures === FAILURES_MAX) this.#retryAt = this.#time.now().getTime() + RETRY_MS;
  }
}
