import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ASSETS = fileURLToPath(new URL('../../portal/dist/assets', import.meta.url));

/** The scripts of the pages that come behind the first load, with all that they import, by their names in `assets`. */
export function filesOfPages(): string[] {
  const files = new Set<string>();
  const waiting = readdirSync(ASSETS)
    .filter((name) => /^portal-[\w-]+\.js$/.test(name))
    .flatMap((name) => [...read(name).matchAll(/import\([`"']\.\/(?!messages\.)([^`"']+\.js)[`"']\)/g)])
    .map(([, name]) => name ?? '');
  if (!waiting.length) throw new Error('The portal has no pages that come behind the first load.');
  for (let file = waiting.pop(); file; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, name] of read(file).matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) waiting.push(name ?? '');
  }
  return [...files];
}

function read(file: string): string {
  return readFileSync(path.join(ASSETS, file), 'utf8');
}
