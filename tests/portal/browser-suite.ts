import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { DeskProcess } from '../desk/desk-process.ts';
import { CHROMIUM_HINT, findChromium, launchBrowser } from './browser.ts';
import { Visitor } from './visitor.ts';

/** A group of tests that need a real browser. Where there is none, the group is skipped, and its name and a line on standard error say why. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (findChromium()) return describe(name, tests);
  // Jest does not list what a file of skipped tests holds, and a skipped suite must not look like a passed one.
  process.stderr.write(`Skipped: ${name}. ${CHROMIUM_HINT}.\n`);
  describe.skip(`${name} (${CHROMIUM_HINT})`, tests);
}

/** What a group of tests in a browser stands on, once they run. */
export interface Stage {
  desk: DeskProcess;
  /** Where the desk answers, as a browser names it. */
  url: string;
  browser: Browser;
  /** Somebody at a browser of their own, who is not signed in yet; gone after the test. */
  enter(options?: Parameters<typeof Visitor.arrive>[2]): Promise<Visitor>;
  /** The same, signed in and at a page. */
  arrive(login: string, path: string): Promise<Visitor>;
}

/** Gives the group a desk and a browser of its own, for as long as it runs. `prepare` writes what its tests find there. */
export function stage(prepare: (desk: DeskProcess) => Promise<void> = async () => {}): Stage {
  const visitors: Visitor[] = [];
  const made = {
    async enter(options) {
      const visitor = await Visitor.arrive(made.browser, made.url, options);
      visitors.push(visitor);
      return visitor;
    },
    async arrive(login, path) {
      const visitor = await made.enter();
      await visitor.signIn(login, path);
      return visitor;
    },
  } as Stage;
  beforeAll(async () => {
    made.desk = await DeskProcess.start();
    made.url = `http://localhost:${made.desk.port}`;
    await prepare(made.desk);
    made.browser = await launchBrowser();
  });
  afterEach(async () => {
    for (const visitor of visitors.splice(0)) await visitor.leave();
  });
  afterAll(async () => {
    await made.browser?.close();
    await made.desk?.stop();
  });
  return made;
}
