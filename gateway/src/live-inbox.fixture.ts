import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';

/** One message as the tests read it. */
export interface Message {
  data?: Record<string, Record<string, unknown> | null> | null;
  errors?: readonly { message: string; path?: readonly (string | number)[]; extensions?: Record<string, unknown> }[];
}

/** What one subscription of a client received, and how it ended. */
export class Inbox {
  readonly messages: Message[] = [];
  errors: readonly { message: string; extensions?: Record<string, unknown> }[] | null = null;
  completed = false;
  #waiting: (() => void)[] = [];

  /** Resolves when the condition holds; the test's own time is the bound. */
  async until(condition: (inbox: Inbox) => boolean): Promise<this> {
    while (!condition(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this;
  }

  /** Resolves when at least so many messages came. */
  async count(messages: number): Promise<Message[]> {
    await this.until((inbox) => inbox.messages.length >= messages || inbox.errors !== null);
    return this.messages;
  }

  /** The envelopes, whatever the root field is called. */
  get envelopes(): Record<string, unknown>[] {
    return this.messages.map(({ data }) => Object.values(data ?? {})[0] ?? {});
  }

  get cursors(): string[] {
    return this.envelopes.map(({ cursor }) => String(cursor));
  }

  changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** A client of the protocol library, as browsers and partners use it. */
export function connect(
  url: string,
  params: Record<string, unknown> | string,
  options: Partial<Parameters<typeof createClient>[0]> = {},
): Client {
  return createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: typeof params === 'string' ? { token: params } : params,
    retryAttempts: 0,
    ...options,
  });
}

/** Subscribes; with `resume` it starts at the connection's cursor and goes on behind the last one received, as the portal does. */
export function subscribe(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
  { resume = false }: { resume?: boolean } = {},
): Inbox & { leave: () => void } {
  const inbox = new Inbox();
  const payload = { query, variables: { ...variables } };
  if (resume) {
    client.on('connected', (_socket, acknowledgement) => {
      const { cursors } = acknowledgement as { cursors: Record<string, string> };
      payload.variables['after'] ??= cursors['incidentUpdates'];
    });
  }
  const leave = client.subscribe<NonNullable<Message['data']>>(payload, {
    next: (message) => {
      inbox.messages.push(message as Message);
      const cursor = inbox.envelopes.at(-1)?.['cursor'];
      // The library sends the same payload again after a reconnect.
      if (resume && typeof cursor === 'string') payload.variables['after'] = cursor;
      inbox.changed();
    },
    error: (error) => {
      inbox.errors = Array.isArray(error)
        ? error
        : [{ message: String((error as Error).message ?? (error as CloseEvent).reason) }];
      inbox.changed();
    },
    complete: () => {
      inbox.completed = true;
      inbox.changed();
    },
  });
  return Object.assign(inbox, { leave });
}

interface CloseEvent {
  reason?: string;
}
