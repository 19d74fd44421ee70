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
  onMessage = (): void => {};
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

/** Subscribes. */
export function subscribe(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Inbox & { leave: () => void } {
  return follow(client, { query, variables }, new Inbox());
}

/** Subscribes at `after` or the connection's cursor, and after a break goes on behind the last message received, as the portal does. */
export function subscribeAndResume(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Inbox & { leave: () => void } {
  client.on('connected', (_socket, acknowledgement) => {
    const { cursors } = acknowledgement as { cursors: Record<string, string> };
    variables['after'] ??= cursors['incidentUpdates'];
  });
  const inbox = new Inbox();
  // The library sends the same payload again after a reconnect.
  inbox.onMessage = () => (variables['after'] = inbox.cursors.at(-1));
  return follow(client, { query, variables }, inbox);
}

function follow(
  client: Client,
  payload: { query: string; variables: Record<string, unknown> },
  inbox: Inbox,
): Inbox & { leave: () => void } {
  const leave = client.subscribe<NonNullable<Message['data']>>(payload, {
    next: (message) => {
      inbox.messages.push(message as Message);
      inbox.onMessage();
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
