import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';

/** What to do where no browser is found. */
export const CHROMIUM_HINT = 'No Chromium found: install one (Debian: apt-get install chromium) or set CHROMIUM_PATH';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The path of a Chromium of this machine: `CHROMIUM_PATH`, else the first known name on the search path; null for none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string | null {
  const folders = (environment['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const candidates = [
    environment['CHROMIUM_PATH'] ?? '',
    ...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))),
  ];
  return candidates.find((file) => file !== '' && runs(file)) ?? null;
}

/**
 * Starts a browser that knows no other machine. `line` leads what it sends to one port of this machine to another, so that
 * a test can cut the way between. Throws where there is no Chromium.
 */
export async function launchBrowser(line?: { from: number; to: number }): Promise<Browser> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error(CHROMIUM_HINT);
  // Names with a dot are other machines'. A request to one fails here, and the visitor's watch names it.
  const rules = ['MAP *.* ~NOTFOUND', ...(line ? [`MAP localhost:${line.from} 127.0.0.1:${line.to}`] : [])];
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--host-resolver-rules=${rules.join(',')}`,
    ],
  });
}

function runs(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
