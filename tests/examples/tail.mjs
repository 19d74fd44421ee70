/**
 * Prints the open incidents, then each change as it happens: what a partner's program needs, and nothing else. `node tests/examples/tail.mjs`
 *
 * DESK_URL                        the desk (http://localhost:4000)
 * DESK_LOGIN                      a person of the demo who listens (sam); or, for a system:
 * DESK_CLIENT, DESK_CLIENT_SECRET its name and secret at the sign-in service, as demo-partner and demo-partner-secret
 * DESK_TOKEN_URL                  where that service gives tokens (http://localhost:4001/token)
 * DESK_ACTING_FOR                 ids of the distributors that an agent or a partner acts for, with commas between
 * DESK_CURSOR_FILE                a file that remembers the last change, so that another start continues behind it
 */
import { createClient } from 'graphql-ws';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { clearTimeout, setTimeout } from 'node:timers';
import { WebSocket } from 'ws';

const { DESK_URL = 'http://localhost:4000', DESK_LOGIN = 'sam', DESK_CURSOR_FILE } = process.env;
const { DESK_CLIENT, DESK_CLIENT_SECRET = '', DESK_TOKEN_URL = 'http://localhost:4001/token' } = process.env;
const ACTING_FOR = (process.env.DESK_ACTING_FOR ?? '').split(',').filter(Boolean);
/** A line that brings neither messages nor answers to our pings is dead, though nobody closed it. In milliseconds. */
const [PING_MS, PONG_MS_MAX] = [10_000, 5_000];
/** Waits between attempts grow to this, in milliseconds. */
const RETRY_MS_MAX = 10_000;
/** After these codes another attempt would be refused as this one was. */
const FINAL = new Set([1008, 4400, 4401, 4406, 4409, 4429]);

const FIELDS = 'number title state priority organization { name }';
const OPEN = `{ incidents(first: 20, filter: { open: true }) { nodes { ${FIELDS} } } }`;
const UPDATES = `subscription ($after: Cursor) {
  incidentUpdates(after: $after, delivery: ALL) { cursor kind at version incident { ${FIELDS} } }
}`;

for (let cursor = readCursor(); ; cursor = null) {
  if (cursor) console.log(`Continues behind ${cursor}.`);
  const { code, message } = await listen(cursor);
  if (code !== 'CURSOR_EXPIRED') {
    console.error(message);
    process.exit(1);
  }
  console.log('The desk no longer has what was missed since: the list is read anew.');
}

/** Prints changes from a cursor on; without one, from now on and after the open incidents. Comes back with why it cannot go on. */
async function listen(after) {
  const variables = { after };
  const client = createClient({
    url: `${DESK_URL.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    // A token lives for minutes, so each connection fetches its own.
    connectionParams: async () => ({ token: await token(), actingFor: ACTING_FOR }),
    keepAlive: PING_MS,
    retryAttempts: Infinity,
    retryWait: (retries) => sleep(Math.min(RETRY_MS_MAX, 500 * 2 ** Math.min(retries, 10)) * (0.5 + Math.random() / 2)),
    shouldRetry: (problem) => !problem?.isFinal && !FINAL.has(problem?.code),
    on: {
      // Each acknowledgement says where the log stands. From the first one on, nothing is missed.
      connected: (_socket, { cursors }) => {
        console.log(`Listening to ${DESK_URL} as ${DESK_CLIENT ?? DESK_LOGIN}. Ctrl-C ends it.`);
        if (variables.after) return;
        variables.after = cursors.incidentUpdates;
        void printOpen();
      },
      ping: (received) => {
        if (received) return;
        clearTimeout(late);
        late = setTimeout(() => client.terminate(), PONG_MS_MAX);
      },
      pong: (received) => received && clearTimeout(late),
      closed: () => clearTimeout(late),
    },
  });
  let late;
  try {
    // The client sends `variables` again when it reconnects, so it continues behind the last message.
    for await (const { data, errors } of client.iterate({ query: UPDATES, variables })) {
      if (errors) console.error(errors);
      if (!data?.incidentUpdates) continue;
      const { cursor, kind, at, incident } = data.incidentUpdates;
      print(at, kind, incident);
      // Only now: a program that ends before this handles the change again.
      variables.after = cursor;
      keepCursor(cursor);
    }
    return { message: 'The desk ended the subscription.' };
  } catch (problem) {
    const [refusal] = Array.isArray(problem) ? problem : [];
    const code = refusal?.extensions?.code;
    const closed = `The desk closed the line: ${problem?.code} ${problem?.reason}`;
    return { code, message: refusal?.message ?? problem?.message ?? closed };
  } finally {
    clearTimeout(late);
    await client.dispose();
  }
}

async function printOpen() {
  const headers = { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' };
  if (ACTING_FOR.length) headers['desk-acting-for'] = ACTING_FOR.join();
  const answer = await fetch(`${DESK_URL}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query: OPEN }) });
  const { data, errors } = await answer.json();
  if (errors) return console.error(errors);
  for (const incident of data.incidents.nodes) print('open'.padEnd(24), '', incident);
  if (data.incidents.nodes.length === 0)
    console.log('No open incident that you may see. An agent or a partner sees those of DESK_ACTING_FOR alone.');
}

function print(at, kind, incident) {
  const { number = '(no longer yours to see)', state = '', priority = '', title = '' } = incident ?? {};
  // What people wrote must not steer the terminal.
  const line = [at, kind.padEnd(14), number, state.padEnd(11), priority, title].join(' ');
  console.log(line.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD'));
}

async function token() {
  if (!DESK_CLIENT) return (await answered(fetch(`${DESK_URL}/demo/token/${DESK_LOGIN}`))).trim();
  const basic = Buffer.from(`${DESK_CLIENT}:${DESK_CLIENT_SECRET}`).toString('base64');
  const body = new URLSearchParams({ grant_type: 'client_credentials' });
  const headers = { authorization: `Basic ${basic}` };
  return JSON.parse(await answered(fetch(DESK_TOKEN_URL, { method: 'POST', headers, body }))).access_token;
}

async function answered(request) {
  const answer = await request;
  if (answer.ok) return answer.text();
  const problem = new Error(`No token: ${answer.url} answered ${answer.status}.`);
  // What was refused is refused again; a service that cannot answer may later.
  throw Object.assign(problem, { isFinal: answer.status < 500 && answer.status !== 429 });
}

function readCursor() {
  try {
    return DESK_CURSOR_FILE ? readFileSync(DESK_CURSOR_FILE, 'utf8').trim() || null : null;
  } catch {
    return null; // The first start.
  }
}

function keepCursor(cursor) {
  if (!DESK_CURSOR_FILE) return;
  writeFileSync(`${DESK_CURSOR_FILE}.part`, cursor);
  renameSync(`${DESK_CURSOR_FILE}.part`, DESK_CURSOR_FILE);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
