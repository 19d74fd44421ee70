import { DOMAINS } from '@desk/schema/domains';
import { build, type Plugin } from 'esbuild';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Turns each package's `src/*.ts` into `dist/*.js`, file by file; tests and what only tests use (`*.fixture.ts`) stay out.
 * Nothing is bundled: every package keeps finding its own dependencies, and a stack trace names the file that a reader
 * will open.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Each package, with the folder whose files keep their places below `dist`. */
const SOURCES = [
  ...['kit', 'schema', 'gateway', 'local', ...DOMAINS.map((domain) => `services/${domain}`)].map((place) => ({
    place,
    base: 'src',
  })),
  // The registry and the events' types stand beside the SDL.
  { place: 'schema', base: '.' },
];

/** Leaves every import as it is, but for the ending of our own files. */
const keepImports: Plugin = {
  name: 'keep-imports',
  setup({ onResolve }) {
    onResolve({ filter: /.*/ }, ({ kind, path: imported }) =>
      kind === 'entry-point' ? null : { path: imported.replace(/^(\..*)\.ts$/, '$1.js'), external: true },
    );
  },
};

for (const { place } of SOURCES) rmSync(path.join(ROOT, place, 'dist'), { recursive: true, force: true });
await Promise.all(
  SOURCES.map(async ({ place, base }) => {
    const folder = path.join(ROOT, place);
    await build({
      entryPoints: sources(path.join(folder, base)),
      outdir: path.join(folder, 'dist'),
      outbase: path.join(folder, base),
      bundle: true, // Only so that imports are resolved; all of them are external.
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      plugins: [keepImports],
      logLevel: 'warning',
    });
  }),
);

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(^|\/)(src|node_modules|dist)\/|\.(test|fixture)\.ts$/.test(name))
    .map((name) => path.join(folder, name));
}
