import { createClient, type Client } from 'graphql-ws';
import WebSocket from 'ws';
import type { ApiAnswer, Partner } from '../desk/partner.ts';
import { rootFields } from './api-shape.ts';
import type { Caller } from './caller.ts';
import { EXTENTS, operation, wholeField } from './selections.ts';

/** Subscribes to everything, and hands each message to the caller. Comes back when no later event is missed. */
export async function listen(caller: Caller, partner: Partner): Promise<Client> {
  const client = partner.connect();
  const cursors = await new Promise<Record<string, string>>((resolve) =>
    client.on('connected', (_socket, said) => resolve((said as { cursors: Record<string, string> }).cursors)),
  );
  for (const field of rootFields('Subscription')) {
    const resumes = field.args.some(({ name }) => name === 'after');
    const text = resumes
      ? operation('subscription($after: Cursor)', wholeField(field, { after: '$after' }, NARROWEST))
      : operation('subscription', wholeField(field, {}, NARROWEST));
    const take = (answer: ApiAnswer) => caller.told.push({ text, root: 'Subscription', answer });
    client.subscribe<Record<string, never>>(
      { query: text, ...(resumes && { variables: { after: cursors[field.name] } }) },
      {
        next: (message) => take(message as ApiAnswer),
        error: (errors) => take({ errors: errors as NonNullable<ApiAnswer['errors']> }),
        complete: () => {},
      },
    );
  }
  return client;
}

const NARROWEST = EXTENTS.at(-1)!;

/** Connects without a token, and gives the code with which the desk closes the socket. */
export async function closedWithoutToken(url: string): Promise<number> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
  });
  return new Promise((resolve) => client.on('closed', (event) => resolve((event as { code: number }).code)));
}
