import type { Principal } from '@desk/directory/principal';
import type { Clock } from '@desk/kit/clock';
import { Consumer } from '@desk/kit/consumer';
import { Refusal } from '@desk/kit/errors';
import { START, type StreamEvent } from '@desk/kit/event';
import type { Logger } from '@desk/kit/logger';
import type { PullEvents } from '@desk/kit/pull';
import type { EventStream } from '@desk/kit/stream';
import type { SignToken } from '@desk/kit/token';
import { LRUCache } from 'lru-cache';
import { Circuit } from './circuit.ts';

const DIRECTORY = 'directory';
/** How long an answer of the directory is used without asking again, in milliseconds. */
const FRESH_MS = 60_000;
/** How long it is used while the directory does not answer: signing in must not end with one service. */
const STALE_MS_MAX = 300_000;
const CACHED_MAX = 10_000;
const ASK_MS_MAX = 2_000;
const RETRY_AFTER_MS = 1_000;

/** Called when principals may have changed: with the id of one, or null for any. */
export type PrincipalListener = (id: string | null) => void;

/** Who is who, as the directory says. */
export interface Principals {
  /**
   * The principal that signs in as `login`: the subject of a person's token or a client's id. Refuses with
   * UNAUTHENTICATED who is unknown or no longer active, with SERVICE_UNAVAILABLE when the directory cannot say.
   */
  resolve(login: string): Promise<Principal>;
  /** Calls back on changes, once what was known is forgotten; returns what ends that. */
  onChange(listener: PrincipalListener): () => void;
  stop(): Promise<void>;
}

export interface PrincipalsOptions {
  /** Where the directory listens, without a path. */
  directoryUrl: string;
  signToken: SignToken;
  stream: EventStream;
  pull: PullEvents;
  clock: Clock;
  logger: Logger;
}

interface Known {
  principal: Principal | null;
  askedAt: number;
}

/** Principals by login, remembered for a minute and forgotten on the directory's events. */
export function createPrincipals(options: PrincipalsOptions): Principals {
  const { stream, pull, clock, logger } = options;
  const known = new LRUCache<string, Known>({ max: CACHED_MAX });
  const asking = new Map<string, Promise<Principal | null>>();
  const listeners = new Set<PrincipalListener>();
  /** A directory that hangs would cost each request the whole of ASK_MS_MAX. */
  const circuit = new Circuit(clock);
  /** Grows with each event: an answer that was asked for before an event may be older than it, and is not kept. */
  let generation = 0;

  const forget = (id: string | null): void => {
    generation += 1;
    asking.clear();
    for (const [login, { principal }] of [...known.entries()]) {
      if (id === null || principal === null || principal.id === id) known.delete(login);
    }
    for (const listener of listeners) listener(id);
  };
  const consumer = new Consumer({
    service: DIRECTORY,
    stream,
    pull,
    logger,
    checkpoint: { load: async () => (await pull(DIRECTORY, START, 1)).head, save: async () => {} },
    handle: async (event) => forget(changedPrincipal(event)),
    onReset: async (head) => {
      forget(null);
      return head;
    },
  });

  /** Throws at once while the directory counts as down. */
  const ask = (login: string): Promise<Principal | null> => {
    const waiting = asking.get(login);
    if (waiting) return waiting;
    const waitMs = circuit.waitMs();
    if (waitMs > 0) throw cannotSay(waitMs);
    const [askedIn, askedAt] = [generation, clock.now().getTime()];
    const answer = askDirectory(login, options).then((principal) => {
      if (askedIn === generation) known.set(login, { principal, askedAt });
      return principal;
    });
    asking.set(login, answer);
    const done = () => void (asking.get(login) === answer && asking.delete(login));
    answer.then(done, done);
    answer.then(
      () => circuit.succeeded(),
      () => circuit.failed(),
    );
    return answer;
  };

  const find = async (login: string): Promise<Principal | null> => {
    const entry = known.get(login);
    const age = entry ? clock.now().getTime() - entry.askedAt : Infinity;
    if (entry && age >= 0 && age < FRESH_MS) return entry.principal;
    try {
      return await ask(login);
    } catch (error) {
      if (entry && age < STALE_MS_MAX) return entry.principal;
      if (error instanceof Refusal) throw error;
      logger.warn({ error }, 'the directory does not say who signs in');
      throw cannotSay(RETRY_AFTER_MS);
    }
  };

  return {
    async resolve(login) {
      const principal = await find(login);
      if (principal?.active) return principal;
      throw new Refusal('UNAUTHENTICATED', 'Nobody who may use the desk signs in like this.');
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop: () => consumer.stop(),
  };
}

function cannotSay(retryAfterMs: number): Refusal {
  const message = 'Who you are cannot be checked at the moment. Try again shortly.';
  return new Refusal('SERVICE_UNAVAILABLE', message, { service: DIRECTORY, retryAfterMs });
}

/** The one principal that an event changes; null where it may change several. */
function changedPrincipal({ type, data }: StreamEvent): string | null {
  const id = data['recordId'];
  return /^(person|client)\./.test(type) && typeof id === 'string' ? id : null;
}

async function askDirectory(login: string, { directoryUrl, signToken }: PrincipalsOptions): Promise<Principal | null> {
  const token = await signToken(DIRECTORY, { purpose: 'SERVICE', viewer: null });
  const answer = await fetch(`${directoryUrl}/principals?login=${encodeURIComponent(login)}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ASK_MS_MAX),
  });
  if (!answer.ok) throw new Error(`the directory answered with ${answer.status}`);
  return ((await answer.json()) as { principal: Principal | null }).principal;
}
