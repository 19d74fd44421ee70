import { describe } from '@jest/globals';
import { CHROMIUM_HINT, findChromium } from './browser.ts';

/** A group of tests that need a real browser. Where there is none, the group is skipped, and its name and a line on standard error say why. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (findChromium()) return describe(name, tests);
  // Jest does not list what a file of skipped tests holds; nobody should take a skipped suite for a passed one.
  process.stderr.write(`Skipped: ${name}. ${CHROMIUM_HINT}.\n`);
  describe.skip(`${name} (${CHROMIUM_HINT})`, tests);
}
