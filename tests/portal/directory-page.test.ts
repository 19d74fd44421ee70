import { expect, test } from '@jest/globals';
import { describeInBrowser, stage } from './browser-suite.ts';

/** The address of somebody of the demo. */
const TAKEN = 'lena.kowalchuk@maplebend.example';

describeInBrowser('the directory, in a browser', () => {
  const at = stage();

  test('the profile goes with the person: its language and zone hold in another browser', async () => {
    const { page } = await at.arrive('bo', '/profile');
    await page.getByLabel('Language').selectOption('FR');
    await page.getByLabel('Time zone').selectOption('America/Thunder_Bay');
    await page.getByLabel('Telephone').fill('(807) 555-0100');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Profil', exact: true }).waitFor();
    const { page: elsewhere } = await at.arrive('bo', '/profile');
    await elsewhere.getByRole('heading', { name: 'Profil', exact: true }).waitFor();
    expect(await elsewhere.getByLabel('Téléphone').inputValue()).toBe('+18075550100');
    expect(await elsewhere.getByLabel('Fuseau horaire').inputValue()).toBe('America/Thunder_Bay');
  });

  test('an administrator edits the organization, invites a person, authorizes an agent and ends that', async () => {
    const { page } = await at.arrive('omar', '/profile');
    await page.getByRole('link', { name: 'Maple Bend Hydro' }).click();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Operating name').fill('Maple Bend Power');
    const main = page.getByRole('group', { name: 'Main contact' });
    await main.getByLabel('Name').fill('Control room');
    await main.getByLabel('E-mail address').fill('room@maplebend.example');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Maple Bend Power' }).waitFor();
    await page.getByText('Control room · room@maplebend.example').waitFor();

    await page.getByRole('button', { name: 'Invite a person' }).click();
    await page.getByLabel('Full name').fill('Ivy Chan');
    await page.getByLabel('E-mail address').fill(TAKEN);
    expect(await page.getByLabel('Role').locator('option').allTextContents()).toEqual(['Distributor’s user']);
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByText('Somebody of this desk has this address already.').first().waitFor();
    await page.getByLabel('E-mail address').fill('ivy.chan@maplebend.example');
    await page.getByRole('button', { name: 'Invite', exact: true }).click();
    await page.getByRole('row', { name: /Ivy Chan.*Invited/ }).waitFor();

    await page.getByRole('button', { name: 'Authorize an agent' }).click();
    await page.getByLabel('Code of the company').fill('agt-002');
    await page.getByLabel('Read tickets').check();
    await page.getByLabel('Until').fill(`${new Date().getFullYear() + 1}-01-15T00:00`);
    await page.getByRole('button', { name: 'Authorize', exact: true }).click();
    await page.getByRole('row', { name: /NorthGrid Data Services.*Read tickets/ }).waitFor();
    await page.getByRole('button', { name: 'End: AGT-002' }).click();
    await page.getByLabel('Reason').fill('Signed by mistake.');
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click();
    await page.getByRole('row', { name: /NorthGrid Data Services/ }).waitFor({ state: 'detached' });
  });

  test('an administrator of the SME suspends a person, whose page then says so', async () => {
    const priya = await at.arrive('priya', '/');
    const { page } = await at.arrive('root', '/organizations');
    await page.getByRole('link', { name: 'Cedar Narrows Power' }).click();
    await page.getByRole('button', { name: 'Suspend: Priya Raghunathan' }).click();
    await page.getByLabel('Reason').fill('The account was misused.');
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('row', { name: /Priya Raghunathan.*Suspended/ }).waitFor();
    await priya.page.getByText('You are suspended at this desk.').waitFor();
    await page.getByRole('button', { name: 'Suspend: Jonas Friesen' }).click();
    await page.getByLabel('Reason').fill('All of them.');
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await page.getByText('must keep an active administrator').waitFor();
  });
});
