import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { assign, comment, followed, report, type Worked } from '../desk/desk-work.ts';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';
import { whenFocused } from './page-scripts.ts';
import { PAGE_MS_MAX, type Visitor } from './visitor.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

describeInBrowser('the inbox, in two browsers', () => {
  let incident: Worked;
  const at = stage(async (desk) => {
    const lena = new Partner(desk.url, 'lena');
    incident = await report(lena, 'Reads of one day are missing');
    await followed(lena, incident);
    // What the demo told her is read: the inbox begins empty.
    const { nodes } = await lena.get<{ nodes: { createdAt: string }[] }>(
      '{ myNotifications(first: 1) { nodes { createdAt } } }',
    );
    const upTo = nodes[0]?.createdAt ?? new Date(0).toISOString();
    await lena.write('markAllNotificationsRead', { upTo }, 'replayed');
  });
  const faults = async ({ page }: Visitor) => {
    const { violations } = await page.evaluate<{ violations: Violation[] }>(
      `${AXE}; axe.run(document, { resultTypes: ['violations'] })`,
    );
    return violations.map(({ id, impact, nodes }) => `${id} (${impact}) ${nodes[0]?.html.slice(0, 200)}`);
  };

  test('what the SME does arrives live, leads to its record, is read in both, and can be unfollowed', async () => {
    const here = await at.arrive('lena', '/inbox');
    const there = await at.arrive('lena', '/');
    const sam = new Partner(at.url, 'sam');
    await assign(sam, incident);
    const row = here.page.locator('li', { hasText: incident.number });
    await row.first().waitFor();
    const unread = there.page.locator('.main-nav .badge');
    await unread.waitFor();
    expect(await unread.textContent()).toMatch(/^\d+ unread$/);
    expect(await faults(here)).toEqual([]);

    await here.page.locator('button.language').click();
    await here.page.locator('html[lang^=fr]').waitFor();
    await here.page.getByRole('heading', { name: 'Boîte de réception' }).waitFor();
    await here.page.getByRole('button', { name: 'Tout marquer comme lu' }).waitFor();
    expect(await faults(here)).toEqual([]);
    await here.page.locator('button.language').click();
    await here.page.locator('html[lang^=en]').waitFor();

    await row.first().getByRole('link').click();
    await here.page.locator('.record h1', { hasText: incident.number }).waitFor();
    await there.page.getByRole('link', { name: /^Inbox/ }).click();
    await there.page.getByRole('link', { name: 'All notifications' }).click();
    await there.page.locator('li', { hasText: incident.number }).first().waitFor();

    await here.page.getByRole('button', { name: 'Stop following' }).click();
    await here.page.getByRole('button', { name: 'Follow', exact: true }).waitFor();
    await comment(sam, incident, 'Nobody hears of this.');
    await here.page.getByRole('button', { name: 'Follow', exact: true }).click();
    await here.page.getByRole('button', { name: 'Stop following' }).waitFor();
    await here.page.goto(`${at.url}/following`);
    const followedRow = here.page.locator('li', { hasText: incident.number });
    await followedRow.getByRole('link').waitFor();
    expect(await faults(here)).toEqual([]);
    await comment(sam, incident, 'Lena hears of this.');
    await there.page.getByRole('link', { name: 'Unread', exact: true }).click();
    await there.page.locator('li', { hasText: 'Public comment' }).first().waitFor();
    await there.page.getByRole('button', { name: 'Mark all as read' }).click();
    await there.page.getByText('You have read everything.').waitFor();
    await unread.waitFor({ state: 'detached' });
    expect(await faults(there)).toEqual([]);
  }, 120_000);

  test('what the reader follows is listed in words, and each of it can be stopped', async () => {
    const lena = new Partner(at.url, 'lena');
    await lena.write('createSignUp', { filter: { recordType: ['CHANGE'], risk: ['HIGH'] } }, 'replayed');
    const { page } = await at.arrive('lena', '/profile');
    await page.getByRole('link', { name: 'What I follow' }).click();
    const signUp = page.locator('li', { hasText: 'All changes · High risk' });
    await signUp.getByRole('button', { name: 'Stop: All changes · High risk' }).click();
    await signUp.waitFor({ state: 'detached' });
    const record = page.locator('li', { hasText: incident.number });
    await record.getByRole('button', { name: `Stop: ${incident.number}` }).click();
    await record.waitFor({ state: 'detached' });
    const follows = 'query($id: ID!) { myFollow(recordId: $id) { following } }';
    expect(await lena.get(follows, { id: incident.id })).toEqual({ following: false });
  });

  test('the keyboard goes on to the next notification when one is marked as read', async () => {
    const sam = new Partner(at.url, 'sam');
    const lena = new Partner(at.url, 'lena');
    const other = await report(lena, 'Two notifications to mark');
    await followed(lena, other);
    const visitor = await at.arrive('lena', '/inbox');
    const marks = visitor.page.getByRole('button', { name: `Mark as read: ${other.number}` });
    await comment(sam, other, 'The first.');
    await comment(sam, other, 'The second.');
    await marks.nth(1).waitFor();
    await marks.first().focus();
    await visitor.press('Enter');
    await marks.nth(1).waitFor({ state: 'detached' });
    await visitor.page.evaluate(whenFocused('Mark as read', PAGE_MS_MAX));
    await visitor.press('Enter');
    await marks.first().waitFor({ state: 'detached' });
  });
});
