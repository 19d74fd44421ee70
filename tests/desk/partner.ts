import { mutationText } from '@desk/testkit/subgraph-client';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';

/** An answer of the API. */
export interface ApiAnswer {
  data?: Record<string, never> | null;
  errors?: { message: string; extensions: { code: string; [detail: string]: unknown } }[];
  extensions?: Record<string, unknown>;
}

/** Somebody who uses the API with a token of the demo issuer: what a partner's program does. */
export class Partner {
  readonly url: string;
  readonly login: string;
  readonly actingFor: string[];
  #token: string | null = null;

  constructor(url: string, login: string, actingFor: string[] = []) {
    this.url = url;
    this.login = login;
    this.actingFor = actingFor;
  }

  async token(): Promise<string> {
    const known = this.#token;
    if (known) return known;
    const answer = await fetch(`${this.url}/demo/token/${this.login}`);
    return (this.#token = (await answer.text()).trim());
  }

  /** One request. */
  async ask(query: string, variables: Record<string, unknown> = {}): Promise<ApiAnswer> {
    const answer = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await this.token()}`,
        ...(this.actingFor.length ? { 'desk-acting-for': this.actingFor.join(',') } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await answer.json()) as ApiAnswer;
  }

  /** The one thing that a request gives. Waits where it comes too fast, as the refusal says. Throws its errors. */
  async get<T>(query: string, variables: Record<string, unknown> = {}): Promise<T> {
    const { data, errors } = await this.ask(query, variables);
    const waitMs = errors?.[0]?.extensions.code === 'RATE_LIMITED' ? errors[0].extensions['retryAfterMs'] : null;
    if (typeof waitMs === 'number') {
      await delay(waitMs);
      return this.get<T>(query, variables);
    }
    if (errors) throw new Error(JSON.stringify(errors, null, 1));
    return Object.values(data ?? {})[0] as T;
  }

  /** Sends one change, and gives what the selection asks of its payload. Throws its errors. */
  async write<Payload>(mutation: string, input: Record<string, unknown>, selection: string): Promise<Payload> {
    return this.get<Payload>(mutationText(mutation, selection), { input });
  }

  /** A live connection that reconnects by itself with a fresh token. */
  connect(): Client {
    return createClient({
      url: `${this.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      lazy: false,
      // A desk that starts again on a busy machine may take long; what a test waits for is bounded there.
      retryAttempts: Infinity,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 200)),
      shouldRetry: () => true,
      onNonLazyError: () => {},
      connectionParams: async () => {
        this.#token = null;
        return { token: await this.token(), actingFor: this.actingFor };
      },
    });
  }
}

/** Collects what a subscription sends, and lets a test wait for it. Starts and resumes by cursor, as a partner's program does. */
export class Listener<T extends { cursor: string }> {
  readonly messages: T[] = [];
  readonly problems: unknown[] = [];
  readonly #field: string;
  readonly #accepted: Promise<void>;
  #waiting: (() => void)[] = [];

  /** Comes back when the subscription misses nothing from then on. The client is one that has just been made. */
  static async open<T extends { cursor: string }>(
    client: Client,
    field: string,
    selection: string,
  ): Promise<Listener<T>> {
    const listener = new Listener<T>(client, field, selection);
    await listener.#accepted;
    return listener;
  }

  private constructor(client: Client, field: string, selection: string) {
    this.#field = field;
    const payload = {
      query: `subscription($after: Cursor) { ${field}(after: $after, delivery: ALL) { cursor ${selection} } }`,
      variables: {} as Record<string, unknown>,
    };
    this.#accepted = new Promise((resolve) => {
      client.on('connected', (_socket, acknowledgement) => {
        payload.variables['after'] ??= (acknowledgement as { cursors: Record<string, string> }).cursors[field];
        resolve();
      });
    });
    client.subscribe<Record<string, T>>(payload, {
      next: ({ data, errors }) => {
        if (errors) this.problems.push(errors);
        const message = data?.[this.#field];
        if (!message) return;
        payload.variables['after'] = message.cursor; // graphql-ws sends this object again when it reconnects.
        this.messages.push(message);
        for (const wake of this.#waiting.splice(0)) wake();
      },
      error: (error) => this.problems.push(error),
      complete: () => {},
    });
  }

  /** Comes back when the messages are as a test wants them, at most `ms` later. */
  async until(holds: (messages: T[]) => boolean, ms = 60_000): Promise<T[]> {
    const deadline = Date.now() + ms;
    while (!holds(this.messages)) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(
          `waited in vain; problems ${JSON.stringify(this.problems)}; messages ${JSON.stringify(this.messages)}`,
        );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return this.messages;
  }
}
