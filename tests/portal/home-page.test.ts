import { expect, test } from '@jest/globals';
import { askForUser, propose } from '../desk/desk-work.ts';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';
import { answersTo, sumOf } from './points.ts';

/** What the home page may cost a user of a distributor, in points, besides what every page asks for first. */
const HOME_POINTS_MAX = 120;
const OF_EVERY_PAGE = /^(Me|References|Services|May[A-Z]\w+|UnreadNotifications)$/;

describeInBrowser('what needs somebody, on the home page', () => {
  let request: string;
  let change: string;
  const at = stage(async (desk) => {
    const lena = new Partner(desk.url, 'lena');
    request = (await askForUser(lena, 'Nadia Fortin')).number;
    change = (await propose(lena)).number;
    await lena.write('enrolInCourse', { courseId: 'GUI' }, 'enrolment { id }');
  });
  /** Somebody at the home page, once it is whole, with the answers that it asked for. */
  const arrive = async (login: string) => {
    const visitor = await at.enter();
    const { page } = visitor;
    const answers = answersTo(page);
    await visitor.signIn(login);
    await page.locator('section[aria-labelledby=needs]').waitFor();
    await page.locator('.home .numbers strong').first().waitFor();
    return { page, answers, needs: page.locator('section[aria-labelledby=needs] li') };
  };

  test('a request waits for the administrator of the distributor, and for nobody once it is approved', async () => {
    const { page, needs } = await arrive('omar');
    const row = needs.filter({ hasText: request });
    await row.getByText('approve it or not').waitFor();
    await row.getByRole('link', { name: request }).click();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Approve', exact: true }).click();
    await page.locator('.record .badges', { hasText: 'Approved' }).waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Home' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('a report waits for a distributor until it is acknowledged', async () => {
    const { page, needs } = await arrive('bo');
    const row = needs.filter({ hasText: 'acknowledge its situation report' });
    await row.getByRole('link').click();
    await page.locator('.record h1').waitFor();
    expect(await page.getByText('There is nothing to do here now.').count()).toBe(0);
    await page.getByRole('button', { name: /^Acknowledge for / }).click();
    await page.locator('.badge', { hasText: 'Acknowledged' }).waitFor();
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Home' }).click();
    await row.waitFor({ state: 'detached' });
  });

  test('each role of the SME finds what is its own to do', async () => {
    const { needs: ofCleo } = await arrive('cleo');
    // She reads French.
    await ofCleo.filter({ hasText: change }).getByText('l’accepter ou le décliner').waitFor();
    const { needs: ofRae } = await arrive('rae');
    await ofRae.getByText('publish the next report').waitFor();
    const { needs: ofSam } = await arrive('sam');
    await ofSam.getByText('deliver it').first().waitFor();
    expect(await ofSam.getByText('accept or decline it').count()).toBe(0);
  });

  test('a learner finds the course that was begun, and the page stays within its points', async () => {
    const { needs, answers } = await arrive('lena');
    await needs.getByText('go on with the course').first().waitFor();
    expect(await needs.getByText('approve it or not').count()).toBe(0);
    const own = (await answers.all()).filter(({ operation }) => !OF_EVERY_PAGE.test(operation));
    expect(own.length).toBeGreaterThan(4);
    expect(sumOf(own)).toBeLessThanOrEqual(HOME_POINTS_MAX);
  });
});
