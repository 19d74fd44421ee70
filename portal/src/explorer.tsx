import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './explorer.css';
import { GraphiQL } from 'graphiql';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import type { ComponentProps } from 'react';
import { createRoot } from 'react-dom/client';
import { readSignIn, signInAddress } from './app/sign-in.ts';

type Fetcher = ComponentProps<typeof GraphiQL>['fetcher'];

/** What a newcomer finds in the first tab: a query that works as it stands. */
const FIRST_QUERY = `# Signed in by the portal's session: nothing to set. Press Ctrl Enter to run.
query OpenIncidents {
  me {
    name
  }
  incidents(first: 5, filter: { open: true }) {
    totalCount
    nodes {
      number
      title
      state
      priority
      organization {
        name
      }
    }
  }
}

# Changes as they happen. Choose it beside the run button, then change an incident in the portal.
subscription LiveIncidents {
  incidentUpdates {
    cursor
    kind
    at
    incident {
      number
      state
      organization {
        name
      }
    }
  }
}
`;

const socket = createClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  lazy: true,
  retryAttempts: 20,
});

/** Queries and mutations go by POST, subscriptions over the socket: the gateway refuses them the other way round. */
const fetcher: Fetcher = (parameters, options) => {
  if (isSubscription(parameters.query, parameters.operationName ?? undefined)) {
    return socket.iterate({ ...parameters, operationName: parameters.operationName ?? null }) as ReturnType<Fetcher>;
  }
  return fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'desk-csrf': '1', ...options?.headers },
    body: JSON.stringify(parameters),
  }).then((response) => response.json() as Promise<Record<string, unknown>>);
};

function isSubscription(query: string, operationName: string | undefined): boolean {
  const operations = [...query.replaceAll(/#.*$/gm, '').matchAll(/\b(query|mutation|subscription)\b\s*(\w*)/g)];
  const chosen = operationName ? operations.find(([, , name]) => name === operationName) : operations[0];
  return chosen?.[1] === 'subscription';
}

/**
 * The schema as the desk publishes it. Asking by introspection would be refused: that query is deeper than any that the
 * limits allow.
 */
async function readSchema(): Promise<GraphQLSchema | null> {
  const response = await fetch('/schema.graphql', { headers: { 'desk-csrf': '1' } });
  return response.ok ? buildSchema(await response.text(), { assumeValidSDL: true }) : null;
}

const { signedIn } = await readSignIn();
if (!signedIn) location.assign(signInAddress('/explorer'));
const place = document.getElementById('root');
if (!place) throw new Error('The page has no place for the explorer.');
const schema = await readSchema();
createRoot(place).render(
  <GraphiQL fetcher={fetcher} defaultQuery={FIRST_QUERY} forcedTheme="light" {...(schema && { schema })} />,
);
