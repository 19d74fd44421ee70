import { expect, test } from '@jest/globals';
import { describeInBrowser, stage } from './browser-suite.ts';

describeInBrowser('a service request, in three browsers', () => {
  const at = stage();

  test('is filled in, approved by the distributor’s administrator, delivered by the SME and accepted', async () => {
    const { page: lena } = await at.arrive('lena', '/catalogue');
    await lena.getByRole('link', { name: 'MDM/R screens, create, change or remove a user' }).click();
    await lena.getByLabel('Name of the person').fill('Nadia Fortin');
    await lena.getByLabel('What is wanted').selectOption('CREATE');
    await lena.getByRole('button', { name: 'Send the request' }).click();
    const title = lena.locator('.record h1', { hasText: 'MDM/R screens' });
    await title.waitFor();
    const number = (await title.locator('.number').textContent()) ?? '';
    expect(number).toMatch(/^REQ-\d{6}$/);
    const badge = (text: string) => lena.locator('.record .badges', { hasText: text }).waitFor();
    await badge('Waits for approval');
    expect(await lena.getByRole('button', { name: 'Approve', exact: true }).count()).toBe(0);

    const { page: omar } = await at.arrive('omar', `/requests/${number}`);
    await omar.getByRole('button', { name: 'Approve', exact: true }).click();
    await omar.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click();
    await badge('Approved');
    await lena.locator('.record .facts', { hasText: 'of business time' }).waitFor();

    const { page: sam } = await at.arrive('sam', `/requests/${number}`);
    await sam.getByRole('button', { name: 'Start work', exact: true }).click();
    await sam.getByRole('dialog').getByRole('button', { name: 'Start work', exact: true }).click();
    await badge('In work');
    await sam.getByRole('button', { name: 'Deliver', exact: true }).click();
    await sam.getByRole('dialog').getByLabel('What was delivered').fill('The account is made.');
    await sam.getByRole('dialog').getByRole('button', { name: 'Deliver', exact: true }).click();
    await lena.locator('.message-text', { hasText: 'The account is made.' }).waitFor();
    await lena.getByRole('button', { name: 'Accept', exact: true }).click();
    await lena.getByRole('dialog').getByRole('button', { name: 'Accept', exact: true }).click();
    await sam.locator('.record .badges', { hasText: 'Accepted' }).waitFor();
  });
});
