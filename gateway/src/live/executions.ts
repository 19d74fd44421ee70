/** Plans that run at the same time for the groups of one service's events. Others wait for their turn. */
export const IN_FLIGHT_MAX = 128;
/**
 * Plans of one group among them: a group whose services are slow leaves places to the others. With half as many, a burst of ten events
 * costs a third more, since fewer references reach a service together.
 */
export const IN_FLIGHT_OF_GROUP_MAX = 16;

/** Runs a group's work in the order in which it came. The caller bounds how much work waits. */
export type RunInTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** The places for the plans of one service's groups. They are given to the groups in turn, so that none waits behind another's backlog. */
export class Executions {
  /** Queues whose next work may begin as soon as there is a place. */
  readonly #queues = new Set<Queue>();
  #inFlight = 0;

  /** The way for one more group to run its work. */
  group(): RunInTurn {
    const queue: Queue = { waiting: [], inFlight: 0 };
    return async (work) => {
      await new Promise<void>((begin) => {
        queue.waiting.push(begin);
        this.#fill(queue);
      });
      try {
        return await work();
      } finally {
        queue.inFlight -= 1;
        this.#inFlight -= 1;
        this.#fill(queue);
      }
    };
  }

  /** Gives away the free places. `changed` is a queue that may have become ready. */
  #fill(changed: Queue): void {
    if (isReady(changed)) this.#queues.add(changed);
    for (const queue of this.#queues) {
      if (this.#inFlight >= IN_FLIGHT_MAX) return;
      this.#queues.delete(queue);
      this.#inFlight += 1;
      queue.inFlight += 1;
      queue.waiting.shift()?.();
      // Behind the others: the loop comes to it again.
      if (isReady(queue)) this.#queues.add(queue);
    }
  }
}

interface Queue {
  waiting: (() => void)[];
  inFlight: number;
}

function isReady({ waiting, inFlight }: Queue): boolean {
  return waiting.length > 0 && inFlight < IN_FLIGHT_OF_GROUP_MAX;
}
