import { expect, test } from '@jest/globals';
import { describeInBrowser, stage } from './browser-suite.ts';

describeInBrowser('a continuity event, in two browsers', () => {
  const at = stage();

  test('the SME declares it, estimates and reports; a distributor follows live and acknowledges', async () => {
    const { page: rae } = await at.arrive('rae', '/declare');
    await rae.getByLabel('What happened, in one line').fill('File transfer stopped');
    await rae.getByLabel('Affected service').selectOption('FILE_TRANSFER');
    await rae.getByLabel('Share of distributors affected, in percent').fill('60');
    await rae.getByLabel('When the outage began').fill(localTimeOf(new Date(Date.now() - 3_600_000)));
    await rae.getByLabel('Expected length of the whole outage, in hours').fill('4,5');
    await rae.getByRole('button', { name: 'Declare', exact: true }).click();
    const title = rae.locator('.record h1', { hasText: 'File transfer stopped' });
    await title.waitFor();
    const number = (await title.locator('.number').textContent()) ?? '';
    expect(number).toMatch(/^CE-\d{4}-\d{4}$/);
    await rae.locator('.record .facts', { hasText: '4 h 30 min' }).first().waitFor();

    const { page: lena } = await at.arrive('lena', `/continuity/${number}`);
    await lena.locator('.record .badges', { hasText: 'Potential interruption' }).waitFor();
    expect(await lena.locator('.action-bar button').count()).toBe(0);

    await rae.getByRole('button', { name: 'Estimate', exact: true }).click();
    const form = rae.getByRole('dialog');
    await form.getByLabel('Expected length of the whole outage, in hours').fill('30');
    await form.getByRole('button', { name: 'Estimate', exact: true }).click();
    await lena.locator('.record .badges', { hasText: 'Business interruption event' }).waitFor();

    await rae.getByRole('button', { name: 'Publish a report', exact: true }).click();
    await form.getByLabel('Report in English').fill('Please send your files tomorrow.');
    await form.getByRole('button', { name: 'Publish a report', exact: true }).click();
    await lena.locator('.message-text', { hasText: 'Please send your files tomorrow.' }).waitFor();
    await lena.getByRole('button', { name: 'Acknowledge for Maple Bend Hydro' }).click();
    await lena.locator('.badge', { hasText: 'Acknowledged' }).waitFor();
    await rae.locator('.badge', { hasText: /^1 of \d+ acknowledged$/ }).waitFor();

    // The report has no French text: who reads French is told so.
    await lena.locator('button.language').click();
    await lena.locator('.message', { hasText: 'Please send your files' }).getByText('En anglais seulement').waitFor();

    await rae.getByRole('button', { name: 'Who has not acknowledged' }).click();
    const outstanding = rae.locator('.message li');
    await outstanding.filter({ hasText: 'Cedar Narrows Power' }).waitFor();
    expect(await outstanding.filter({ hasText: 'Maple Bend Hydro' }).count()).toBe(0);

    const { page: aga } = await at.arrive('aga', `/continuity/${number}`);
    await aga.getByRole('button', { name: 'Who has not acknowledged' }).click();
    await aga.locator('.message li').first().waitFor();
    const buttons = await aga.getByRole('button', { name: /^Acknowledge for / }).allTextContents();
    const names = await aga.locator('.message li').allTextContents();
    expect(names.map((name) => `Acknowledge for ${name}`)).toEqual(expect.arrayContaining(buttons));
  });

  test('a report that is overdue is said to be late, and who may acknowledge is not told that there is nothing to do', async () => {
    const { page } = await at.arrive('bo', '/continuity/CE-2026-0002');
    await page.getByText('It is late.').waitFor();
    await page.getByRole('button', { name: /^Acknowledge for / }).waitFor();
    expect(await page.getByText('There is nothing to do here now.').count()).toBe(0);
  });

  test('an outage that goes on stands on everybody’s home page', async () => {
    const { page } = await at.arrive('priya', '/');
    const running = page.getByRole('region', { name: 'Outages that go on' });
    await running.getByRole('link', { name: 'CE-2026-0002' }).click();
    await page.locator('.record h1', { hasText: 'Billing quantity service stopped at the primary site' }).waitFor();
  });
});

/** An instant as a local time of the browser, which stands in Toronto. */
function localTimeOf(instant: Date): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/Toronto',
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(instant);
  return parts.replace(' ', 'T');
}
