import { expect, test } from '@jest/globals';
import { askForUser } from '../desk/desk-work.ts';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';

describeInBrowser('the dashboard', () => {
  const at = stage();

  test('shows a number of every noun, live, and each leads to the list that it counts', async () => {
    const { page } = await at.arrive('lena', '/dashboard');
    const figure = (name: RegExp) => page.locator('.dashboard').getByRole('link', { name });
    const names = [
      /open requests$/,
      /open problems$/,
      /with a workaround$/,
      /in seven days$/,
      /running continuity/,
      /courses to/,
    ];
    for (const name of names) await figure(name).waitFor();
    await page.locator('.bars strong').first().waitFor();

    const requests = figure(/open requests$/);
    const before = Number(await requests.locator('strong').textContent());
    await askForUser(new Partner(at.desk.url, 'lena'), 'Nadia Fortin');
    await requests.filter({ hasText: String(before + 1) }).click();
    await page.locator('.list-head', { hasText: `${before + 1} ` }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/requests');
  });

  test('is a command, as are the lists of every noun', async () => {
    const visitor = await at.arrive('lena', '/');
    await visitor.press('g', 'd');
    await visitor.page.locator('.dashboard h1').waitFor();
    await visitor.press('g', 'o');
    await visitor.page.getByRole('heading', { name: 'Organizations' }).waitFor();
    await visitor.press('g', 'k');
    await visitor.page.getByRole('heading', { name: 'Known errors' }).waitFor();
  });

  test('is not needed to find a record: the palette finds each noun’s by its bare number', async () => {
    const visitor = await at.arrive('sam', '/');
    await visitor.press('Control+k');
    await visitor.page.getByRole('combobox').fill('2');
    for (const number of ['INC-000002', 'PRB-000002', 'KE-000002', 'CE-2026-0002']) {
      await visitor.page.getByRole('option', { name: new RegExp(`^${number} `) }).waitFor();
    }
  });
});
