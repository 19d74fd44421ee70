import { expect, test } from '@jest/globals';
import { describeInBrowser, stage } from './browser-suite.ts';

describeInBrowser('the problems log, in two browsers', () => {
  const at = stage();

  test('an analyst opens a problem and publishes it, and a distributor sees it come and move live', async () => {
    const { page: lena } = await at.arrive('lena', '/problems?open=true');
    await lena.locator('a[data-row]').first().waitFor();
    const { page: sam } = await at.arrive('sam', '/open-problem');
    await sam.getByLabel('What is wrong, in one line').fill('LDC-001: night job');
    await sam.getByLabel('Affected service').selectOption('REPORTS');
    await sam.getByLabel('In detail').fill('It skips a distributor.');
    await sam.getByRole('button', { name: 'Open problem', exact: true }).click();
    const title = sam.locator('.record h1', { hasText: 'LDC-001: night job' });
    await title.waitFor();
    const number = (await title.locator('.number').textContent()) ?? '';
    expect(number).toMatch(/^PRB-\d{6}$/);

    await sam.getByRole('button', { name: 'Publish', exact: true }).click();
    const form = sam.getByRole('dialog');
    await form.getByLabel('Title for everybody').fill('Reports without rows');
    await form.getByLabel('How it stands, and what to do').fill('We look into it.');
    await form.getByRole('button', { name: 'Publish', exact: true }).click();
    await sam.locator('.record .badges', { hasText: 'Published' }).waitFor();
    // Rows that come in wait behind a button, so that none moves under the pointer.
    await lena.locator('.list-head button.mantine-Button-root').click();
    await lena.locator('a[data-row]', { hasText: number }).click();
    await lena.locator('.record h1', { hasText: 'Reports without rows' }).waitFor();
    expect(await lena.locator('.record', { hasText: 'night job' }).count()).toBe(0);
    expect(await lena.locator('.action-bar').count()).toBe(0);

    await sam.getByRole('button', { name: 'Assess', exact: true }).click();
    await sam.getByRole('dialog').getByRole('button', { name: 'Assess', exact: true }).click();
    await lena.locator('.record .badges', { hasText: 'In assessment' }).waitFor();
  });

  test('an analyst drafts a known error of a problem and publishes it, and a distributor reads the workaround', async () => {
    const { page: sam } = await at.arrive('sam', '/problems/PRB-000002');
    await sam.getByRole('link', { name: 'Draft a known error' }).click();
    await sam.getByLabel('The error, in one line').fill('An hour is missing');
    await sam.getByRole('button', { name: 'Save draft' }).click();
    await sam.locator('.record h1', { hasText: 'An hour is missing' }).waitFor();
    const number = (await sam.locator('.record h1 .number').textContent()) ?? '';
    await sam.getByRole('button', { name: 'Publish', exact: true }).click();
    await sam.getByRole('dialog').getByLabel('Who may read it').selectOption('ALL_LDCS');
    await sam.getByRole('dialog').getByRole('button', { name: 'Publish', exact: true }).click();
    await sam.locator('.record .badges', { hasText: 'In force' }).waitFor();

    const { page: priya } = await at.arrive('priya', `/known-errors/${number}`);
    await priya.locator('.record', { hasText: 'Take the hour from the interval export.' }).waitFor();
  });
});
