import type { Principal } from '@desk/directory/principal/principal';
import type { TimeSource } from '@desk/kit/time/time-source';
import { Consumer } from '@desk/kit/log/consumer';
import { Refusal } from '@desk/kit/api/errors';
import { START, type StreamEvent } from '@desk/kit/log/entry';
import type { Logger } from '@desk/kit/process/logger';
import type { PullEvents } from '@desk/kit/log/pull';
import type { EventStream } from '@desk/kit/log/stream';
import type { SignToken } from '@desk/kit/api/token';
import type { Domain } from '@desk/schema/domains';
import { readDirectoryEvent } from '@desk/schema/directory/events';
import { LRUCache } from 'lru-cache';
import { Circuit } from '../limits/circuit.ts';

const DIRECTORY = 'directory' satisfies Domain;
/** How long the gateway uses an answer of the directory without asking again, in milliseconds. */
const FRESH_MS = 60_000;
/** How long the gateway uses it while the directory does not answer: people must still be able to sign in. */
const STALE_MS_MAX = 300_000;
const CACHED_MAX = 10_000;
const ASK_MS_MAX = 2_000;
const RETRY_AFTER_MS = 1_000;

/** Called when principals may have changed: with the id of one, or null for any. */
export type PrincipalListener = (id: string | null) => void;

export interface PrincipalsOptions {
  /** Where the directory listens, without a path. */
  directoryUrl: string;
  signToken: SignToken;
  stream: EventStream;
  pull: PullEvents;
  time: TimeSource;
  logger: Logger;
}

interface Answer {
  principal: Principal | null;
  askedAt: number;
}

/** The directory's principals by login, remembered for a minute and forgotten on the directory's events. */
export class Principals {
  readonly #options: PrincipalsOptions;
  readonly #known = new LRUCache<string, Answer>({ max: CACHED_MAX });
  readonly #asking = new Map<string, Promise<Principal | null>>();
  readonly #listeners = new Set<PrincipalListener>();
  readonly #consumer: Consumer;
  /** A directory that hangs would cost each request the whole of ASK_MS_MAX. */
  readonly #circuit: Circuit;
  /** Grows with each event: an answer that was asked for before an event may be older than it, and is not kept. */
  #generation = 0;

  constructor(options: PrincipalsOptions) {
    this.#options = options;
    this.#circuit = new Circuit(options.time);
    const { stream, pull, logger } = options;
    this.#consumer = new Consumer({
      service: DIRECTORY,
      stream,
      pull,
      logger,
      checkpoint: { load: async () => (await pull(DIRECTORY, START, 1)).head, save: async () => {} },
      handle: async (event) => {
        if (changesRights(event)) this.#forget(changedPrincipal(event));
      },
      onReset: async (head) => {
        this.#forget(null);
        return head;
      },
    });
  }

  /**
   * The principal that signs in as `login`: the subject of a person's token, or a client's id. Refuses with UNAUTHENTICATED a login that
   * names no active principal, and with SERVICE_UNAVAILABLE while the directory does not answer.
   */
  async resolve(login: string): Promise<Principal> {
    return requireActive(await this.#find(login));
  }

  /**
   * The same at a sign-in. Where the login is nobody's yet, the person accepts an invitation to `email`, which the sign-in service must
   * have verified; null where it did not.
   */
  async welcome(login: string, email: string | null): Promise<Principal> {
    const known = await this.#find(login);
    if (known || email === null) return requireActive(known);
    const accepted = await acceptInvitation({ login, email }, this.#options).catch((error: unknown) => {
      this.#options.logger.warn({ error }, 'the directory does not say who is invited');
      throw directoryAway(RETRY_AFTER_MS);
    });
    this.#known.delete(login);
    return requireActive(accepted);
  }

  /** Calls back after each change, once the old answers are forgotten. Returns the function that ends that. */
  onChange(listener: PrincipalListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  async #find(login: string): Promise<Principal | null> {
    const { time, logger } = this.#options;
    const known = this.#known.get(login);
    const age = known ? time.now().getTime() - known.askedAt : Infinity;
    if (known && age >= 0 && age < FRESH_MS) return known.principal;
    try {
      return await this.#ask(login);
    } catch (error) {
      if (known && age < STALE_MS_MAX) return known.principal;
      if (error instanceof Refusal) throw error;
      logger.warn({ error }, 'the directory does not say who signs in');
      throw directoryAway(RETRY_AFTER_MS);
    }
  }

  /** Asks once for all who ask for the same login meanwhile. Throws at once while the directory counts as down. */
  #ask(login: string): Promise<Principal | null> {
    const waiting = this.#asking.get(login);
    if (waiting) return waiting;
    const waitMs = this.#circuit.waitMs();
    if (waitMs > 0) throw directoryAway(waitMs);
    const [askedIn, askedAt] = [this.#generation, this.#options.time.now().getTime()];
    const answer = askDirectory(login, this.#options).then((principal) => {
      if (askedIn === this.#generation) this.#known.set(login, { principal, askedAt });
      return principal;
    });
    this.#asking.set(login, answer);
    const done = () => void (this.#asking.get(login) === answer && this.#asking.delete(login));
    answer.then(done, done);
    answer.then(
      () => this.#circuit.succeeded(),
      () => this.#circuit.failed(),
    );
    return answer;
  }

  #forget(id: string | null): void {
    this.#generation += 1;
    this.#asking.clear();
    for (const [login, { principal }] of [...this.#known.entries()]) {
      if (id === null || principal === null || principal.id === id) this.#known.delete(login);
    }
    for (const listener of this.#listeners) listener(id);
  }
}

function directoryAway(retryAfterMs: number): Refusal {
  const message = 'The desk cannot check who you are at the moment. Try again shortly.';
  return new Refusal('SERVICE_UNAVAILABLE', message, { service: DIRECTORY, retryAfterMs });
}

/** Refuses a principal that may not sign in, and says why where that may end. */
function requireActive(principal: Principal | null): Principal {
  if (principal?.active) return principal;
  const reason = principal?.suspended;
  if (reason === 'PRINCIPAL')
    throw new Refusal('UNAUTHENTICATED', 'You are suspended. Call the service desk.', { reason });
  if (reason === 'ORGANIZATION')
    throw new Refusal('UNAUTHENTICATED', 'Your organization is suspended. Call the service desk.', { reason });
  throw new Refusal('UNAUTHENTICATED', 'The login must be that of an active user of the desk.');
}

/** False for an event after which everybody may do what they could before: of a service, or of an organization's name and the like. */
function changesRights(event: StreamEvent): boolean {
  const told = readDirectoryEvent(event);
  if (told?.data.subject?.type === 'SERVICE') return false;
  return told?.type !== 'organization.changed' || told.data.changedFields.includes('status');
}

/** The one principal that an event changes; null where it may change several. */
function changedPrincipal(event: StreamEvent): string | null {
  const subject = readDirectoryEvent(event)?.data.subject;
  return subject?.type === 'PERSON' || subject?.type === 'CLIENT' ? subject.id : null;
}

function askDirectory(login: string, options: PrincipalsOptions): Promise<Principal | null> {
  return principalAt(`/principals?login=${encodeURIComponent(login)}`, {}, options);
}

function acceptInvitation(
  invited: { login: string; email: string },
  options: PrincipalsOptions,
): Promise<Principal | null> {
  const headers = { 'content-type': 'application/json' };
  return principalAt('/invitations/accept', { method: 'POST', headers, body: JSON.stringify(invited) }, options);
}

/** The principal that a route of the directory answers with. */
async function principalAt(
  path: string,
  request: RequestInit & { headers?: Record<string, string> },
  { directoryUrl, signToken }: PrincipalsOptions,
): Promise<Principal | null> {
  const token = await signToken(DIRECTORY, { purpose: 'SERVICE', viewer: null });
  const answer = await fetch(`${directoryUrl}${path}`, {
    ...request,
    headers: { ...request.headers, authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ASK_MS_MAX),
  });
  if (!answer.ok) throw new Error(`the directory answered with ${answer.status}`);
  return ((await answer.json()) as { principal: Principal | null }).principal;
}
