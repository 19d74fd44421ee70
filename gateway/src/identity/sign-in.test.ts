import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';
import type { Principal } from '@desk/directory/principal/principal';
import { startGatewayGround, type GatewayGround } from '@desk/testkit/gateway-ground';
import { localPath } from './sign-in.ts';

let ground: GatewayGround;

beforeAll(async () => {
  ground = await startGatewayGround();
});
afterAll(() => ground.close());

/** A browser as far as sign-in needs one: keeps cookies of the desk, follows redirects, remembers where it went. */
class Browser {
  readonly cookies = new Map<string, string>();
  readonly visited: string[] = [];

  async open(address: string, init: RequestInit = {}): Promise<Response> {
    let url = new URL(address, ground.url);
    for (let steps = 0; steps < 10; steps++) {
      this.visited.push(url.href);
      const answer = await this.send(url, init);
      const location = answer.headers.get('location');
      if (!location || init.redirect === 'manual') return answer;
      await answer.body?.cancel();
      url = new URL(location, url);
    }
    throw new Error('too many redirects');
  }

  async send(url: URL, init: RequestInit = {}): Promise<Response> {
    const own = url.origin === ground.url;
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(own ? { cookie: this.header() } : {}), ...init.headers },
    });
    for (const line of own ? answer.headers.getSetCookie() : []) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    return answer;
  }

  header(): string {
    return [...this.cookies].map((cookie) => cookie.join('=')).join('; ');
  }

  async session(): Promise<Record<string, unknown>> {
    return (await (await this.open('/session')).json()) as Record<string, unknown>;
  }

  async ask(headers: Record<string, string> = { origin: ground.url, 'desk-csrf': '1' }): Promise<[number, unknown]> {
    const answer = await this.send(new URL('/graphql', ground.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ me { id } }' }),
    });
    return [answer.status, ((await answer.json()) as { data?: unknown }).data];
  }
}

async function signedIn(login = 'sam'): Promise<Browser> {
  const browser = new Browser();
  await browser.open(`/sign-in?login_hint=${login}`);
  return browser;
}

test('a browser signs in with one click and is led back to where it was', async () => {
  const browser = new Browser();
  await browser.open('/sign-in?login_hint=sam&return=/incidents/inc_1%3Ftab%3Dhistory');
  expect(browser.visited.at(-1)).toBe(`${ground.url}/incidents/inc_1?tab=history`);
});

test('signing in asks the provider with PKCE, state and nonce', async () => {
  const answer = await new Browser().open('/sign-in', { redirect: 'manual' });
  const asked = new URL(answer.headers.get('location') ?? '').searchParams;
  expect(Object.fromEntries(asked)).toMatchObject({
    code_challenge_method: 'S256',
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    state: expect.stringMatching(/^[\w-]{20,}$/),
    nonce: expect.stringMatching(/^[\w-]{20,}$/),
    scope: 'openid profile email',
  });
});

test('after signing in the session says who', async () => {
  expect(await (await signedIn()).session()).toMatchObject({
    signedIn: true,
    id: 'per_sam',
    name: 'Name of per_sam',
    language: 'EN',
  });
});

test('after signing in the API answers on behalf of the session', async () => {
  expect(await (await signedIn('lena')).ask()).toEqual([200, { me: { id: 'per_lena' } }]);
});

test('a page of one person does not ask as another who signed in since', async () => {
  const browser = await signedIn('lena');
  const as = (person: string) => browser.ask({ origin: ground.url, 'desk-csrf': '1', 'desk-person': person });
  expect([await as('per_lena'), await as('per_sam')]).toEqual([
    [200, { me: { id: 'per_lena' } }],
    [401, undefined],
  ]);
});

test.each([
  ['without the header `desk-csrf`', () => ({ origin: ground.url })],
  ['from a page of another origin', () => ({ origin: 'https://elsewhere.example', 'desk-csrf': '1' })],
  ['from a page without origin', () => ({ origin: 'null', 'desk-csrf': '1' })],
  ['without an origin', () => ({ 'desk-csrf': '1' })],
])('a session counts for nothing %s', async (_name, headers) => {
  expect(await (await signedIn()).ask(headers() as unknown as Record<string, string>)).toEqual([401, undefined]);
});

test('a bearer token that does not hold is not made good by a session', async () => {
  const headers = { origin: ground.url, 'desk-csrf': '1', authorization: 'Bearer wrong' };
  expect(await (await signedIn()).ask(headers)).toEqual([401, undefined]);
});

test('a changed session counts for nothing', async () => {
  const browser = await signedIn();
  const sealed = browser.cookies.get('desk') ?? '';
  browser.cookies.set(
    'desk',
    sealed.replace(/.(?=[^.]*$)/, (last) => (last === 'A' ? 'B' : 'A')),
  );
  expect(await browser.ask()).toEqual([401, undefined]);
});

test('signing out takes the session away', async () => {
  const browser = await signedIn();
  await browser.send(new URL('/sign-out', ground.url), { method: 'POST', headers: { 'desk-csrf': '1' } });
  expect(await browser.session()).toMatchObject({ signedIn: false });
});

test('signing out closes the sockets that the session opened, and no other', async () => {
  const [browser, elsewhere] = [await signedIn(), await signedIn()];
  const [hers, others] = [await openSocket(browser), await openSocket(elsewhere)];
  const closed = new Promise((resolve) => hers.once('close', (code, reason) => resolve([code, String(reason)])));
  await browser.send(new URL('/sign-out', ground.url), { method: 'POST', headers: { 'desk-csrf': '1' } });
  expect(await closed).toEqual([4403, 'signed out']);
  others.send(JSON.stringify({ type: 'ping' }));
  expect(await message(others)).toEqual({ type: 'pong' });
  others.terminate();
});

test('another site cannot end a session', async () => {
  const browser = await signedIn();
  await browser.send(new URL('/sign-out', ground.url), { method: 'POST' });
  expect(await browser.session()).toMatchObject({ signedIn: true });
});

test('who is signed out is offered the eleven demo people', async () => {
  const { signedIn, demo } = await new Browser().session();
  expect([signedIn, (demo as object[]).length, (demo as object[])[0]]).toEqual([
    false,
    11,
    { login: 'lena', name: expect.any(String), role_en: 'LDC user', role_fr: expect.any(String) },
  ]);
});

test.each([
  'https://elsewhere.example/',
  '//elsewhere.example/',
  '/\\elsewhere.example/',
  '/\t/elsewhere.example/',
  'javascript:alert(1)',
  '/sign-in?again',
  '',
])('signing in never leads to %j', async (back) => {
  const browser = new Browser();
  await browser.open(`/sign-in?login_hint=sam&return=${encodeURIComponent(back)}`);
  expect(browser.visited.at(-1)).toBe(`${ground.url}/`);
});

test.each(['/.//elsewhere.example', '/a/..//elsewhere.example', '/%2e//elsewhere.example'])(
  'the path %s, which is an address elsewhere without its dots, leads home',
  (back) => {
    expect(localPath(back, 'https://desk.example')).toBe('/');
  },
);

test('who opens this machine by its number signs in under the name that the provider knows', async () => {
  const browser = new Browser();
  await browser.open(`${ground.url.replace('localhost', '127.0.0.1')}/sign-in?login_hint=sam`);
  expect(await browser.session()).toMatchObject({ signedIn: true });
});

test('a return with another state signs nobody in by itself', async () => {
  const browser = new Browser();
  const { location } = await halfSignedIn(browser);
  location.searchParams.set('state', 'another-state-than-ours');
  await browser.open(location.href, { redirect: 'manual' });
  expect((await browser.session())['signedIn']).toBe(false);
});

test('a return in another browser signs nobody in by itself, and leads to a sign-in of its own', async () => {
  const { location } = await halfSignedIn(new Browser());
  const other = new Browser();
  const answer = await other.open(location.href, { redirect: 'manual' });
  expect([answer.headers.get('location'), (await other.session())['signedIn']]).toEqual([
    '/sign-in?again=1&return=%2F',
    false,
  ]);
});

test('a sign-in is begun again once, not for ever', async () => {
  const browser = new Browser();
  const start = await browser.open('/sign-in?again=1', { redirect: 'manual' });
  const state = new URL(start.headers.get('location') ?? '').searchParams.get('state') ?? '';
  browser.cookies.clear();
  const answer = await browser.open(`/sign-in/callback?code=x&state=${state}`, { redirect: 'manual' });
  expect([answer.status, /took too long, or was stopped/.test(await answer.text())]).toEqual([401, true]);
});

test('a refusal by the provider is said, not tried again', async () => {
  const browser = new Browser();
  const { location } = await halfSignedIn(browser);
  const state = location.searchParams.get('state') ?? '';
  const answer = await browser.open(`/sign-in/callback?error=access_denied&state=${state}`, { redirect: 'manual' });
  expect([answer.status, (await browser.session())['signedIn']]).toEqual([401, false]);
});

test('a return that was used signs nobody in again', async () => {
  const browser = new Browser();
  const { location } = await halfSignedIn(browser);
  await browser.open(location.href);
  browser.cookies.delete('desk');
  const answer = await browser.open(location.href, { redirect: 'manual' });
  expect([answer.headers.get('location'), (await browser.session())['signedIn']]).toEqual([
    '/sign-in?again=1&return=%2F',
    false,
  ]);
});

test('a return that is opened again while signed in leads to its page', async () => {
  const browser = new Browser();
  const { location } = await halfSignedIn(browser, '/incidents/inc_1%23reply');
  await browser.open(location.href);
  await browser.open(location.href);
  expect(browser.visited.at(-1)).toBe(`${ground.url}/incidents/inc_1#reply`);
});

test.each([
  ['in the order in which they began', [0, 1, 2]],
  ['in another order', [2, 0, 1]],
])('tabs that sign in side by side each come to their page, %s', async (_name, order) => {
  const browser = new Browser();
  const tabs: URL[] = [];
  for (const page of ['/one', '/two', '/three']) tabs.push((await halfSignedIn(browser, page)).location);
  for (const tab of order) {
    await browser.open(tabs[tab]?.href ?? '');
    expect(browser.visited.at(-1)).toBe(`${ground.url}${['/one', '/two', '/three'][tab]}`);
  }
});

test('however many sign-ins are begun, a browser keeps the cookies of eight', async () => {
  const browser = new Browser();
  let last: URL | undefined;
  for (let tabs = 0; tabs < 12; tabs++) last = (await halfSignedIn(browser, `/tab-${tabs}`)).location;
  expect(browser.cookies.size).toBe(8);
  await browser.open(last?.href ?? '');
  expect(browser.visited.at(-1)).toBe(`${ground.url}/tab-11`);
});

test('a person whom the directory does not know gets a page in both languages', async () => {
  const answer = await new Browser().open('/sign-in?login_hint=root');
  const page = await answer.text();
  expect([answer.status, /Sign-in did not work.*La connexion a échoué/s.test(page)]).toEqual([401, true]);
});

test.each([
  ['rae', 'PRINCIPAL', /You are suspended.*Votre accès est suspendu/s],
  ['bo', 'ORGANIZATION', /Your organization is suspended.*Votre organisation est suspendue/s],
] as const)('%s, who is suspended, gets a page that says so: %s', async (login, suspended, words) => {
  const known = ground.people.get('lou') as Principal;
  ground.people.set(login, { ...known, id: `per_${login}`, active: false, suspended });
  const answer = await new Browser().open(`/sign-in?login_hint=${login}`);
  expect([answer.status, words.test(await answer.text())]).toEqual([401, true]);
});

test('the page of a failed sign-in allows its own style, and no other', async () => {
  const answer = await new Browser().open('/sign-in/callback');
  const style = /<style>(.*)<\/style>/s.exec(await answer.text())?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(answer.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}';`);
});

test('a page of the desk allows no script but its own and no frame around it', async () => {
  const { headers } = await new Browser().open('/sign-in/callback');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy.split(';')).toEqual(
    expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]),
  );
});

test('a page of the desk tells other sites nothing', async () => {
  const { headers } = await new Browser().open('/sign-in/callback');
  expect([
    headers.get('referrer-policy'),
    headers.get('cross-origin-opener-policy'),
    headers.get('x-frame-options'),
  ]).toEqual(['no-referrer', 'same-origin', 'DENY']);
});

test('a page of the desk may use no camera, no place and no payment', async () => {
  const { headers } = await new Browser().open('/sign-in/callback');
  expect(headers.get('permissions-policy')).toMatch(/camera=\(\).*geolocation=\(\).*payment=\(\)/);
});

test('a terminal gets an access token of a demo person as text', async () => {
  const token = (await (await fetch(`${ground.url}/demo/token/sam`)).text()).trim();
  const answer = await fetch(`${ground.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ me { id } }' }),
  });
  expect(await answer.json()).toMatchObject({ data: { me: { id: 'per_sam' } } });
});

test('a terminal that asks for an unknown person gets the list of people', async () => {
  const answer = await fetch(`${ground.url}/demo/token/nobody`);
  expect([answer.status, await answer.text()]).toEqual([404, expect.stringContaining('lena, omar')]);
});

test('without the demo there are no tokens for terminals and no people to choose', async () => {
  const real = await startGatewayGround({ demo: false });
  const token = await fetch(`${real.url}/demo/token/sam`);
  const session: unknown = await (await fetch(`${real.url}/session`)).json();
  await real.close();
  expect([token.status, session]).toEqual([404, { signedIn: false, reason: null, demo: null }]);
});

test('while the sign-in service is down, sessions go on and signing in says so', async () => {
  const alone = await startGatewayGround();
  await alone.stopIssuer();
  const page = await fetch(`${alone.url}/sign-in`, { headers: { accept: 'text/html' }, redirect: 'manual' });
  const json = await fetch(`${alone.url}/sign-in`, { redirect: 'manual' });
  const answers = [page.status, page.headers.get('content-type'), json.status, await json.json()];
  await alone.close();
  expect(answers).toMatchObject([
    503,
    'text/html; charset=utf-8',
    503,
    { errors: [{ extensions: { code: 'IDP_UNAVAILABLE' } }] },
  ]);
});

/** A socket of the browser's session, once it is accepted. */
async function openSocket(browser: Browser): Promise<WebSocket> {
  const headers = { origin: ground.url, cookie: browser.header() };
  const socket = new WebSocket(`${ground.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  socket.once('open', () => socket.send(JSON.stringify({ type: 'connection_init' })));
  expect(await message(socket)).toMatchObject({ type: 'connection_ack' });
  return socket;
}

/** What the socket hears next. */
function message(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve) => {
    socket.once('message', (data: Buffer) => resolve(JSON.parse(data.toString())));
    socket.once('close', (code) => resolve(code));
  });
}

/** A browser that has been at the provider and holds the address of its return. */
async function halfSignedIn(browser: Browser, back = ''): Promise<{ location: URL }> {
  const start = await browser.open(`/sign-in?login_hint=sam&return=${back}`, { redirect: 'manual' });
  const provider = await browser.open(start.headers.get('location') ?? '', { redirect: 'manual' });
  return { location: new URL(provider.headers.get('location') ?? '') };
}
