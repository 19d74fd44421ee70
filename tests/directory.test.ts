import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from '@desk/testkit/until';
import WebSocket from 'ws';
import { DeskProcess } from './desk/desk-process.ts';
import { report } from './desk/desk-work.ts';
import { Partner } from './desk/partner.ts';

/** The directory's changes, end to end: what ends stops requests and sockets at the gateway of a desk as `npm start` runs it. */

/** Within this time what ended must stop everything, in milliseconds. */
const CUT_OFF_MS_MAX = 5_000;
const REASON = 'Asked for by the regulator.';

let desk: DeskProcess;
let sam: Partner;
let root: Partner;
let omar: Partner;

beforeAll(async () => {
  desk = await DeskProcess.start();
  [sam, root, omar] = ['sam', 'root', 'omar'].map((login) => new Partner(desk.url, login)) as [
    Partner,
    Partner,
    Partner,
  ];
});
afterAll(() => desk?.stop());

test('an authorization that ends cuts the agent off at once, for that distributor alone', async () => {
  const [one, two] = [await organization('LDC-001'), await organization('LDC-002')];
  const agent = new Partner(desk.url, 'aga', [one.id, two.id]);
  expect(await organizationsOf(agent)).toEqual(['LDC-001', 'LDC-002']);
  const socket = await open(agent);
  const filter = `{ organizationId: ["${one.id}"], current: true }`;
  const { nodes } = await omar.get<{ nodes: { id: string; version: number; agent: { code: string } }[] }>(
    `{ agentAuthorizations(first: 10, filter: ${filter}) { nodes { id version agent { code } } } }`,
  );
  const { id, version } = nodes.find((each) => each.agent.code === 'AGT-001') ?? { id: '', version: 0 };
  await omar.write('endAgentAuthorization', { id, expectedVersion: version, reason: REASON }, 'version');
  expect(await socket.closed).toBe(4403);
  expect(socket.took()).toBeLessThan(CUT_OFF_MS_MAX);
  expect(await organizationsOf(agent)).toEqual(['LDC-002']);
});

test('a person who is suspended is refused, with every socket, and comes back after it', async () => {
  const lena = new Partner(desk.url, 'lena');
  const sockets = [await open(lena), await open(lena)];
  const { cookies } = await browse('lena');
  const { person } = await lena.get<{ person: { id: string; version: number } }>('{ me { person { id version } } }');
  const { version } = await root.write<{ version: number }>(
    'suspendPerson',
    { id: person.id, expectedVersion: person.version, reason: REASON },
    'version',
  );
  for (const socket of sockets) {
    expect(await socket.closed).toBe(4403);
    expect(socket.took()).toBeLessThan(CUT_OFF_MS_MAX);
  }
  expect((await lena.ask('{ me { id } }')).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED', reason: 'PRINCIPAL' } },
  ]);
  expect(await signIn('lena')).toContain('You are suspended');
  const session = await fetch(`http://localhost:${desk.port}/session`, { headers: { cookie: cookies } });
  expect(await session.json()).toMatchObject({ signedIn: false, reason: 'PRINCIPAL' });
  await root.write('reinstatePerson', { id: person.id, expectedVersion: version, reason: REASON }, 'version');
  await until('Lena is back', async () => !(await lena.ask('{ me { id } }')).errors);
});

test('an organization that is suspended has its people refused; agents go on for others, the SME reads, and nothing new is opened', async () => {
  const { id, version } = await organization('LDC-002');
  const priya = new Partner(desk.url, 'priya');
  const other = await organization('LDC-003');
  const agent = new Partner(desk.url, 'aga', [id, other.id]);
  const [own, acting] = [await open(priya), await open(agent)];
  const suspended = await root.write<{ version: number }>(
    'suspendOrganization',
    { id, expectedVersion: version, reason: REASON },
    'version',
  );
  for (const socket of [own, acting]) {
    expect(await socket.closed).toBe(4403);
    expect(socket.took()).toBeLessThan(CUT_OFF_MS_MAX);
  }
  expect((await priya.ask('{ me { id } }')).errors).toMatchObject([
    { extensions: { code: 'UNAUTHENTICATED', reason: 'ORGANIZATION' } },
  ]);
  expect(await signIn('priya')).toContain('Your organization is suspended');
  expect(await organizationsOf(agent)).toEqual(['LDC-003']);
  const { totalCount } = await sam.get<{ totalCount: number }>(
    `{ incidents(first: 1, filter: { organizationId: ["${id}"] }) { totalCount } }`,
  );
  expect(totalCount).toBeGreaterThan(0);
  // The tickets service learns of it by the directory's events.
  await until('tickets refuse the suspended organization', async () =>
    (await refusalOf(report(sam, 'No reads', 'LDC-002'))).includes('INACTIVE'),
  );
  await root.write('reinstateOrganization', { id, expectedVersion: suspended.version, reason: REASON }, 'version');
  await until('Priya is back', async () => !(await priya.ask('{ me { id } }')).errors);
});

test('an invited person becomes active by signing in with the verified address', async () => {
  const nina = {
    organizationId: 'LDC-001',
    name: 'Nina Okoye',
    email: 'nina.okoye@maplebend.example',
    roles: ['LDC_USER'],
  };
  expect(await signIn('nina')).toContain('this desk does not know you');
  const { person } = await omar.write<{ person: { id: string; status: string } }>(
    'invitePerson',
    nina,
    'person { id status }',
  );
  expect(person.status).toBe('INVITED');
  await until('the desk knows Nina', async () => !(await signIn('nina')).includes('does not know you'));
  const me = await new Partner(desk.url, 'nina').get('{ me { id name memberships { organization { code } roles } } }');
  expect(me).toEqual({
    id: person.id,
    name: 'Nina Okoye',
    memberships: [{ organization: { code: 'LDC-001' }, roles: ['LDC_USER'] }],
  });
});

async function organization(code: string): Promise<{ id: string; version: number }> {
  return sam.get(`{ organization(id: "${code}") { id version } }`);
}

async function organizationsOf(who: Partner): Promise<string[]> {
  const { actingFor } = await who.get<{ actingFor: { code: string }[] }>('{ me { actingFor { code } } }');
  return actingFor.map(({ code }) => code);
}

/** A socket, once it is accepted. `closed` gives the code with which the desk closed it, and `took` how long that took from then on. */
async function open(who: Partner): Promise<{ closed: Promise<number>; took: () => number }> {
  const token = await who.token();
  const socket = new WebSocket(`${desk.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const accepted = new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('close', reject);
  });
  socket.once('open', () =>
    socket.send(JSON.stringify({ type: 'connection_init', payload: { token, actingFor: who.actingFor } })),
  );
  await accepted;
  const from = Date.now();
  let ended = Infinity;
  const closed = new Promise<number>((resolve) =>
    socket.once('close', (code) => {
      ended = Date.now();
      resolve(code);
    }),
  );
  return { closed, took: () => ended - from };
}

/** The page to which a browser's sign-in leads. */
async function signIn(login: string): Promise<string> {
  return (await browse(login)).page;
}

/** Signs somebody in as a browser does: the page to which it leads, and the cookies of the desk. */
async function browse(login: string): Promise<{ page: string; cookies: string }> {
  const own = `http://localhost:${desk.port}`;
  const cookies = new Map<string, string>();
  let url = new URL(`/sign-in?login_hint=${login}`, own);
  for (let steps = 0; steps < 10; steps++) {
    const cookie = url.origin === own ? [...cookies].map((each) => each.join('=')).join('; ') : '';
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie && { cookie }) },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    const location = answer.headers.get('location');
    if (!location) return { page: await answer.text(), cookies: [...cookies].map((each) => each.join('=')).join('; ') };
    url = new URL(location, url);
  }
  throw new Error('too many redirects');
}

/** What a request is refused with, as text; empty where it is done. */
function refusalOf(work: Promise<unknown>): Promise<string> {
  return work.then(() => '', String);
}
