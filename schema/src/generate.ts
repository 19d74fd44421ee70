import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateTypes } from './codegen.ts';
import { composeSupergraph } from './composition.ts';
import { DOMAINS } from './sdl.ts';

/**
 * `codegen`: writes each service's `src/generated/api.ts`. `compose`: writes the supergraph. `compose --check` only
 * compares, and ends with 1 when the committed supergraph is not what the SDL files give.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [command, flag] = process.argv.slice(2);

if (command === 'codegen') await writeTypes();
else if (command === 'compose') await writeSupergraph(flag === '--check');
else throw new Error(`Unknown command: ${command}. Use codegen or compose.`);

async function writeTypes(): Promise<void> {
  for (const domain of DOMAINS) {
    const source = path.join(ROOT, 'services', domain, 'src');
    const mapping = JSON.parse(await readFile(path.join(source, 'mappers.json'), 'utf8')) as {
      mappers: Record<string, string>;
      context: string;
    };
    await mkdir(path.join(source, 'generated'), { recursive: true });
    await writeFile(path.join(source, 'generated/api.ts'), await generateTypes(domain, mapping));
  }
}

async function writeSupergraph(check: boolean): Promise<void> {
  const file = path.join(ROOT, 'schema/supergraph.graphql');
  const { sdl, hints } = composeSupergraph();
  for (const hint of hints) console.warn(hint);
  if (!check) return writeFile(file, sdl);
  if ((await readFile(file, 'utf8')) === sdl) return;
  console.error('schema/supergraph.graphql is not what the SDL files give. Run: npm run compose');
  process.exitCode = 1;
}
