import type { Principal } from '@desk/directory/principal/principal';
import { viewerOf } from '@desk/gateway/identity/viewer';
import { ERROR_CODES } from '@desk/kit/api/errors';
import { tokenSigner, type SignToken } from '@desk/kit/api/token';
import type { Viewer } from '@desk/kit/api/viewer';
import { systemTime } from '@desk/kit/time/time-source';
import type { Domain } from '@desk/schema/domains';
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '@desk/testkit/subgraph-client';
import type { DeskReady, DeskSettings } from './desk-protocol.ts';
import { ProcessTree } from './process-tree.ts';

/** A request without an answer counts as lost after this, in milliseconds. */
const REQUEST_MS_MAX = 10_000;
const RETRY_MS = 20;
/** A writer gives up after so many requests to running services. */
const SENT_MAX = 3_000;

/** A question to a service, and when its answer is one: a refusal passes by itself, or the answer is not there yet. */
export interface Asked {
  domain: Domain;
  viewer: Viewer;
  query: string;
  variables: Record<string, unknown>;
  isAnswer?: (data: Record<string, unknown>) => boolean;
  passing?: string | undefined;
}

/** What became of a question, after so many repetitions. */
export interface DeskAnswer {
  data: Record<string, unknown> | null;
  error: string | null;
  retries: number;
}

/** All services and their engine as one process tree. */
export class DeskTree extends ProcessTree<DeskReady> {
  readonly #settings: DeskSettings;
  readonly #sign: Promise<SignToken>;
  readonly #viewers = new Map<string, Viewer>();

  constructor(first: Omit<DeskSettings, 'filled'>) {
    const settings: DeskSettings = { ...first, filled: false };
    super('./desk-services.ts', settings);
    this.#settings = settings;
    this.#sign = tokenSigner(first.keys.signing, systemTime);
  }

  override async start(): Promise<boolean> {
    const started = await super.start();
    if (started) this.#settings.filled = true;
    return started;
  }

  /** A person of the demo as the gateway vouches for one, with the rights of the first time that it was asked for. */
  async viewer(login: string): Promise<Viewer> {
    const known = this.#viewers.get(login);
    if (known) return known;
    const answer = await this.#again(`who ${login} is`, async ({ urls }) => {
      const sign = await this.#sign;
      const authorization = `Bearer ${await sign('directory', { purpose: 'SERVICE', viewer: null })}`;
      const url = `${urls.directory}/principals?login=${login}`;
      const response = await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(REQUEST_MS_MAX) });
      return response.ok ? ((await response.json()) as { principal: Principal | null }).principal : null;
    });
    const { viewer } = viewerOf(answer.value, [], systemTime.now());
    this.#viewers.set(login, viewer);
    return viewer;
  }

  /** Asks until there is an answer, whatever happens to the services meanwhile. `error` is a refusal that no repetition changes. */
  async ask({ domain, viewer, query, variables, isAnswer = () => true, passing }: Asked): Promise<DeskAnswer> {
    const { value, retries } = await this.#again(`${domain}: ${query}`, async ({ urls }) => {
      const token = await (await this.#sign)(domain, { purpose: 'REQUEST', viewer });
      const response = await fetch(`${urls[domain]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(REQUEST_MS_MAX),
      });
      const { data, errors } = (await response.json()) as Answer<Record<string, unknown>>;
      const code = errors?.[0]?.extensions.code;
      if (code === undefined) return data && isAnswer(data) ? { data, error: null } : null;
      const isPassing = code === passing || ERROR_CODES[code as keyof typeof ERROR_CODES].retryable;
      return isPassing ? null : { data: null, error: JSON.stringify(errors) };
    });
    return { ...value, retries };
  }

  /** Tries until something comes of it. */
  async #again<T>(what: string, once: (ready: DeskReady) => Promise<T | null>): Promise<{ value: T; retries: number }> {
    for (let sent = 0; sent < SENT_MAX && !this.ended;) {
      const ready = this.ready;
      if (ready) {
        const value = await once(ready).catch(() => null);
        if (value !== null) return { value, retries: sent };
        sent++;
      }
      await delay(RETRY_MS);
    }
    throw new Error(`There was no answer: ${what}`);
  }
}
