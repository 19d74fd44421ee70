import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { DeskProcess } from '../desk/desk-process.ts';
import { Partner } from '../desk/partner.ts';
import { launchBrowser } from './browser.ts';
import { describeInBrowser } from './browser-suite.ts';
import { look, report, type Worked } from '../desk/desk-work.ts';
import { COMPOSED_ENTER, PAINTED, whenFocused } from './page-scripts.ts';
import { PAGE_MS_MAX, Visitor } from './visitor.ts';

describeInBrowser('the keyboard alone', () => {
  let desk: DeskProcess;
  let browser: Browser;
  let sam: Visitor;
  let lena: Visitor;
  let analyst: Partner;
  let triaged: Worked;

  beforeAll(async () => {
    desk = await DeskProcess.start();
    analyst = new Partner(desk.url, 'root');
    triaged = await report(new Partner(desk.url, 'omar'), 'To be triaged by keys');
    await report(new Partner(desk.url, 'omar'), 'Above it in the list');
    browser = await launchBrowser();
    sam = await Visitor.arrive(browser, `http://localhost:${desk.port}`);
    lena = await Visitor.arrive(browser, `http://localhost:${desk.port}`);
    await Promise.all([sam.signIn('sam', '/incidents?open=true'), lena.signIn('lena')]);
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });

  test('reports an incident: c, the fields, Ctrl Enter', async () => {
    const { keyboard } = lena.page;
    await lena.press('c');
    await focus(lena, 'What is wrong, in one line');
    await keyboard.type('Reported without a mouse');
    await lena.press('Tab');
    await keyboard.type('Each field by Tab.');
    // A select takes the first letters of the choice.
    for (const letters of ['VEE', '', 'Medium', 'Medium']) {
      await lena.press('Tab');
      await keyboard.type(letters);
    }
    await lena.press('Control+Enter');
    const title = lena.page.locator('.record h1', { hasText: 'Reported without a mouse' });
    await title.waitFor();
    const number = (await title.locator('.number').textContent()) ?? '';
    expect(await look(analyst, number)).toMatchObject({ title: 'Reported without a mouse', state: 'NEW' });
  });

  test('triages: j and k, Enter, assign, status, reply, note, and back to the row', async () => {
    const { keyboard } = sam.page;
    await sam.page.locator(`a[data-row="${triaged.number}"]`).waitFor();
    const place = (await sam.page.locator('tbody a[data-row]').allTextContents()).indexOf(triaged.number);
    await sam.press(...Array.from({ length: place + 2 }, () => 'j'), 'k');
    await focus(sam, triaged.number);
    await sam.press('Enter');
    await sam.page.locator('.record h1', { hasText: triaged.number }).waitFor();

    await sam.press('a');
    await focus(sam, 'Group');
    for (const letters of ['Reads', 'Sam', 'Reads']) {
      await keyboard.type(letters);
      await sam.press('Tab');
    }
    await sam.press('Control+Enter');
    await sam.page.locator('.badges', { hasText: 'Assigned' }).waitFor();
    await sam.page.getByRole('dialog').waitFor({ state: 'detached' });

    await sam.press('s');
    await sam.page.getByRole('dialog', { name: 'Change the state' }).waitFor();
    await sam.press('1');
    await focus(sam, 'First public answer');
    await keyboard.type('Seen, thank you.');
    await sam.press('Control+Enter');
    await sam.page.locator('.badges', { hasText: 'In progress' }).waitFor();
    await sam.page.getByRole('dialog').waitFor({ state: 'detached' });

    await sam.press('r');
    await focus(sam, 'Public reply to the distributor');
    await keyboard.type('Batch 88 runs again.');
    await sam.press('Control+Enter');
    await sam.page.locator('.message.sme', { hasText: 'Batch 88 runs again.' }).waitFor();
    await sam.press('Escape', 'i');
    await focus(sam, 'Internal note');
    await keyboard.type('Check the parameters.');
    await sam.press('Control+Enter');
    await sam.page.locator('.message.note', { hasText: 'Check the parameters.' }).waitFor();

    // The first Escape leaves the field, the second the incident.
    await sam.press('Escape', 'Escape');
    await sam.page.locator('.record').waitFor({ state: 'detached' });
    await focus(sam, triaged.number);
    expect(await look(analyst, triaged.number)).toMatchObject({ state: 'IN_PROGRESS' });
  });

  test('single keys are text while somebody types', async () => {
    await sam.go(`/incidents/${triaged.number}?open=true`);
    await sam.page.locator('.message-boxes').waitFor();
    const before = sam.page.url();
    await sam.press('r');
    await focus(sam, 'Public reply to the distributor');
    await sam.page.keyboard.type('cjk g d ? / a s i n');
    expect(await sam.page.getByLabel('Public reply to the distributor').inputValue()).toBe('cjk g d ? / a s i n');
    expect([sam.page.url(), await sam.page.getByRole('dialog').count()]).toEqual([before, 0]);
    await sam.page.getByLabel('Public reply to the distributor').fill('');
  });

  test('shows every key on a sheet, and closes it with Escape', async () => {
    await lena.go('/');
    await lena.page.getByRole('heading', { name: /^Welcome/ }).waitFor();
    await lena.press('?');
    await lena.page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await lena.press('Escape');
    await lena.page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  test('single keys can be turned off in the profile; keys with Control go on working', async () => {
    await lena.press('g', 'p');
    const off = lena.page.getByRole('switch', { name: 'Single keys are commands' });
    await off.waitFor();
    await off.focus();
    await lena.press('Space');
    expect(await off.isChecked()).toBe(false);
    await off.blur();
    await lena.press('c', '?');
    await lena.press('Control+k');
    await lena.page.getByRole('dialog', { name: 'Search or do' }).waitFor();
    expect(await lena.page.getByRole('dialog').count()).toBe(1);
    // Enter that ends a composition chooses a character, not a command.
    await lena.page.evaluate(COMPOSED_ENTER);
    await lena.page.evaluate(PAINTED);
    expect(await lena.page.getByRole('dialog', { name: 'Search or do' }).count()).toBe(1);
    expect(new URL(lena.page.url()).pathname).toBe('/profile');
  });

  test('no request left the machine, and the consoles stayed clean', () => {
    const others = [sam, lena].flatMap(({ strangers }) => strangers);
    const told = [sam, lena].flatMap(({ complaints }) => complaints);
    expect({ others, told }).toEqual({ others: [], told: [] });
  });
});

/** Comes back when the keyboard is on something with these words. */
async function focus({ page }: Visitor, words: string): Promise<void> {
  await page.evaluate(whenFocused(words, PAGE_MS_MAX));
}
