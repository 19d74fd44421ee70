import { ApiError } from '../api/client.ts';
import { NOT_BEGUN } from '../api/error-codes.ts';

/** What a learner gives to one question: the options, or the number. */
export interface Given {
  optionIds?: string[];
  number?: string;
}

/** How the answer to one question stands. PARTIAL: it is not whole yet, as an order that lacks a place, and was not sent. */
export type AnswerState =
  | { type: 'SAVING' }
  | { type: 'WAITING'; ms: number }
  | { type: 'KEPT' }
  | { type: 'PARTIAL' }
  | { type: 'FAILED'; error: unknown };

/** The answers of one attempt on their way to the desk. */
export interface AnswerSheet {
  /** Sends an answer behind those that are under way. Of several answers to one question the last one stands. */
  give(questionId: string, given: Given): void;
  /** The answer that stands on the page is not whole. What was kept before no longer counts as given. */
  givePartly(questionId: string): void;
  /** Sends an answer that failed once more, as the same request. */
  again(questionId: string): void;
  /** Comes back when nothing is under way, with the questions whose answers failed. */
  settled(): Promise<string[]>;
  /** How each answer stands that was given here. The same object until something changes. */
  states(): ReadonlyMap<string, AnswerState>;
  listen(listener: () => void): () => void;
}

/** An answer that is to be sent. The key makes a repeat the same request. */
interface Sending {
  given: Given;
  key: string;
}

/** An answer that the desk refuses for its rate is sent this often at most. */
const ATTEMPTS_MAX = 20;
/** The wait before a repeat, where the desk does not say how long, in milliseconds. */
const WAIT_MS = 1_000;

/** A sheet for one attempt. One answer is sent at a time, so that quick answers do not use up the reader's rate against each other. */
export function createAnswerSheet(options: {
  save: (questionId: string, given: Given, idempotencyKey: string) => Promise<unknown>;
  newKey: () => string;
  wait: (ms: number) => Promise<void>;
}): AnswerSheet {
  const waiting = new Map<string, Sending>();
  const failed = new Map<string, Sending>();
  const listeners = new Set<() => void>();
  let states: ReadonlyMap<string, AnswerState> = new Map();
  let working: Promise<void> | null = null;

  function become(questionId: string, state: AnswerState): void {
    states = new Map(states).set(questionId, state);
    for (const listener of [...listeners]) listener();
  }

  function send(questionId: string, sending: Sending): void {
    failed.delete(questionId);
    waiting.set(questionId, sending);
    become(questionId, { type: 'SAVING' });
    working ??= work().finally(() => (working = null));
  }

  async function work(): Promise<void> {
    for (let [next] = waiting; next; [next] = waiting) {
      waiting.delete(next[0]);
      await saveOne(...next);
    }
  }

  async function saveOne(questionId: string, sending: Sending): Promise<void> {
    let outcome: AnswerState = { type: 'KEPT' };
    try {
      await sendRepeatedly(
        () => options.save(questionId, sending.given, sending.key),
        async (ms) => {
          if (states.get(questionId)?.type === 'SAVING') become(questionId, { type: 'WAITING', ms });
          await options.wait(ms);
          return !waiting.has(questionId);
        },
      );
    } catch (error) {
      outcome = { type: 'FAILED', error };
    }
    // Another answer to this question was given meanwhile, or is not whole: how this one ended no longer matters.
    if (waiting.has(questionId) || states.get(questionId)?.type === 'PARTIAL') return;
    if (outcome.type === 'FAILED') failed.set(questionId, sending);
    become(questionId, outcome);
  }

  return {
    give: (questionId, given) => send(questionId, { given, key: options.newKey() }),
    givePartly(questionId) {
      waiting.delete(questionId);
      failed.delete(questionId);
      become(questionId, { type: 'PARTIAL' });
    },
    again(questionId) {
      const sending = failed.get(questionId);
      if (sending) send(questionId, sending);
    },
    async settled() {
      await working;
      return [...failed.keys()];
    },
    states: () => states,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Sends until it is no longer refused for its rate. `wait` waits so many milliseconds, and says whether sending on is still of use. */
async function sendRepeatedly(send: () => Promise<unknown>, wait: (ms: number) => Promise<boolean>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await send();
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS_MAX || !(error instanceof ApiError) || !NOT_BEGUN.has(error.code)) throw error;
      if (!(await wait(error.retryAfterMs ?? WAIT_MS))) return;
    }
  }
}
