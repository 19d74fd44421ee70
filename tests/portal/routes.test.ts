import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { DeskProcess } from '../desk/desk-process.ts';
import { Partner } from '../desk/partner.ts';
import { launchBrowser } from './browser.ts';
import { describeInBrowser } from './browser-suite.ts';
import { act, assign, note, report, type Worked } from '../desk/desk-work.ts';
import { englishIn, type Named } from './french.ts';
import { READER_TEXTS } from './page-scripts.ts';
import { Visitor } from './visitor.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const NOTE = 'Batch 88 is ours alone.';
/** How often the explorer's button is pressed, and how long each press may take, in milliseconds. */
const EXECUTE_TRIES_MAX = 5;
const EXECUTE_MS = 12_000;
/** What people of this test wrote, in their own language. */
const WRITTEN = [NOTE, 'Since 06:00 today.'];

/** A page or a state of a page: how one gets there, and what says that it is there. */
interface Place {
  name: string;
  path: string;
  shows: string;
  /** Who can get there; everybody, where it is left out. */
  login?: 'sam' | 'lena';
  then?: (visitor: Visitor) => Promise<void>;
  /** What leads back to the page itself. */
  after?: (visitor: Visitor) => Promise<void>;
}

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

describeInBrowser('every route, in both languages', () => {
  let desk: DeskProcess;
  let browser: Browser;
  let incident: Worked;
  let names: Named[];
  const visitors = new Map<string, Visitor>();
  /** Serious faults and English words by place, as the walk found them. */
  const found: { faults: string[]; english: string[]; languages: Set<string> } = {
    faults: [],
    english: [],
    languages: new Set(),
  };
  /** Everything that the API sent to Lena's browser. */
  const toldToLena: string[] = [];

  beforeAll(async () => {
    desk = await DeskProcess.start();
    const analyst = new Partner(desk.url, 'root');
    const started = await act(
      analyst,
      await assign(analyst, await report(new Partner(desk.url, 'omar'), 'Les lectures manquent')),
      { mutation: 'startIncident', acknowledgement: 'Nous regardons.' },
    );
    await note(analyst, started, NOTE);
    incident = started;
    names = await bilingualNames(analyst);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await desk?.stop();
  });

  test.each(['sam', 'lena'] as const)('%s walks through all of them', async (login) => {
    const visitor = await Visitor.arrive(browser, `http://localhost:${desk.port}`);
    visitors.set(login, visitor);
    if (login === 'lena') {
      visitor.page.on('response', (response) => {
        if (response.url().endsWith('/graphql'))
          void response.text().then(
            (body) => toldToLena.push(body),
            () => null,
          );
      });
    }
    await visitor.open('/');
    await visitor.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await inBothLanguages(visitor, `signed out`);
    await visitor.signIn(login);
    for (const place of placesOf(incident.number)) {
      if (place.login && place.login !== login) continue;
      await visitor.go(place.path);
      await visitor.page.locator(place.shows).first().waitFor();
      await place.then?.(visitor);
      await visitor.page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      await inBothLanguages(visitor, `${login}, ${place.name}`);
      await place.after?.(visitor);
    }
  });

  test('axe finds nothing serious', () => {
    expect(found.faults).toEqual([]);
  });

  test('no English is left in French', () => {
    expect(found.english).toEqual([]);
    expect([...found.languages].sort()).toEqual(['en-CA', 'fr-CA']);
  });

  test('Lena’s browser never receives an internal note, and offers nothing that only the SME does', async () => {
    const { page } = visitors.get('lena') as Visitor;
    await (visitors.get('lena') as Visitor).go(`/incidents/${incident.number}`);
    await page.locator('.message-text', { hasText: 'Nous regardons.' }).waitFor();
    expect(await page.locator('.conversation .message-text').allTextContents()).toEqual(['Nous regardons.']);
    const buttons = await page.locator('.record').getByRole('button').allTextContents();
    for (const word of ['Assign', 'Start work', 'Put on hold', 'Resolve', 'Reclassify', 'Link', 'internal note']) {
      expect(buttons.filter((text) => text.includes(word))).toEqual([]);
    }
    expect(await page.getByLabel('Internal note').count()).toBe(0);
    expect(toldToLena.length).toBeGreaterThan(10);
    expect(toldToLena.filter((body) => body.includes(NOTE))).toEqual([]);
  });

  test('the explorer knows the schema and runs a query', async () => {
    const { page } = visitors.get('sam') as Visitor;
    const schema = page.waitForResponse((response) => new URL(response.url()).pathname === '/schema.graphql');
    await (visitors.get('sam') as Visitor).open('/explorer');
    expect((await schema).status()).toBe(200);
    await page.getByRole('button', { name: /Show Documentation Explorer/ }).click();
    await page
      .locator('.graphiql-doc-explorer-content', { hasText: 'incidentUpdates' })
      .or(page.getByText('Root Types'))
      .first()
      .waitFor();

    const choice = page.getByRole('menuitem', { name: 'OpenIncidents' });
    const result = page.locator('.result-window', { hasText: '"totalCount"' });
    // The button offers a choice of operations as soon as the editor has read them; a press before that asks for none.
    for (let tries = 0; tries < EXECUTE_TRIES_MAX; tries += 1) {
      await page.getByRole('button', { name: /Execute query/ }).click();
      const answered = choice.or(result).first().waitFor({ timeout: EXECUTE_MS });
      if (
        await answered.then(
          () => true,
          () => false,
        )
      )
        break;
    }
    if (await choice.isVisible()) await choice.click();
    await result.waitFor();
  });

  test('no request left the machine, each page was guarded, and the consoles stayed clean', () => {
    const all = [...visitors.values()];
    expect({
      others: all.flatMap(({ strangers }) => strangers),
      unguarded: all.flatMap(({ unguarded }) => unguarded),
      told: all.flatMap(({ complaints }) => complaints),
    }).toEqual({ others: [], unguarded: [], told: [] });
  });

  /** Looks at a place in English, then in French, and leaves it in English. What was open stays open. */
  async function inBothLanguages({ page }: Visitor, place: string): Promise<void> {
    for (const language of ['EN', 'FR'] as const) {
      if (language === 'FR') await switchTo(page, 'fr');
      const { violations } = await page.evaluate<{ violations: Violation[] }>(
        `${AXE}; axe.run(document, { resultTypes: ['violations'] })`,
      );
      for (const { id, impact, nodes } of violations) {
        if (impact !== 'serious' && impact !== 'critical') continue;
        found.faults.push(`${place}, ${language}: ${id} (${impact}) ${nodes[0]?.html.slice(0, 200)}`);
      }
      found.languages.add((await page.locator('html').getAttribute('lang')) ?? '');
    }
    const texts = await page.evaluate<string[]>(READER_TEXTS);
    for (const text of englishIn(texts, names, WRITTEN)) found.english.push(`${place}: ${text}`);
    await switchTo(page, 'en');
  }
});

/** Switches the page by its button. A dialog lies over that button: its click is then given to the element itself. */
async function switchTo(page: Visitor['page'], language: 'en' | 'fr'): Promise<void> {
  await page.locator('button.language').dispatchEvent('click');
  await page.locator(`html[lang^=${language}]`).waitFor();
}

function placesOf(number: string): Place[] {
  const open = `/incidents/${number}?open=true`;
  const closeDialog = async (visitor: Visitor) => {
    await visitor.press('Escape');
    await visitor.page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  const dialog = (key: string) => async (visitor: Visitor) => {
    await visitor.press(key);
    await visitor.page.getByRole('dialog').waitFor();
  };
  return [
    { name: 'home', path: '/', shows: '.home .numbers strong' },
    { name: 'the sheet of keys', path: '/', shows: '.home', then: dialog('?'), after: closeDialog },
    { name: 'the palette', path: '/', shows: '.home', then: dialog('Control+k'), after: closeDialog },
    { name: 'the inbox', path: '/inbox', shows: '.page h1' },
    { name: 'everything in the inbox', path: '/inbox?all=true', shows: '.page h1' },
    { name: 'what is followed', path: '/following', shows: '.page h2' },
    { name: 'the list', path: '/incidents?open=true', shows: 'a[data-row]' },
    { name: 'an empty list', path: '/incidents?open=true&text=zzzz', shows: '.empty' },
    {
      name: 'an incident with an explanation and its history',
      path: open,
      shows: '.record .message-boxes',
      then: async ({ page }) => {
        await page.locator('.clocks button').first().click();
        await page.locator('.explanation table').waitFor();
        await page.locator('.record .disclosure[aria-keyshortcuts]').click();
        await page.locator('.history li').first().waitFor();
      },
    },
    {
      name: 'the form to hold',
      login: 'sam',
      path: open,
      shows: '.action-bar button',
      then: holdForm,
      after: closeDialog,
    },
    {
      name: 'the choice of a state',
      login: 'sam',
      path: open,
      shows: '.record',
      then: dialog('s'),
      after: closeDialog,
    },
    {
      name: 'the form to classify',
      login: 'sam',
      path: open,
      shows: '.record',
      then: dialog('p'),
      after: closeDialog,
    },
    {
      name: 'the report form, refused',
      path: '/report',
      shows: 'form.form',
      then: async ({ page }) => {
        await page.locator('select[name=impact]').selectOption('HIGH');
        await page.locator('select[name=urgency]').selectOption('HIGH');
        await page.locator('form.form button[type=submit]').click();
        await page.locator('.error-summary').waitFor();
      },
    },
    { name: 'the list of changes', path: '/changes', shows: 'a[data-row]' },
    { name: 'an empty list of changes', path: '/changes?state=REJECTED', shows: '.empty' },
    {
      name: 'a change with its history',
      path: '/changes/CHG-000008?open=true',
      shows: '.record .facts',
      then: async ({ page }) => {
        await page.locator('.record .disclosure[aria-keyshortcuts]').click();
        await page.locator('.history li').first().waitFor();
      },
    },
    {
      name: 'the proposal of a change, refused',
      path: '/propose',
      shows: 'form.form',
      then: async ({ page }) => {
        await page.locator('form.form button[type=submit]').click();
        await page.locator('.error-summary').waitFor();
      },
    },
    { name: 'the problems log', path: '/problems', shows: 'a[data-row]' },
    { name: 'an empty problems log', path: '/problems?state=ASSESS', shows: '.empty' },
    {
      name: 'a problem with what is known of it',
      login: 'sam',
      path: '/problems/PRB-000003',
      shows: '.record .facts',
      then: async ({ page }) => {
        await page.locator('.record .links a').first().waitFor();
        await page.locator('.record .disclosure[aria-keyshortcuts]').click();
        await page.locator('.history li').first().waitFor();
      },
    },
    {
      name: 'the form for a new problem',
      login: 'sam',
      path: '/open-problem',
      shows: '.form',
      then: async ({ page }) => {
        await page.locator('.form button[type=submit]').click();
        await page.locator('.error-summary').waitFor();
      },
    },
    { name: 'the list of known errors', path: '/known-errors', shows: 'a[data-row]' },
    { name: 'a known error', path: '/known-errors/KE-000002', shows: '.record .facts' },
    { name: 'a problem as distributors read it', path: '/problems/PRB-000005', shows: '.record .facts' },
    { name: 'the draft of a known error', login: 'sam', path: '/draft-known-error?problem=PRB-000003', shows: '.form' },
    { name: 'the list of service requests', path: '/requests', shows: 'a[data-row]' },
    { name: 'an empty list of service requests', path: '/requests?state=FAILED', shows: '.empty' },
    { name: 'a service request', path: '/requests/REQ-000001', login: 'sam', shows: '.record .facts' },
    { name: 'the catalogue', path: '/catalogue', shows: '.tile h2' },
    {
      name: 'the form of a service, refused',
      path: '/catalogue/FTS_ACCOUNT',
      shows: 'form.form',
      then: async ({ page }) => {
        await page.locator('form.form button[type=submit]').click();
        await page.locator('.error-summary').waitFor();
      },
    },
    { name: 'the list of continuity events', path: '/continuity', shows: 'a[data-row]' },
    { name: 'an empty list of continuity events', path: '/continuity?stage=RESTORATION', shows: '.empty' },
    {
      name: 'a continuity event with its timeline',
      path: '/continuity/CE-2026-0002',
      shows: '.record .facts',
      then: async ({ page }) => {
        await page.locator('.record .disclosure[aria-keyshortcuts]').click();
        await page.locator('.history li').first().waitFor();
      },
    },
    {
      name: 'the declaration of a continuity event',
      path: '/declare',
      shows: '.page.narrow p',
    },
    { name: 'the academy', path: '/academy', shows: '.tile h2' },
    {
      name: 'a lesson',
      path: '/academy/INTRO?lesson=WHY',
      login: 'lena',
      shows: 'article table',
    },
    {
      name: 'an assessment',
      path: '/academy/INTRO?lesson=TEST',
      login: 'lena',
      shows: 'article button',
      then: async ({ page }) => {
        await page.locator('article button').first().click();
        await page.locator('fieldset').first().waitFor();
      },
    },
    { name: 'the dashboard', path: '/dashboard', shows: '.bars strong' },
    { name: 'the profile', path: '/profile', shows: '.key-table' },
    { name: 'the list of organizations', path: '/organizations', shows: 'main li a' },
    { name: 'an organization', path: '/organizations/LDC-001', shows: 'main tbody tr' },
    { name: 'a page that is not there', path: '/nowhere', shows: 'main h1' },
    { name: 'an incident that is not there', path: '/incidents/INC-999999', shows: '.record-pane h1' },
  ];
}

async function holdForm({ page }: Visitor): Promise<void> {
  await page.locator('.action-bar').getByRole('button', { name: 'Put on hold' }).click();
  await page.getByRole('dialog').locator('select').first().selectOption('SCHEDULED');
  await page.getByRole('dialog').locator('input[type=datetime-local]').waitFor();
}

/** The names that the desk has in two languages. */
async function bilingualNames(who: Partner): Promise<Named[]> {
  const both = '{ en: name(language: EN) fr: name(language: FR) }';
  const { data, errors } = await who.ask(`{ services ${both} incidentCategories ${both} assignmentGroups ${both} }`);
  if (!data || errors) throw new Error(JSON.stringify(errors));
  return Object.values<Named[]>(data).flat();
}
