import type { StreamEvent } from '@desk/kit/log/entry';
import { LRUCache } from 'lru-cache';
import type { PlanRunner } from './plan-runner.ts';
import type { Frame } from './wire.ts';

/** Messages of one group kept for those who replay at the same time, in bytes. A subscriber that lags further behind has them made again. */
const KEPT_BYTES_MAX = 1024 * 1024;

/** The messages of a group about events that some subscribers missed. Subscribers that replay at the same time share them. */
export class MissedEvents {
  readonly #runner: PlanRunner;
  readonly #frames = new LRUCache<number, Promise<Frame>>({ maxSize: KEPT_BYTES_MAX });
  #replays = 0;

  constructor(runner: PlanRunner) {
    this.#runner = runner;
  }

  /** Says that a subscriber begins to replay. The returned function is called when it is done. */
  beginReplay(): () => void {
    this.#replays += 1;
    return () => {
      this.#replays -= 1;
      if (this.#replays === 0) this.#frames.clear();
    };
  }

  /** The message about an event. */
  async frame(event: StreamEvent): Promise<Frame> {
    const { pos } = event.position;
    const known = this.#frames.get(pos);
    if (known) return known;
    const frame = this.#runner.inTurn(() => this.#runner.eventFrame(event));
    this.#frames.set(pos, frame, { size: 1 });
    // The size is known once the message is made. It may have been pushed out by then.
    void frame.then(({ size }) => {
      if (this.#frames.peek(pos) !== frame) return;
      this.#frames.delete(pos);
      this.#frames.set(pos, frame, { size });
    });
    return frame;
  }
}
