import type { TimeSource } from '@desk/kit/time/time-source';

/** Requests in hand at most. */
const IN_HAND_MAX = 200;
/** A request that is in hand for longer than this, in milliseconds, is late. */
const LATE_MS = 2_000;
/** So many late requests are more than any one caller may have in hand, so the process is behind, not somebody's dear query. */
const LATE_MAX = 50;

/**
 * Counts the requests in hand, and how long they have been there. The desk's own queue says whether it has too much to do: how late the
 * event loop is would also say what else the machine does, which a refused request does not end.
 */
export class LoadMeter {
  readonly #time: TimeSource;
  /** When each request in hand began, the oldest first. */
  readonly #inHand = new Set<{ begunAtMs: number }>();

  constructor(time: TimeSource) {
    this.#time = time;
  }

  /** True when new work would only make everybody wait: 200 requests are in hand, or 50 of them are late. */
  get busy(): boolean {
    if (this.#inHand.size >= IN_HAND_MAX) return true;
    if (this.#inHand.size < LATE_MAX) return false;
    const lateBefore = this.#time.now().getTime() - LATE_MS;
    let late = 0;
    for (const { begunAtMs } of this.#inHand) {
      if (begunAtMs >= lateBefore) return false;
      late += 1;
      if (late === LATE_MAX) return true;
    }
    return false;
  }

  /** Counts a request until the returned function is called. */
  begin(): () => void {
    const request = { begunAtMs: this.#time.now().getTime() };
    this.#inHand.add(request);
    return () => void this.#inHand.delete(request);
  }
}
