import { DOMAINS } from '@desk/schema/domains';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { apiSdl } from './api.ts';
import { generateEnums, generateTypes } from './codegen.ts';
import { composeSupergraph } from './composition.ts';

/**
 * `codegen` writes each service's `src/generated/api.ts`, and each domain's enums for its events. `compose` writes the supergraph and the API as clients read it; `compose --check`
 * only compares, and ends with 1 where a committed file is not what the SDL files give.
 */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [command, flag] = process.argv.slice(2);

if (command === 'codegen') await writeTypes();
else if (command === 'compose') await writeSchemas(flag === '--check');
else throw new Error(`Unknown command: ${command}. Use codegen or compose.`);

async function writeTypes(): Promise<void> {
  const enums = path.join(ROOT, 'schema/generated');
  await mkdir(enums, { recursive: true });
  for (const domain of DOMAINS) {
    await writeFile(path.join(enums, `${domain}.ts`), await generateEnums(domain));
    const source = path.join(ROOT, 'services', domain, 'src');
    const mapping = JSON.parse(await readFile(path.join(source, 'mappers.json'), 'utf8')) as {
      mappers: Record<string, string>;
      context: string;
    };
    await mkdir(path.join(source, 'generated'), { recursive: true });
    await writeFile(path.join(source, 'generated/api.ts'), await generateTypes(domain, mapping));
  }
}

async function writeSchemas(check: boolean): Promise<void> {
  const { sdl, hints } = composeSupergraph();
  for (const hint of hints) console.warn(hint);
  await writeSchema('schema/supergraph.graphql', sdl, check);
  await writeSchema('schema/api.graphql', apiSdl(sdl), check);
}

async function writeSchema(name: string, sdl: string, check: boolean): Promise<void> {
  const file = path.join(ROOT, name);
  if (!check) return writeFile(file, sdl);
  if ((await readFile(file, 'utf8')) === sdl) return;
  console.error(`${name} is not what the SDL files give. Run: npm run compose`);
  process.exitCode = 1;
}
