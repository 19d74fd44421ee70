import { expect, test } from '@jest/globals';
import { until } from '@desk/testkit/until';
import type { Route } from 'playwright-core';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';
import { asked, PAINTED } from './page-scripts.ts';
import { answersTo, sumOf } from './points.ts';
import type { Visitor } from './visitor.ts';

/** Live messages of one answer. Each takes a point. */
const MESSAGES = 1;

describeInBrowser('a course, in two browsers', () => {
  const at = stage();

  test('is read here, goes on there, and is passed', async () => {
    const { page } = await at.arrive('aga', '/academy');
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

    const { page: elsewhere } = await at.arrive('aga', '/academy/GUI');
    await elsewhere.getByRole('heading', { name: 'Test your knowledge' }).waitFor();
    const asked = elsewhere.locator('fieldset', { hasText: 'first step' });
    expect(await asked.getByLabel('Submit a request for a GUI user at the service desk').isChecked()).toBe(true);

    // Answering must not use up what the reader may ask.
    const answers = answersTo(page);
    await question('does the Business Continuity Manual').getByLabel('Sandbox').check();
    await kept('does the Business Continuity Manual');
    await until('the answer’s points are told', () => answers.come.some(({ operation }) => operation === 'SaveAnswer'));
    await page.evaluate(PAINTED);
    const told = await answers.all();
    expect([...new Set(told.map(({ operation }) => operation))]).toEqual(['SaveAnswer']);
    expect(sumOf(told)).toBeLessThanOrEqual(15 - MESSAGES);
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

  test('the SME’s training staff see who takes it and how far each is; a learner does not', async () => {
    const { page } = await at.arrive('lou', '/academy/GUI');
    // Lou reads French.
    const learners = page.getByRole('region', { name: 'Apprenants' });
    await learners
      .getByRole('row', { name: /Aga Nowicka/ })
      .getByText('Réussi')
      .waitFor();
    const { page: other } = await at.arrive('lena', '/academy/GUI');
    await other.getByRole('heading', { name: 'Where the facts come from' }).waitFor();
    expect(await other.getByRole('heading', { name: 'Learners' }).count()).toBe(0);
  });

  test('nothing that was ticked is lost on the way to the desk, and an open question is asked about once', async () => {
    const { page } = await at.arrive('lena', '/academy/GUI?lesson=assessment');
    await page.getByRole('button', { name: 'Begin the course' }).click();
    await page.getByRole('navigation', { name: 'Outline of the course' }).getByText('Test your knowledge').click();
    await page.getByRole('button', { name: 'Start an attempt' }).click();
    const [first, second] = ['first step', 'stamped 24:00'].map((text) =>
      page.locator('fieldset', { hasText: text }),
    ) as [ReturnType<typeof page.locator>, ReturnType<typeof page.locator>];
    const submit = async () => {
      await page.getByRole('button', { name: 'Submit the answers' }).click();
      await page.getByRole('dialog').getByText('An attempt that is submitted counts.').waitFor();
      await page.getByRole('button', { name: 'Submit all the same' }).click();
    };
    let submitted = 0;
    page.on('request', (request) => void (submitted += asked('SubmitAttempt')(request) ? 1 : 0));

    await refuseAnswers(page, Infinity, { status: 500, code: 'INTERNAL' });
    await first.getByLabel('Submit a request for a GUI user at the service desk').check();
    await first.getByText('This answer is not kept.').waitFor();
    await submit();
    await page.getByText('nothing is submitted before').waitFor();
    expect(submitted).toBe(0);
    await page.unrouteAll();
    await first.getByRole('button', { name: 'Try again' }).click();
    await first.getByText('The answer is kept').waitFor();

    // More often than one write repeats by itself.
    await refuseAnswers(page, 6, { status: 429, code: 'RATE_LIMITED', retryAfterMs: 50 });
    await second.getByLabel('23 to 24 of that day').check();
    await submit();
    await page.getByText('Attempt 1:').waitFor();
    expect(await keptAnswers()).toBe(2);
  });

  /** How many answers of Lena's attempt the desk has. */
  async function keptAnswers(): Promise<number> {
    const course = await new Partner(at.desk.url, 'lena').get<{
      enrolment: { attempts: { questions: { answer: object | null }[] }[] };
    }>('{ course(id: "GUI") { enrolment { attempts { questions { answer { optionIds } } } } } }');
    return course.enrolment.attempts.flatMap(({ questions }) => questions).filter(({ answer }) => answer !== null)
      .length;
  }
});

/** Refuses the next so many answers to questions on their way. */
async function refuseAnswers(
  page: Visitor['page'],
  count: number,
  { status, ...extensions }: { status: number; code: string; retryAfterMs?: number },
): Promise<void> {
  let left = count;
  await page.route('**/graphql', (route: Route) => {
    if (!asked('SaveAnswer')(route.request()) || left <= 0) return route.continue();
    left -= 1;
    return route.fulfill({ status, json: { errors: [{ message: 'Refused.', extensions }] } });
  });
}
