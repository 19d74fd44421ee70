import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { DeskProcess } from '../desk/desk-process.ts';
import { Partner } from '../desk/partner.ts';
import { launchBrowser } from './browser.ts';
import { Visitor } from './visitor.ts';

/**
 * Takes the README's pictures anew, into `docs/images`: a desk with demo data on a free port, a real browser, one page each.
 * Run it by `npm run desk -- screenshots`. It ends with an error where a picture is missing or too large.
 */

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));
/** A README is read over slow lines too. */
const PICTURE_BYTES_MAX = 300_000;

interface Picture {
  file: string;
  login: string;
  locale: 'en-CA' | 'fr-CA';
  path: (open: string) => string;
  shows: string;
  /** In pixels; 900 where it is left out. */
  height?: number;
  then?: (visitor: Visitor) => Promise<void>;
}

const PICTURES: readonly Picture[] = [
  { file: 'queue.png', login: 'sam', locale: 'en-CA', path: beside, shows: '.record .message-boxes' },
  { file: 'board.png', login: 'sam', locale: 'en-CA', path: () => '/dashboard', shows: '.bars strong', height: 540 },
  {
    file: 'report.png',
    login: 'lena',
    locale: 'en-CA',
    path: () => '/report',
    shows: 'form.form',
    height: 740,
    then: fillReport,
  },
  {
    file: 'queue-fr.png',
    login: 'sam',
    locale: 'fr-CA',
    path: beside,
    shows: '.record .message-boxes',
    then: async ({ page }) => {
      await page.locator('button.language').click();
      await page.locator('html[lang^=fr]').waitFor();
    },
  },
];

await mkdir(FOLDER, { recursive: true });
const desk = await DeskProcess.start();
let browser: Browser | undefined;
try {
  browser = await launchBrowser();
  const open = await openIncident(new Partner(desk.url, 'root'));
  for (const picture of PICTURES) await take(browser, picture, open);
} finally {
  await browser?.close();
  await desk.stop();
}

async function take(from: Browser, picture: Picture, open: string): Promise<void> {
  const visitor = await Visitor.arrive(from, `http://localhost:${desk.port}`, {
    locale: picture.locale,
    height: picture.height ?? 900,
  });
  await visitor.signIn(picture.login, picture.path(open));
  await visitor.page.locator(picture.shows).first().waitFor();
  await picture.then?.(visitor);
  await visitor.page.waitForLoadState('networkidle');
  const file = path.join(FOLDER, picture.file);
  await visitor.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
  await visitor.leave();
  const { size } = await stat(file);
  console.log(`${path.relative(process.cwd(), file)}  ${Math.round(size / 1_000)} kB`);
  if (size > PICTURE_BYTES_MAX) throw new Error(`${picture.file} is larger than ${PICTURE_BYTES_MAX / 1_000} kB.`);
}

/** The demo's incident with the most to see: in progress, with an answer, a note and running clocks. */
async function openIncident(who: Partner): Promise<string> {
  const list = await who.get<{ nodes: { number: string }[] }>(
    '{ incidents(first: 1, filter: { state: [IN_PROGRESS], priority: [P2] }) { nodes { number } } }',
  );
  const [incident] = list.nodes;
  if (!incident) throw new Error('The demo data have no incident of priority P2 in progress.');
  return incident.number;
}

function beside(open: string): string {
  return `/incidents/${open}?open=true`;
}

async function fillReport({ page }: Visitor): Promise<void> {
  await page.getByLabel('What is wrong, in one line').fill('Interval reads of collector 0417 arrive twice');
  await page.getByLabel('Details').fill('Since 06:00 each hourly file holds the reads of collector 0417 two times.');
  await page.getByLabel('Service').selectOption({ index: 1 });
  await page.getByLabel('Impact').selectOption('MEDIUM');
  await page.getByLabel('Urgency').selectOption('MEDIUM');
}
