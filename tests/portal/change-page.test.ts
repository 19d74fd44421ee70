import { expect, test } from '@jest/globals';
import { describeInBrowser, stage } from './browser-suite.ts';

describeInBrowser('a change, in two browsers', () => {
  const at = stage();

  test('a distributor proposes it, the change manager walks it to its calendar, and the proposer sees each move live', async () => {
    const { page: lena } = await at.arrive('lena', '/propose');
    await lena.getByLabel('What is to change, in one line').fill('A shorter report');
    await lena.getByLabel('Affected service').selectOption('REPORTS');
    await lena.getByLabel('Why').fill('It is long.');
    await lena.getByLabel('What is better afterwards').fill('It is short.');
    await lena.getByRole('button', { name: 'Propose change' }).click();
    const title = lena.locator('.record h1', { hasText: 'A shorter report' });
    await title.waitFor();
    const number = (await title.locator('.number').textContent()) ?? '';
    expect(number).toMatch(/^CHG-\d{6}$/);

    const { page: cleo } = await at.arrive('cleo', `/changes/${number}`);
    // Cléo reads French.
    await cleo.locator('button.language').click();
    const badge = (text: string) => lena.locator('.record .badges', { hasText: text }).waitFor();
    const send = async (action: string) => {
      await cleo.getByRole('button', { name: action, exact: true }).click();
      await cleo.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
    };
    await send('Take up');
    await badge('Draft');

    await cleo.getByRole('button', { name: 'Assess', exact: true }).click();
    const form = cleo.getByRole('dialog');
    await form.getByLabel('Type').selectOption('STANDARD');
    await form.getByLabel('Template').selectOption('SUNDAY_MAINTENANCE');
    await form.getByLabel('Risk by the questionnaire').selectOption('LOW');
    await form.getByRole('button', { name: 'Assess', exact: true }).click();
    await badge('Low risk');

    await cleo.getByRole('button', { name: 'Plan', exact: true }).click();
    for (const [label, text] of [
      ['How it is done', 'Shorten it.'],
      ['How it is tested', 'Read it.'],
      ['How it is taken back', 'Print the old one.'],
      ['Planned begin', '2099-07-05T10:00'],
      ['Planned end', '2099-07-05T12:00'],
      ['Notice to distributors', 'Nothing to do.'],
    ] as const)
      await form.getByLabel(label).fill(text);
    await form.getByRole('button', { name: 'Plan', exact: true }).click();
    await lena.locator('.record', { hasText: 'Print the old one.' }).waitFor();

    await send('Submit');
    await badge('Scheduled');
    await send('Publish');
    await lena.locator('.record .facts', { hasText: 'Published' }).waitFor();
  });

  test('another distributor finds what is published, and may reply; nothing else is offered', async () => {
    const { page } = await at.arrive('priya', '/changes');
    await page.locator('a[data-row]', { hasText: 'CHG-000008' }).click();
    await page.locator('.record h1', { hasText: 'Sunday maintenance window' }).waitFor();
    expect(await page.locator('.action-bar button').count()).toBe(0);
    await page.getByLabel('Reply to the service desk').fill('Will it be slow all day?');
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.locator('.conversation .message-text', { hasText: 'Will it be slow all day?' }).waitFor();
  });
});
