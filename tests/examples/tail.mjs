/**
 * Prints each change of an incident as it happens, and after a break continues behind the last one: `node tests/examples/tail.mjs`.
 * It is all that a partner's program needs, with the demo's token. DESK_URL is the desk's address (http://localhost:4000), DESK_LOGIN
 * the person who listens (sam).
 */
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const { DESK_URL = 'http://localhost:4000', DESK_LOGIN = 'sam' } = process.env;
const RETRIES_MAX = 100;

const client = createClient({
  url: `${DESK_URL.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  // A token lives for minutes, so each connection fetches its own.
  connectionParams: async () => ({ token: await token() }),
  retryAttempts: RETRIES_MAX,
  shouldRetry: () => true,
  on: {
    // Each acknowledgement says where the log stands. From the first one on, nothing is missed.
    connected: (_socket, { cursors }) => {
      subscription.variables.after ??= cursors.incidentUpdates;
      console.log(`Listening to ${DESK_URL} as ${DESK_LOGIN}. Ctrl-C ends it.`);
    },
  },
});

const subscription = {
  query: `subscription ($after: Cursor) {
    incidentUpdates(after: $after, delivery: ALL) {
      cursor kind at version
      incident { number title state priority organization { name } }
    }
  }`,
  variables: {},
};

for await (const { data, errors } of client.iterate(subscription)) {
  if (errors) console.error(errors);
  if (!data?.incidentUpdates) continue;
  const { cursor, kind, at, incident } = data.incidentUpdates;
  // The client sends this object again when it reconnects, so it continues behind this message.
  subscription.variables.after = cursor;
  console.log(at, kind.padEnd(14), incident?.number, incident?.state.padEnd(11), incident?.priority, incident?.title);
}

async function token() {
  const answer = await globalThis.fetch(`${DESK_URL}/demo/token/${DESK_LOGIN}`);
  return (await answer.text()).trim();
}
