import { expect, test } from '@jest/globals';
import type { Locator } from 'playwright-core';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';
import { act, assign, report, type Worked } from '../desk/desk-work.ts';
import { asked, PAINTED, whenFocused } from './page-scripts.ts';
import { PAGE_MS_MAX, type Visitor } from './visitor.ts';

const QUESTION = 'Which of the two files is it?';

describeInBrowser('what is offered', () => {
  let analyst: Partner;
  let started: Worked;
  let held: Worked;
  let resolved: Worked;
  let visitor: Visitor;

  const at = stage(async (desk) => {
    analyst = new Partner(desk.url, 'root');
    const customer = new Partner(desk.url, 'omar');
    const working = async (title: string) =>
      act(analyst, await assign(analyst, await report(customer, title)), { mutation: 'startIncident' });
    started = await working('It is being worked');
    held = await act(analyst, await working('It waits for an answer'), {
      mutation: 'holdIncident',
      reason: 'CUSTOMER',
      question: QUESTION,
    });
    resolved = await act(analyst, await working('It is solved'), {
      mutation: 'resolveIncident',
      code: 'FIXED',
      cause: 'DATA',
      text: 'The file was sent again.',
    });
  });

  test('the one thing to do next stands out, and only what withdraws is red', async () => {
    visitor = await at.arrive('sam', pageOf(started));
    await visitor.page.locator('.action-bar button').first().waitFor();
    expect([await buttons('filled'), await buttons('subtle')]).toEqual([['Resolve'], ['Withdraw']]);
    await visitor.go(pageOf(held));
    await visitor.page.locator('.record h1', { hasText: held.number }).waitFor();
    expect([await buttons('filled'), await buttons('subtle')]).toEqual([['Resume work'], ['Withdraw']]);
  });

  test('a distributor is led to accept what was solved', async () => {
    visitor = await at.arrive('lena', pageOf(resolved));
    await visitor.page.locator('.action-bar button').first().waitFor();
    expect([await buttons('filled'), await buttons('subtle')]).toEqual([['Accept and close'], []]);
  });

  test('a distributor is asked the desk’s question, and led to the answer', async () => {
    visitor = await at.arrive('lena', pageOf(held));
    const bar = visitor.page.locator('.action-bar');
    await bar.getByText('The desk asks you:').waitFor();
    await bar.getByText(QUESTION).waitFor();
    expect(await bar.getByText('There is nothing to do here now.').count()).toBe(0);
    await bar.getByRole('button', { name: 'Reply' }).click();
    await visitor.page.evaluate(whenFocused('Reply to the service desk', PAGE_MS_MAX));
  });

  test('a distributor who may still write is not told that there is nothing to do', async () => {
    visitor = await at.arrive('lena', pageOf(started));
    await visitor.page.getByLabel('Reply to the service desk').waitFor();
    expect(await visitor.page.getByText('There is nothing to do here now.').count()).toBe(0);
  });

  test('an auditor reads the desk’s words, and is offered nothing that would be refused', async () => {
    visitor = await at.arrive('ada', '/');
    await visitor.page.getByRole('heading', { name: /^Welcome/ }).waitFor();
    expect(await visitor.page.getByRole('heading', { name: 'Needs you' }).count()).toBe(0);
    expect(await visitor.page.getByRole('link', { name: 'Report an incident' }).count()).toBe(0);
    expect(await visitor.page.getByRole('link', { name: 'Something is not working' }).count()).toBe(0);
    await visitor.press('c');
    await visitor.press('g', 't');
    await visitor.page.getByRole('heading', { name: 'Incidents' }).waitFor();
    let notes = 0;
    visitor.page.on('request', (request) => void (asked('IncidentNotes')(request) && (notes += 1)));
    await visitor.go(pageOf(held));
    await visitor.page.locator('.record .badges', { hasText: 'On hold' }).waitFor();
    await visitor.page.getByText('There is nothing to do here now.').waitFor();
    await visitor.page.getByText(QUESTION).waitFor();
    expect(notes).toBe(0);
  });

  test('an agent who acts for one distributor reports for that one', async () => {
    visitor = await at.arrive('aga', '/report');
    const choice = visitor.page.getByRole('combobox', { name: 'Distributor', exact: true });
    await choice.waitFor();
    expect(await choice.locator('option').count()).toBeGreaterThan(2);
    const acting = visitor.page.getByLabel('Acting for');
    const one = await acting.locator('option', { hasText: 'LDC-003' }).getAttribute('value');
    await acting.selectOption(one ?? '');
    await choice.locator('option:only-child', { hasText: 'LDC-003' }).waitFor({ state: 'attached' });
    await visitor.page.evaluate(PAINTED);
    expect(await choice.locator('option').allTextContents()).toEqual([expect.stringContaining('LDC-003')]);
    expect(await choice.inputValue()).toBe(one);
  });

  test('whether an agent may report is asked once for each choice, and of nobody else', async () => {
    visitor = await at.enter();
    let [people, rights] = [0, 0];
    visitor.page.on('request', (request) => {
      if (asked('Me')(request)) people += 1;
      if (asked('MayReport')(request)) rights += 1;
    });
    await visitor.signIn('lena');
    await link('Report an incident').waitFor();
    expect([people, rights]).toEqual([1, 0]);

    await visitor.signIn('aga');
    await link('Report an incident').waitFor();
    expect([people, rights]).toEqual([2, 1]);
    const acting = visitor.page.getByLabel('Acting for');
    const choose = async (code: string) => {
      const client = await acting.locator('option', { hasText: code }).getAttribute('value');
      await acting.selectOption(client ?? '');
    };
    await visitor.page.route('**/graphql', (route) =>
      asked('MayReport')(route.request())
        ? route.fulfill({ json: { data: { me: { mayCreateIncident: false } } } })
        : route.continue(),
    );
    await choose('LDC-002');
    await link('Report an incident').waitFor({ state: 'detached' });
    await visitor.page.unroute('**/graphql');
    await choose('LDC-003');
    await link('Report an incident').waitFor();
    expect([people, rights]).toEqual([2, 3]);
  });

  test('after an action whose button is gone the keyboard goes on at the incident’s title', async () => {
    const fresh = await assign(analyst, await report(new Partner(at.desk.url, 'lena'), 'The keyboard stays here'));
    visitor = await at.arrive('sam', pageOf(fresh));
    await visitor.page.locator('.action-bar').getByRole('button', { name: 'Start work' }).click();
    await visitor.page.getByRole('dialog').getByRole('button', { name: 'Start work' }).click();
    await visitor.page.locator('.badges', { hasText: 'In progress' }).waitFor();
    await visitor.page.locator('h1:focus', { hasText: fresh.number }).waitFor();
  });

  test('what waits for a distributor stands at the start, each kind with a way to all of it', async () => {
    visitor = await at.arrive('lena', '/');
    const needs = visitor.page.locator('.needs');
    await needs.locator('li', { hasText: held.number }).getByText('answer the question').waitFor();
    await needs.locator('li', { hasText: resolved.number }).getByText('confirm the solution').waitFor();
  });

  function link(name: string): Locator {
    return visitor.page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name });
  }

  /** The words on the buttons of the bar that look like this. */
  function buttons(variant: 'filled' | 'subtle'): Promise<string[]> {
    return visitor.page.locator(`.action-bar > button[data-variant=${variant}]`).allTextContents();
  }
});

function pageOf({ number }: Worked): string {
  return `/incidents/${number}?open=true`;
}
