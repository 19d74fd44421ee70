import { setTimeout as delay } from 'node:timers/promises';
import { ProcessTree } from './process-tree.ts';
import type { RigReady, RigRequest, RigSettings } from './rig-protocol.ts';

/** A request without an answer counts as lost after this, in milliseconds. */
const REQUEST_MS_MAX = 2_000;
const RETRY_MS = 20;
/** A writer gives up after so many requests to a running service. While none runs it waits: how long a start takes is the machine's. */
const SENT_MAX = 3_000;

/** What became of a request, after so many repetitions. */
export type RigAnswer = { thing: string; retries: number } | { thing: null; error: string; retries: number };

/** The rig's service and engine as one process tree. */
export class RigProcess extends ProcessTree<RigReady> {
  constructor(settings: RigSettings) {
    super('./rig-service.ts', settings);
  }

  /** The service's database; only while it runs. */
  get mongodbUri(): string {
    if (!this.ready) throw new Error('The rig service does not run.');
    return this.ready.mongodbUri;
  }

  /**
   * Asks until it is acknowledged, whatever happens to the service meanwhile, and resolves with the thing's id and how
   * often the request was repeated; or without an id, on an answer that no repetition changes.
   */
  async ask(request: RigRequest): Promise<RigAnswer> {
    let last = 'none';
    for (let sent = 0; sent < SENT_MAX && !this.ended;) {
      if (this.ready) {
        sent++;
        const answer = await askOnce(this.ready.url, request);
        if (answer?.status === 200) return { thing: answer.text, retries: sent - 1 };
        if (answer?.status === 409) return { thing: null, error: answer.text, retries: sent - 1 };
        last = answer?.text ?? 'none';
      }
      await delay(RETRY_MS);
    }
    const why = this.ended ? 'before the rig ended' : `in ${SENT_MAX} requests`;
    throw new Error(`${request.key} was never acknowledged ${why}. The last answer: ${last}.`);
  }
}

/** Null when no answer came. */
async function askOnce(url: string, request: RigRequest): Promise<{ status: number; text: string } | null> {
  try {
    const signal = AbortSignal.timeout(REQUEST_MS_MAX);
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(request), signal });
    return { status: answer.status, text: await answer.text() };
  } catch {
    return null;
  }
}
