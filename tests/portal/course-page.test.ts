import { afterEach, expect, test } from '@jest/globals';
import { describeInBrowser, stage } from './browser-suite.ts';
import { Visitor } from './visitor.ts';

describeInBrowser('a course, in two browsers', () => {
  const at = stage(async () => {});
  const visitors: Visitor[] = [];
  const arrive = async (login: string, path: string) => {
    const visitor = await Visitor.arrive(at.browser, at.url);
    visitors.push(visitor);
    await visitor.signIn(login, path);
    return visitor;
  };
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.leave();
  });

  test('is read here, goes on there, and is passed', async () => {
    const { page } = await arrive('aga', '/academy');
    await page.getByRole('link', { name: 'MDM/R Graphical User Interface (GUI)' }).click();
    await page.getByRole('button', { name: 'Begin the course' }).click();
    await page.getByRole('heading', { name: 'Your account and your role' }).waitFor();
    await page.getByRole('table').waitFor();
    await page.getByRole('button', { name: 'Done, go on' }).click();
    await page.getByRole('heading', { name: 'Test your knowledge' }).waitFor();
    await page.getByRole('button', { name: 'Start an attempt' }).click();
    const question = (text: string) => page.locator('fieldset', { hasText: text });
    const kept = (text: string) => question(text).getByText('The answer is kept').waitFor();
    await question('first step').getByLabel('Submit a request for a GUI user at the service desk').check();
    await kept('first step');

    const { page: elsewhere } = await arrive('aga', '/academy/GUI');
    await elsewhere.getByRole('heading', { name: 'Test your knowledge' }).waitFor();
    const asked = elsewhere.locator('fieldset', { hasText: 'first step' });
    expect(await asked.getByLabel('Submit a request for a GUI user at the service desk').isChecked()).toBe(true);

    await question('does the Business Continuity Manual').getByLabel('Sandbox').check();
    await kept('does the Business Continuity Manual');
    await question('does the Business Continuity Manual').getByLabel('Quality assurance').check();
    await question('stamped 24:00').getByLabel('23 to 24 of that day').check();
    await kept('stamped 24:00');
    await question('How many hourly reads').getByLabel('Your number').fill('24');
    await question('How many hourly reads').getByLabel('Your number').blur();
    await kept('How many hourly reads');
    const order = question('for the first time');
    await order.getByLabel('Place 1').selectOption('Ask for the account at the service desk');
    await order.getByLabel('Place 2').selectOption('Choose the environment');
    await order.getByLabel('Place 3').selectOption('Look up the service delivery point');
    await kept('for the first time');
    await page.getByRole('button', { name: 'Submit the answers' }).click();
    await page.getByText('Attempt 1: 100 %').waitFor();
    await page.locator('.badge', { hasText: 'Completed' }).waitFor();
    // The other browser learns of it by itself.
    await elsewhere.locator('.badge', { hasText: 'Completed' }).waitFor();
  });
});
