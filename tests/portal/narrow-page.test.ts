import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { report } from '../desk/desk-work.ts';
import { Partner } from '../desk/partner.ts';
import { describeInBrowser, stage } from './browser-suite.ts';
import { PAINTED } from './page-scripts.ts';

const SOURCE = path.join(process.cwd(), 'portal/src');
/** The width of a telephone, in pixels. */
const NARROW = 390;
/** The pages of the portal, each at least once: an address, and what says that all of it is there. */
const PAGES: readonly [address: string, shows: string][] = [
  ['/', '.home .numbers strong'],
  ['/dashboard', '.bars strong'],
  ['/inbox?all=true', '.page h1'],
  ['/following', '.page h2'],
  ['/incidents?open=true', 'a[data-row]'],
  ['/incidents/INC-000001?open=true', '.record .facts'],
  ['/report', 'form.form'],
  ['/requests', 'a[data-row]'],
  ['/requests/REQ-000001', '.record .facts'],
  ['/catalogue', '.tile h2'],
  ['/catalogue/FTS_ACCOUNT', 'form.form'],
  ['/problems', 'a[data-row]'],
  ['/problems/PRB-000003', '.record .facts'],
  ['/open-problem', 'form.form'],
  ['/known-errors', 'a[data-row]'],
  ['/known-errors/KE-000002', '.record .facts'],
  ['/draft-known-error?problem=PRB-000003', 'form.form'],
  ['/changes', 'a[data-row]'],
  ['/changes/CHG-000008', '.record .facts'],
  ['/propose', 'form.form'],
  ['/continuity', 'a[data-row]'],
  ['/continuity/CE-2026-0002', '.record .facts'],
  ['/declare', '.page'],
  ['/academy', '.tile h2'],
  ['/academy/INTRO?lesson=WHY', '.page h1'],
  ['/organizations', 'main li a'],
  ['/organizations/LDC-001', 'main tbody tr'],
  ['/profile', '.key-table'],
  ['/nowhere', 'main h1'],
];

test('every registered page is among those that are looked at on a telephone', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /rout(es|er)\.tsx$/.test(name),
  );
  const registered = files.flatMap((file) =>
    [...readFileSync(path.join(SOURCE, file), 'utf8').matchAll(/^ {2}path: '(\/[^'$]*)/gm)].map(
      ([, start = '']) => start,
    ),
  );
  const missed = registered.filter((start) => !PAGES.some(([address]) => address.startsWith(start)));
  expect([registered.length > 15, missed]).toEqual([true, []]);
});

describeInBrowser('on a telephone', () => {
  const at = stage(async (desk) => {
    await report(
      new Partner(desk.url, 'omar'),
      `A title with an identifier, ${'MDMR_'.repeat(14)}, that does not break`,
    );
  });

  test.each(['sam', 'lena'])('no page scrolls sideways for %s', async (login) => {
    const visitor = await at.enter({ width: NARROW });
    await visitor.signIn(login);
    const wide: string[] = [];
    for (const [address, shows] of PAGES) {
      // What only the other of the two may see is a page that says so.
      const there = visitor.page.locator(shows).or(visitor.page.locator('main h1')).first();
      await visitor.go(address);
      await there.waitFor();
      await visitor.page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      await visitor.page.evaluate(PAINTED);
      const width = await visitor.page.evaluate<number>('document.documentElement.scrollWidth');
      if (width > NARROW) wide.push(`${address}: ${width}`);
    }
    expect(wide).toEqual([]);
  });
});
