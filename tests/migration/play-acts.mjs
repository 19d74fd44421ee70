/**
 * Plays acts of each kind through the API of a desk of an earlier version, so that its store holds something of everything:
 * `node tests/migration/play-acts.mjs http://localhost:4960 > acts.json`. Prints what was asked under which retry key, and answered.
 * `node tests/migration/play-acts.mjs http://localhost:4960 last` plays one more, for a desk that a crash point then ends.
 */
const [url, last] = process.argv.slice(2);
const played = [];
const CARD = 'id number version state';

const tokens = new Map();
async function tokenOf(login) {
  if (!tokens.has(login)) {
    const answer =
      login === 'demo-partner'
        ? await globalThis
            .fetch(new URL('/token', issuer()), {
              method: 'POST',
              headers: {
                authorization: `Basic ${Buffer.from('demo-partner:demo-partner-secret').toString('base64')}`,
                'content-type': 'application/x-www-form-urlencoded',
              },
              body: 'grant_type=client_credentials',
            })
            .then(async (response) => (await response.json()).access_token)
        : (await (await globalThis.fetch(`${url}/demo/token/${login}`)).text()).trim();
    tokens.set(login, answer);
  }
  return tokens.get(login);
}

/** The demo's issuer listens on the next port. */
function issuer() {
  return `http://localhost:${Number(new URL(url).port) + 1}`;
}

async function ask(login, query, variables = {}, actingFor = []) {
  const response = await globalThis.fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenOf(login)}`,
      ...(actingFor.length ? { 'desk-acting-for': actingFor.join(',') } : {}),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(`${login}: ${JSON.stringify(errors)} for ${query} ${JSON.stringify(variables)}`);
  return Object.values(data)[0];
}

let keys = last ? 100 : 0;
/** One act under a retry key of its own. */
async function act(login, mutation, input, { actingFor = [], selection = CARD } = {}) {
  const type = `${mutation[0].toUpperCase()}${mutation.slice(1)}Input`;
  const asked = { ...input, idempotencyKey: `before-${++keys}` };
  const answer = await ask(
    login,
    `mutation($input: ${type}!) { ${mutation}(input: $input) { ${selection} } }`,
    { input: asked },
    actingFor,
  );
  played.push({ login, actingFor, mutation, input: asked, answer });
  return answer;
}

/** Where an incident stands: an act names the version that it saw. */
async function current(id, actingFor = []) {
  return ask('sam', 'query($id: ID!) { incident(id: $id) { id version state } }', { id }, actingFor);
}

/** An act on an incident as it is now. */
async function on(login, mutation, id, input = {}, options = {}) {
  const { version } = await current(id);
  return act(login, mutation, { id, expectedVersion: version, ...input }, options);
}

const report = (title, more = {}) => ({
  title,
  description: `${title}. Seen since this morning; about 400 meters.`,
  serviceId: 'BILLING',
  environment: 'PRODUCTION',
  impact: 'LOW',
  urgency: 'MEDIUM',
  ...more,
});
const assigned = async (id) =>
  on('sam', 'assignIncident', id, {
    assignmentGroupId: 'BILLING',
    categoryId: 'BILLING_RESPONSE',
    impact: 'LOW',
    urgency: 'MEDIUM',
  });
const started = async (id, input = {}) => (await assigned(id), on('sam', 'startIncident', id, input));

if (last) {
  const [incident] = (await ask('sam', '{ incidents(first: 1, filter: { state: [NEW] }) { nodes { id } } }')).nodes;
  await assigned(incident.id).catch((error) => console.log('The desk ended:', error.message));
  process.exit(0);
}

const [authorization] = await ask('aga', '{ me { authorizations { organization { id } } } }').then(
  (me) => me.authorizations,
);
const agency = { actingFor: [authorization.organization.id] };

// Reported by a distributor, held with a question, answered, resumed, resolved, reopened, resolved again, accepted, followed up.
const long = await act('lena', 'createIncident', report('Billing answers are late'));
await started(long.id, { acknowledgement: 'We look into the billing queue.' });
await on('sam', 'holdIncident', long.id, { reason: 'CUSTOMER', question: 'Which meters are hit?' });
await act(
  'lena',
  'addComment',
  { id: long.id, text: 'All of feeder 12, "A" and « B » 😀.' },
  { selection: 'id text at' },
);
await on('sam', 'holdIncident', long.id, { reason: 'CHANGE', waitsFor: 'CHG-000012' });
await on('sam', 'resumeIncident', long.id);
await act('sam', 'addInternalNote', { id: long.id, text: 'Replay of batch 88 started.' }, { selection: 'id text at' });
await on('sam', 'resolveIncident', long.id, { code: 'FIXED', text: 'Batch 88 was replayed.', cause: 'SOFTWARE' });
await on('lena', 'reopenIncident', long.id, { reason: 'Twelve answers are still missing.' });
await on('sam', 'resolveIncident', long.id, { code: 'FIXED', text: 'The twelve came too.', cause: 'SOFTWARE' });
await on('lena', 'closeIncident', long.id);
await act('lena', 'createFollowUp', { id: long.id, description: 'One more is missing.' });

// Reported and withdrawn by an agent.
const withdrawn = await act(
  'aga',
  'createIncident',
  report('Reads of one collector are missing', { actingFor: agency.actingFor[0] }),
  agency,
);
await act(
  'aga',
  'addComment',
  { id: withdrawn.id, text: 'It was our own gateway.' },
  { ...agency, selection: 'id text at' },
);
await on('aga', 'cancelIncident', withdrawn.id, { reason: 'Solved on our side.' }, agency);

// Reclassified, linked and unlinked, then a duplicate.
const parent = await act('lena', 'createIncident', report('The export ends early', { impact: 'MEDIUM' }));
const child = await act('lena', 'createIncident', report('The export lacks a column'));
await on('sam', 'reclassifyIncident', parent.id, { urgency: 'HIGH', reason: 'The month ends today.' });
await on('sam', 'linkIncident', child.id, { kind: 'CHILD_OF', target: parent.number });
await on('sam', 'unlinkIncident', child.id, { kind: 'CHILD_OF', target: parent.number });
await started(child.id);
await on('sam', 'resolveIncident', child.id, {
  code: 'DUPLICATE',
  text: 'The same as the other one.',
  cause: 'UNKNOWN',
  duplicateOf: parent.number,
});

// Held until a time that the customer wished.
const waiting = await act('lena', 'createIncident', report('A file is refused'));
await started(waiting.id);
await on('sam', 'holdIncident', waiting.id, {
  reason: 'SCHEDULED',
  until: { local: '2099-07-03T10:00', timeZone: 'America/Toronto' },
  customerWish: true,
});

// A partner's system, which must send retry keys.
const partners = await ask('demo-partner', '{ me { authorizations { organization { id } scopes } } }').then(
  (me) => me.authorizations,
);
const partnership = partners.find(({ scopes }) => scopes.includes('TICKETS_WRITE'));
const mandate = { actingFor: [partnership.organization.id] };
const reported = await act(
  'demo-partner',
  'createIncident',
  report('A response has no meter', { actingFor: mandate.actingFor[0] }),
  mandate,
);
await act(
  'demo-partner',
  'addComment',
  { id: reported.id, text: 'The answer of 02:00 lacks it.' },
  { ...mandate, selection: 'id text at' },
);

console.log(JSON.stringify(played, null, 1));
