import { expect, test } from '@jest/globals';
import type { Page, WebSocketRoute } from 'playwright-core';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';
import { assign, note, report, type Worked } from '../desk/desk-work.ts';
import { asked } from './page-scripts.ts';
import type { Visitor } from './visitor.ts';

const NOTE = 'Ours alone until lunch.';
const REPLY = 'Written by Sam, for Sam.';

describeInBrowser('whose page it is', () => {
  let incident: Worked;
  let analyst: Partner;
  let visitor: Visitor;

  const at = stage(async (desk) => {
    analyst = new Partner(desk.url, 'root');
    incident = await assign(analyst, await report(new Partner(desk.url, 'omar'), 'Two people at one browser'));
    await note(analyst, incident, NOTE);
  });

  test('a page goes to the person who signs in beside it, and shows nothing more of the one before', async () => {
    visitor = await at.enter();
    await visitor.signIn('sam', `/incidents/${incident.number}`);
    await visitor.page.getByText(NOTE).waitFor();
    await signInBeside('lena');
    await accountOf('Lena');
    await visitor.page.locator('.record h1', { hasText: incident.number }).waitFor();
    expect(await visitor.page.getByText(NOTE).count()).toBe(0);
  });

  test('a page that missed the new sign-in sends nothing in the other’s name', async () => {
    visitor = await at.enter();
    await visitor.page.addInitScript('delete window.BroadcastChannel');
    await visitor.signIn('sam', `/incidents/${incident.number}`);
    const box = visitor.page.getByLabel('Public reply to the distributor');
    await box.waitFor();
    await signInBeside('lena');
    await box.fill(REPLY);
    await visitor.page.getByRole('button', { name: 'Send public reply' }).click();
    await accountOf('Lena');
    expect(await saidAbout(incident)).toEqual([]);
  });

  test('a page whose person signed out beside it asks to sign in', async () => {
    visitor = await at.enter();
    await visitor.signIn('sam', `/incidents/${incident.number}`);
    const beside = await signInBeside('sam');
    await beside.getByRole('button', { name: 'Sign out' }).click();
    await visitor.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await visitor.page.getByText(NOTE).count()).toBe(0);
  });

  test('a person whose rights change is asked for anew', async () => {
    visitor = await at.enter();
    const sockets: WebSocketRoute[] = [];
    await visitor.page.routeWebSocket(/\/graphql$/, (socket) => {
      sockets.push(socket);
      socket.connectToServer();
    });
    await visitor.signIn('sam');
    const again = visitor.page.waitForRequest(asked('Me'));
    await sockets.at(-1)?.close({ code: 4403, reason: 'rights changed' });
    await again;
    await visitor.live();
  });

  test('a page does not announce the end of a session that goes on', async () => {
    visitor = await at.enter();
    const reads = await sessionEndsIn(visitor, [60_000, 3_600_000]);
    await visitor.signIn('sam');
    await reads.until(2);
    await visitor.press('g', 'd');
    await visitor.page.getByRole('heading', { name: 'Open incidents, live' }).waitFor();
    expect(await visitor.page.getByText('Your session ends at').count()).toBe(0);
  });

  test('a page announces the end of a session', async () => {
    visitor = await at.enter();
    await sessionEndsIn(visitor, [60_000]);
    await visitor.signIn('sam');
    await visitor.page.getByText('Your session ends at').waitFor();
  });

  /** Another tab of the same at.browser, where somebody signs in. Comes back when it is live. */
  async function signInBeside(login: string): Promise<Page> {
    const beside = await visitor.page.context().newPage();
    await beside.goto(`${at.url}/sign-in?${new URLSearchParams({ login_hint: login, return: '/' })}`);
    await beside.locator('.live-dot.live').waitFor();
    return beside;
  }

  async function accountOf(name: string): Promise<void> {
    await visitor.page.locator('.account', { hasText: name }).waitFor();
  }

  async function saidAbout({ number }: Worked): Promise<string[]> {
    const { comments } = await analyst.get<{ comments: { nodes: { text: string }[] } }>(
      'query($id: ID!) { incident(id: $id) { comments(last: 10) { nodes { text } } } }',
      { id: number },
    );
    return comments.nodes.map(({ text }) => text);
  }
});

/** Lets the gateway's answers say that the session ends so many milliseconds after now; the last one goes for all that follow. */
async function sessionEndsIn(
  { page }: Visitor,
  ends: readonly number[],
): Promise<{ until: (reads: number) => Promise<void> }> {
  const now = Date.now();
  let reads = 0;
  const waiting = new Map<number, () => void>();
  await page.route('**/session', async (route) => {
    const response = await route.fetch();
    const session = (await response.json()) as { signedIn: boolean };
    const read = session.signedIn ? reads++ : reads;
    const expiresAt = new Date(now + (ends[read] ?? ends.at(-1) ?? 0)).toISOString();
    await route.fulfill({ response, json: { ...session, ...(session.signedIn && { expiresAt }) } });
    // The page may ask twice at once, so a number of readings can be passed without being met.
    for (const [wanted, resolve] of waiting) if (reads >= wanted) resolve();
  });
  return {
    until: (wanted) => new Promise((resolve) => (reads >= wanted ? resolve() : waiting.set(wanted, resolve))),
  };
}
