import { expect, test } from '@jest/globals';
import { until } from '@desk/testkit/until';
import type { Route } from 'playwright-core';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';
import { assign, comment, report, type Worked } from '../desk/desk-work.ts';
import { filesOfPages } from './page-files.ts';
import { asked, hasFetched, PAINTED, whenFocused } from './page-scripts.ts';
import { answersTo, sumOf } from './points.ts';
import { PAGE_MS_MAX, type Visitor } from './visitor.ts';

const MINUTE_MS = 60_000;
/** Points that a page of a distributor's user may cost. */
const POINTS_MAX = 100;
/** Pages of a distributor's user. */
const PAGES = [
  '/',
  '/incidents?open=true',
  '/dashboard',
  '/report',
  '/requests?open=true',
  '/catalogue',
  '/problems',
  '/known-errors',
  '/changes',
  '/continuity',
  '/academy',
  '/academy/GUI',
  '/inbox',
  '/following',
  '/organizations',
  '/profile',
];

describeInBrowser('what is read', () => {
  let analyst: Partner;
  let customer: Partner;
  let incident: Worked;
  let visitor: Visitor;

  const at = stage(async (desk) => {
    analyst = new Partner(desk.url, 'root');
    customer = new Partner(desk.url, 'omar');
    incident = await assign(analyst, await report(customer, 'Read again and again'));
    await comment(customer, incident, 'Said at the start.');
  });

  test('a page that was not open before opens while the line is down', async () => {
    visitor = await at.arrive('lena', '/');
    const { page } = visitor;
    await until('the other pages are fetched', () => page.evaluate<boolean>(hasFetched(filesOfPages())));
    await visitor.page.context().setOffline(true);
    await visitor.page.getByRole('link', { name: 'Report an incident' }).click();
    await visitor.page.getByRole('heading', { name: 'Report an incident' }).waitFor();
    await visitor.page.getByRole('link', { name: 'Home' }).click();
    await visitor.page.getByRole('heading', { name: /^Welcome/ }).waitFor();
  });

  test('the tally comes by the feed alone', async () => {
    visitor = await at.enter();
    const tallies = countOf('QueueCounts');
    await visitor.signIn('lena', '/');
    await visitor.page.locator('.home .numbers strong').first().waitFor();
    await visitor.press('g', 'd');
    await visitor.page.locator('.bars strong').first().waitFor();
    expect(tallies()).toBe(0);
  });

  test('the tally is asked for while the feed is paused', async () => {
    visitor = await at.enter();
    await visitor.page.routeWebSocket(/\/graphql$/, (socket) => void socket.close());
    await visitor.page.goto(`${at.url}/sign-in?${new URLSearchParams({ login_hint: 'lena', return: '/dashboard' })}`);
    await visitor.page.locator('.bars strong').first().waitFor();
    expect(await visitor.page.locator('.live-dot.live').count()).toBe(0);
  });

  test('a start reads each thing once', async () => {
    visitor = await at.enter();
    const counts = ['Incident', 'IncidentComments', 'Incidents'].map(countOf);
    await visitor.signIn('lena', `/incidents/${incident.number}?open=true`);
    await visitor.page.getByText('Said at the start.').waitFor();
    await visitor.page.locator('a[data-row]').first().waitFor();
    expect(counts.map((count) => count())).toEqual([1, 1, 1]);
  });

  test('on a narrow screen an open incident does not read the list behind it, and the way back leads to its row', async () => {
    visitor = await at.enter({ width: 390 });
    const lists = countOf('Incidents');
    await visitor.signIn('lena', `/incidents/${incident.number}?open=true`);
    await visitor.page.getByText('Said at the start.').waitFor();
    expect(lists()).toBe(0);
    await visitor.press('Escape');
    await focus(incident.number);
    expect(lists()).toBe(1);
  });

  test('a reader who asked too often sees how long to wait', async () => {
    visitor = await at.arrive('lena', '/');
    let refusals = 0;
    await visitor.page.route('**/graphql', (route) => {
      if (!asked('Incidents')(route.request()) || refusals > 0) return route.continue();
      refusals += 1;
      return refuse(route, 'RATE_LIMITED', 429, { limit: 'cost', retryAfterMs: 3_000 });
    });
    await visitor.page.getByRole('link', { name: 'Incidents', exact: true }).click();
    await visitor.page.getByText('The desk asks us to wait 3 s.').waitFor();
    await visitor.page.locator('a[data-row]').first().waitFor();
  });

  test('a page that is refused for its rate from the start waits in its frame, and goes on by itself', async () => {
    visitor = await at.arrive('lena', '/');
    let refusals = 0;
    await visitor.page.route('**/graphql', (route) => {
      if (!asked('Me')(route.request()) || refusals >= 4) return route.continue();
      refusals += 1;
      // The last wait is longer than a reading once waited by itself.
      return refuse(route, 'RATE_LIMITED', 429, { limit: 'cost', retryAfterMs: refusals < 4 ? 50 : 6_000 });
    });
    await visitor.open('/incidents?open=true');
    await visitor.page.getByText('The desk asks us to wait 6 s.').waitFor();
    await visitor.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Incidents' }).waitFor();
    await visitor.page.locator('a[data-row]').first().waitFor();
  });

  test('the live line says that the desk asks to wait, and goes on by itself on the same socket', async () => {
    visitor = await at.enter();
    let sockets = 0;
    let refusals = 0;
    await visitor.page.routeWebSocket(/\/graphql$/, (socket) => {
      sockets += 1;
      const desk = socket.connectToServer();
      socket.onMessage((message) => {
        const { id, type, payload } = JSON.parse(String(message)) as {
          id: string;
          type: string;
          payload?: { query: string };
        };
        if (type !== 'subscribe' || !payload?.query.includes('incidentUpdates') || refusals > 0)
          return desk.send(message);
        refusals += 1;
        const error = { message: 'Refused.', extensions: { code: 'RATE_LIMITED', retryAfterMs: 3_000 } };
        socket.send(JSON.stringify({ id, type: 'error', payload: [error] }));
      });
    });
    await visitor.page.goto(`${at.url}/sign-in?${new URLSearchParams({ login_hint: 'lena', return: '/' })}`);
    await visitor.page.getByText('The desk asks us to wait 3 s before it sends live changes.').waitFor();
    expect(await visitor.page.getByText('The line to the desk is down').count()).toBe(0);
    await visitor.live();
    expect([sockets, refusals]).toEqual([1, 1]);
  });

  test('the palette does not say that nothing is found while a search is refused', async () => {
    visitor = await at.arrive('lena', '/');
    await visitor.page.route('**/graphql', (route) =>
      asked('NeededIncidents')(route.request())
        ? refuse(route, 'RATE_LIMITED', 429, { retryAfterMs: 20 })
        : route.continue(),
    );
    await visitor.press('Control+k');
    await visitor.page.getByRole('combobox').fill('zzzz');
    await visitor.page.getByRole('dialog').getByText('Too many requests in a short time.').waitFor();
    expect(await visitor.page.getByText('Nothing found.').count()).toBe(0);
    await visitor.page.unrouteAll();
    await visitor.page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click();
    await visitor.page.getByText('Nothing found.').waitFor();
  });

  test('no page of a distributor’s user costs more than a tenth of what it may ask at once', async () => {
    visitor = await at.arrive('lena', '/');
    const dear: string[] = [];
    for (const path of [...PAGES, `/incidents/${incident.number}?open=true`]) {
      const answers = answersTo(visitor.page);
      await visitor.open(path);
      await visitor.page.waitForLoadState('networkidle');
      await visitor.live();
      const told = await answers.all();
      if (sumOf(told) > POINTS_MAX) dear.push(`${path}: ${JSON.stringify(told)}`);
    }
    expect(dear).toEqual([]);
  });

  test('a page keeps its content when it cannot be read again', async () => {
    visitor = await at.arrive('sam', `/incidents/${incident.number}`);
    await visitor.page.getByText('Said at the start.').waitFor();
    await visitor.page.route('**/graphql', (route) =>
      asked('IncidentComments')(route.request()) ? refuse(route, 'INTERNAL', 500) : route.continue(),
    );
    const refused = visitor.page.waitForResponse((response) => response.status() === 500);
    await comment(customer, incident, 'Said later.');
    await refused;
    await visitor.page.evaluate(PAINTED);
    expect(await visitor.page.getByText('Said at the start.').count()).toBe(1);
  });

  test('an explanation stands under the name of its own target', async () => {
    visitor = await at.arrive('sam', `/incidents/${incident.number}`);
    await visitor.page.getByRole('button', { name: 'Explain First answer' }).click();
    await visitor.page.locator('.explanation', { hasText: 'First answer' }).locator('table').waitFor();
    const held: Route[] = [];
    await visitor.page.route('**/graphql', (route) =>
      asked('ClockExplanation')(route.request()) ? void held.push(route) : route.continue(),
    );
    const next = visitor.page.waitForRequest(asked('ClockExplanation'));
    await visitor.page.getByRole('button', { name: 'Explain Solution' }).click();
    await next;
    await visitor.page.evaluate(PAINTED);
    expect(await visitor.page.locator('.explanation').count()).toBe(0);
    await held[0]?.continue();
    await visitor.page.locator('.explanation', { hasText: 'Solution' }).locator('table').waitFor();
  });

  test('the used time of a running clock is read again each minute', async () => {
    visitor = await at.enter();
    await visitor.page.clock.install();
    await visitor.signIn('sam', `/incidents/${incident.number}`);
    await visitor.page.getByText('Said at the start.').waitFor();
    const again = visitor.page.waitForRequest(asked('Incident'));
    await visitor.page.clock.fastForward(MINUTE_MS + 1);
    await again;
  });

  test('a view that was open before shows what came in meanwhile', async () => {
    visitor = await at.arrive('sam', '/incidents?open=true');
    const views = visitor.page.getByRole('navigation', { name: 'Views' });
    await visitor.page.locator('a[data-row]').first().waitFor();
    await views.getByRole('link', { name: 'All', exact: true }).click();
    await visitor.page.locator('tr', { hasText: 'Closed' }).first().waitFor();
    await report(customer, 'Came in meanwhile');
    await visitor.page.getByRole('button', { name: '+1 new' }).waitFor();
    await views.getByRole('link', { name: 'Open' }).click();
    await visitor.page.locator('tr', { hasText: 'Came in meanwhile' }).waitFor();
    expect(await visitor.page.getByRole('button', { name: /^\+\d+ new$/ }).count()).toBe(0);
  });

  test('Back takes back one choice of the filter, and a cleared state shows what is open', async () => {
    visitor = await at.arrive('lena', '/incidents?open=true');
    const [state, priority] = ['Any state', 'Any priority'].map((label) => visitor.page.getByLabel(label)) as [
      ReturnType<typeof visitor.page.getByLabel>,
      ReturnType<typeof visitor.page.getByLabel>,
    ];
    await priority.selectOption('P3');
    await address({ open: 'true', priority: 'P3' });
    await state.selectOption('RESOLVED');
    await address({ priority: 'P3', state: 'RESOLVED' });
    await visitor.page.goBack();
    await address({ open: 'true', priority: 'P3' });
    await visitor.page.goForward();
    await address({ priority: 'P3', state: 'RESOLVED' });
    await state.selectOption('');
    await address({ open: 'true', priority: 'P3' });
  });

  test('an empty list says what was asked for, in the reader’s words', async () => {
    visitor = await at.arrive('lena', '/incidents?state=RESOLVED&service=VEE&assignee=per_somebody&text=zzzz');
    const words = await visitor.page.locator('.empty p').textContent();
    for (const part of ['“zzzz”', 'Fixed – please confirm', 'Validation, estimation and editing'])
      expect(words).toContain(part);
    expect(words).not.toContain('Mine');
  });

  test('an address that names what is no id or code says so, and leads to the whole list', async () => {
    visitor = await at.arrive('sam', '/incidents?assignee=somebody&service=NONE');
    await visitor.page.getByText('Some fields need another value.').waitFor();
    await visitor.page.getByRole('link', { name: 'Clear the filter' }).click();
    await visitor.page.locator('a[data-row]').first().waitFor();
    await visitor.go('/incidents/nonsense');
    await visitor.page.locator('.record-pane').getByRole('heading', { name: 'Not found' }).waitFor();
  });

  test('a customer reads one word for what is being worked, and its number leads to all of it', async () => {
    visitor = await at.arrive('lena', '/dashboard');
    await visitor.page.locator('.bars strong').first().waitFor();
    const working = visitor.page.locator('.bars').getByRole('link', { name: /^In progress/ });
    expect(await working.count()).toBe(1);
    const count = await working.locator('strong').textContent();
    await working.click();
    await visitor.page.locator('.list-head', { hasText: `${count} incidents` }).waitFor();
    const state = visitor.page.getByLabel('Any state');
    expect(await state.locator('option', { hasText: 'In progress' }).count()).toBe(1);
    expect(await state.locator('option:checked').textContent()).toBe('In progress');
  });

  /** How often the visitor's page has asked for an operation since. */
  function countOf(operation: string): () => number {
    let count = 0;
    visitor.page.on('request', (request) => {
      if (asked(operation)(request)) count += 1;
    });
    return () => count;
  }

  async function focus(words: string): Promise<void> {
    await visitor.page.evaluate(whenFocused(words, PAGE_MS_MAX));
  }

  /** Comes back when the address asks for exactly this. */
  async function address(search: Record<string, string>): Promise<void> {
    const wanted = new URLSearchParams(search);
    wanted.sort();
    await visitor.page.waitForURL(({ searchParams }) => {
      searchParams.sort();
      return searchParams.toString() === wanted.toString();
    });
  }
});

function refuse(route: Route, code: string, status: number, details: object = {}): Promise<void> {
  return route.fulfill({ status, json: { errors: [{ message: 'Refused.', extensions: { code, ...details } }] } });
}
