import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { DeskProcess } from '../desk/desk-process.ts';
import { Partner } from '../desk/partner.ts';
import { launchBrowser } from './browser.ts';
import { describeInBrowser } from './browser-suite.ts';
import { act, assign, comment, look, report } from '../desk/desk-work.ts';
import { asked, whenFocused } from './page-scripts.ts';
import { PAGE_MS_MAX, Visitor } from './visitor.ts';

describeInBrowser('what was typed', () => {
  let desk: DeskProcess;
  let browser: Browser;
  let sam: Visitor;
  let lena: Visitor;
  let omar: Visitor;
  let analyst: Partner;
  let customer: Partner;

  beforeAll(async () => {
    desk = await DeskProcess.start();
    analyst = new Partner(desk.url, 'root');
    customer = new Partner(desk.url, 'omar');
    browser = await launchBrowser();
    sam = await Visitor.arrive(browser, `http://localhost:${desk.port}`);
    lena = await Visitor.arrive(browser, `http://localhost:${desk.port}`);
    omar = await Visitor.arrive(browser, `http://localhost:${desk.port}`);
    await Promise.all([sam.signIn('sam'), lena.signIn('lena'), omar.signIn('omar')]);
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });

  test('a half-written reply survives another’s write on the same incident, and a reload', async () => {
    const incident = await report(customer, 'Lena is about to add something');
    await lena.go(`/incidents/${incident.number}`);
    const box = lena.page.getByLabel('Reply to the service desk');
    await box.pressSequentially('The collector in ');
    await assign(analyst, incident);
    await comment(analyst, incident, 'Which collector is it?');
    await lena.page.getByText('Which collector is it?').waitFor();
    // The caret stays where it was: the next letters go on behind the others.
    await lena.page.keyboard.type('Elm Street');
    expect(await box.inputValue()).toBe('The collector in Elm Street');

    await lena.page.reload();
    await lena.page.getByText('Which collector is it?').waitFor();
    expect(await box.inputValue()).toBe('The collector in Elm Street');
  });

  test('a sent reply is there once, and its box is empty', async () => {
    const incident = await report(customer, 'Omar sends a reply');
    await omar.go(`/incidents/${incident.number}`);
    const box = omar.page.getByLabel('Reply to the service desk');
    await box.fill('It is collector 0417.');
    await omar.page.getByRole('button', { name: 'Send reply' }).click();
    await omar.page.locator('.message-text', { hasText: 'It is collector 0417.' }).waitFor();
    expect(await omar.page.getByText('It is collector 0417.').count()).toBe(1);
    expect(await box.inputValue()).toBe('');
  });

  test('text that is typed while a reply is on its way stays, and is sent after it', async () => {
    const incident = await report(customer, 'Omar types on');
    await omar.go(`/incidents/${incident.number}`);
    const box = omar.page.getByLabel('Reply to the service desk');
    await box.fill('First.');
    let release = () => {};
    const typedOn = new Promise<void>((resolve) => (release = resolve));
    await omar.page.route('**/graphql', async (route) => {
      if (asked('AddIncidentComment')(route.request())) await typedOn;
      await route.continue();
    });
    const sending = omar.page.waitForRequest(asked('AddIncidentComment'));
    await omar.press('Control+Enter');
    await sending;
    await box.pressSequentially(' And second.');
    release();
    await omar.page.locator('.message-text', { hasText: /^First\.$/ }).waitFor();
    expect(await box.inputValue()).toBe('First. And second.');
    await omar.page.getByRole('button', { name: 'Send reply' }).click();
    await omar.page.locator('.message-text', { hasText: 'First. And second.' }).waitFor();
    await omar.page.unroute('**/graphql');
  });

  test('two tabs write two reports, and a browser that went down gives back what each of them held', async () => {
    const [first, second, copy] = [omar.page, await omar.tab(), await omar.copyOfTab('/report')] as const;
    const title = (page: Page) => page.getByLabel('What is wrong, in one line');
    await omar.go('/report');
    await second.goto(`http://localhost:${desk.port}/report`);
    await title(first).fill('The first tab');
    await title(second).fill('The second tab');
    await title(copy).fill('A copy of the first tab');
    await first.reload();
    await title(first).waitFor();
    const held = await Promise.all([first, second, copy].map((page) => title(page).inputValue()));
    expect(held).toEqual(['The first tab', 'The second tab', 'A copy of the first tab']);

    await Promise.all([second.close(), copy.close()]);
    const found: string[] = [];
    for (const page of [await omar.tab(), await omar.tab()]) {
      await page.goto(`http://localhost:${desk.port}/report`);
      found.push(await title(page).inputValue());
    }
    expect(found).toEqual(['A copy of the first tab', 'The second tab']);
    expect(await title(first).inputValue()).toBe('The first tab');
  });

  test('a reply that was changed after a failed send is another reply, and one that was not is the same', async () => {
    const incident = await report(customer, 'The line drops while Omar replies');
    await omar.go(`/incidents/${incident.number}`);
    const box = omar.page.getByLabel('Reply to the service desk');
    const keys: string[] = [];
    await omar.page.route('**/graphql', async (route) => {
      if (!asked('AddIncidentComment')(route.request())) return route.continue();
      keys.push(/"idempotencyKey":"(\w+)"/.exec(route.request().postData() ?? '')?.[1] ?? '');
      await (keys.length < 3 ? route.abort() : route.continue());
    });
    const send = async () => {
      const sending = omar.page.waitForRequest(asked('AddIncidentComment'));
      await omar.page.getByRole('button', { name: 'Send reply' }).click();
      await sending;
      await omar.page.getByRole('button', { name: 'Send reply', disabled: false }).waitFor();
    };
    await box.fill('It is collector 0417.');
    await send();
    await send();
    await box.fill('It is collector 0418.');
    await send();
    await omar.page.locator('.message-text', { hasText: '0418' }).waitFor();
    await omar.page.unroute('**/graphql');
    omar.complaints.splice(0);
    expect([keys.length, keys[0] === keys[1], keys[1] === keys[2]]).toEqual([3, true, false]);
  });

  test('a form that is sent on an old version keeps what was typed, shows what changed, and goes on with the new one', async () => {
    const assigned = await assign(analyst, await report(customer, 'Two work on it at once'));
    const started = await act(analyst, assigned, { mutation: 'startIncident' });
    await sam.go(`/incidents/${started.number}`);
    await sam.page.getByRole('button', { name: 'Resolve', exact: true }).click();
    const form = sam.page.getByRole('dialog');
    await form.getByLabel('Kind of solution').selectOption('FIXED');
    await form.getByLabel('Cause').selectOption('DATA');
    await form.getByRole('textbox', { name: 'Solution' }).fill('The file was sent again.');

    await act(analyst, started, { mutation: 'reclassifyIncident', urgency: 'HIGH' });
    await sam.page.locator('.badges', { hasText: `version ${started.version + 1}` }).waitFor();
    await form.getByRole('button', { name: 'Resolve' }).click();
    await form.getByText('Somebody changed this incident while you were writing.').waitFor();
    await form.getByText('Urgency').first().waitFor();
    expect(await form.getByRole('textbox', { name: 'Solution' }).inputValue()).toBe('The file was sent again.');

    await form.getByRole('button', { name: `Go on with version ${started.version + 1}` }).click();
    await sam.page.evaluate(whenFocused('Resolve', PAGE_MS_MAX));
    await form.getByRole('button', { name: 'Resolve' }).click();
    await sam.page.locator('.badges', { hasText: 'Resolved' }).waitFor();
    expect(await look(analyst, started.number)).toMatchObject({ state: 'RESOLVED', version: started.version + 2 });
  });

  test('what the API refuses is said at its field, in the reader’s language', async () => {
    const incident = await assign(analyst, await report(customer, 'It is linked to nothing'));
    await sam.go(`/incidents/${incident.number}`);
    await sam.page.locator('.action-bar').getByRole('button', { name: 'Link', exact: true }).click();
    const form = sam.page.getByRole('dialog');
    await form.getByLabel('Kind of link').selectOption('CAUSED_BY_CHANGE');
    await form.getByLabel('Number of the other record').fill('INC-12');
    await form.getByRole('button', { name: 'Link', exact: true }).click();
    const summary = form.locator('.error-summary');
    await summary.getByText('Enter the number of a record. It begins with CHG.').waitFor();
    // The dialog lies over that button: its click is given to the element itself.
    await sam.page.locator('button.language').dispatchEvent('click');
    await summary.getByRole('link', { name: 'Entrez le numéro d’un dossier. Il commence par CHG.' }).click();
    await form.locator('input[name=target]:focus').waitFor();
    await sam.page.locator('button.language').dispatchEvent('click');
    await sam.press('Escape');
  });

  test('a switch of the language keeps the page and what was typed', async () => {
    await lena.go('/report');
    await lena.page.getByLabel('What is wrong, in one line').fill('Un titre à moitié écr');
    await lena.page.getByRole('button', { name: 'Français' }).click();
    await lena.page.getByRole('heading', { name: 'Signaler un incident' }).waitFor();
    expect(new URL(lena.page.url()).pathname).toBe('/report');
    expect(await lena.page.locator('input[name=title]').inputValue()).toBe('Un titre à moitié écr');
    expect(await lena.page.locator('html').getAttribute('lang')).toMatch(/^fr/);
  });

  test('no request left the machine, and the consoles stayed clean', () => {
    const others = [sam, lena, omar].flatMap(({ strangers }) => strangers);
    const told = [sam, lena, omar].flatMap(({ complaints }) => complaints);
    expect({ others, told }).toEqual({ others: [], told: [] });
  });
});
