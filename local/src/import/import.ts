import { systemTime } from '@desk/kit/time/time-source';
import { Refusal } from '@desk/kit/api/errors';
import { createLogger, type Logger } from '@desk/kit/process/logger';
import { loadServices } from '@desk/directory/service/port';
import { loadCatalogue } from '@desk/tickets/catalogue/port';
import { ImportProblem, REVIEW } from '@desk/tickets/import/mapping';
import { loadMapping, sampleFile, surveyFile } from '@desk/tickets/import/port';
import { rowReader, type KnownOrganization } from '@desk/tickets/import/row';
import { importIncidents, mirroredOrganizations, type ImportCounts, type ImportPlan } from '@desk/tickets/import/store';
import { loadReferenceData } from '@desk/tickets/sla/port';
import { slaOver } from '@desk/tickets/sla/sla';
import { openStore } from '@desk/tickets/store';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Database } from '../engine/database.ts';
import { EngineFailure } from '../engine/engine.ts';
import { findDatabase, openTickets } from '../store/tickets.ts';
import { ImportNotes } from './notes.ts';
import { ImportProgress, type ProgressOutput } from './progress.ts';
import { RejectsFile } from './rejects.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const USAGE = `npm run desk -- import incidents FILE [options]

Takes over the incidents of another system's export: CSV, or CSV packed with gzip. docs/import.md tells how.

  --mapping FILE   how to read the export (services/tickets/data/import-servicenow.yaml)
  --data DIR       where the desk's data are (.data)
  --propose        writes a mapping for the file, to review, and imports nothing: to --mapping, or import-mapping.yaml
  --rejects FILE   where rows go that are not taken over (import-rejects.csv)`;

/**
 * Runs `import incidents FILE`. Resolves with the exit code: 0 when the file was read to its end, also with some rejects;
 * 1 when every row is a reject, and when the import did not begin or did not end, with the reason on stderr.
 */
export async function runImport(args: string[], { stdout, stderr }: ImportOutput = process): Promise<number> {
  try {
    const options = readOptions(args);
    if (!options) {
      stdout.write(`${USAGE}\n`);
      return 0;
    }
    if (options.proposal !== null) {
      stdout.write(`${await proposeMapping(options.file, options.proposal)}\n`);
      return 0;
    }
    const { said, tookNothing } = await importFile(options, stdout);
    stdout.write(`${said}\n`);
    return tookNothing ? 1 : 0;
  } catch (error) {
    stderr.write(`${explained(error)}\n`);
    return 1;
  }
}

/** Where an import prints what it does; a process fits. */
export interface ImportOutput {
  stdout: ProgressOutput;
  stderr: { write(text: string): unknown };
}

interface ImportOptions {
  file: string;
  /** Undefined: the one that comes with the desk. */
  mapping: string | undefined;
  data: string;
  rejects: string;
  /** Where a mapping is to be written that is proposed from the file; null to import it. */
  proposal: string | null;
}

/** The options, or null when help is wanted. Paths are relative to where the command was typed. */
function readOptions(args: string[]): ImportOptions | null {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      mapping: { type: 'string' },
      data: { type: 'string' },
      rejects: { type: 'string', default: 'import-rejects.csv' },
      propose: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const [what, file, ...more] = positionals;
  if (what !== 'incidents' || !file || more.length) throw new ImportProblem([USAGE]);
  // npm changes to the repository's folder, and says where it was called.
  const here = process.env['INIT_CWD'] ?? process.cwd();
  const options = {
    file: path.resolve(here, file),
    mapping: values.mapping && path.resolve(here, values.mapping),
    data: values.data ? path.resolve(here, values.data) : path.join(ROOT, '.data'),
    rejects: path.resolve(here, values.rejects),
    proposal: values.propose ? path.resolve(here, values.mapping ?? 'import-mapping.yaml') : null,
  };
  if (options.rejects === options.file) throw new ImportProblem(['--rejects names the file that is to be imported.']);
  return options;
}

/** Writes a mapping that a person can review into a new file, and says what to do with it. */
async function proposeMapping(file: string, proposal: string): Promise<string> {
  const text = (await sampleFile(file)).proposal(path.basename(file));
  try {
    await writeFile(proposal, text, { flag: 'wx' });
  } catch (error) {
    throw new ImportProblem([`The proposal cannot be written: ${(error as Error).message}.`]);
  }
  const open = text.split(REVIEW).length - 2; // The first line only names the word.
  return `${proposal} is proposed for ${file}. Review it: ${open} places say ${REVIEW} and need a decision. Then import with --mapping ${proposal}.`;
}

/** Imports, and says in a few lines what came of it. */
async function importFile(
  options: ImportOptions,
  stdout: ProgressOutput,
): Promise<{ said: string; tookNothing: boolean }> {
  const startedAt = performance.now();
  const logger = createLogger('import', process.env['LOG_LEVEL'] ?? 'warn');
  const mapping = loadMapping(options.mapping);
  const services = loadServices().map(({ code }) => code);
  const ground = { catalogue: loadCatalogue(), services, now: systemTime.now() };
  const { header, survey, text, table } = await surveyFile(options.file, mapping);
  // Before a database is opened: what cannot be imported leaves no trace.
  const unfit = problemsOf(() => rowReader(mapping, header, { ...ground, organizations: null }));
  const problems = [...survey.problems(), ...unfit];
  if (problems.length) throw new ImportProblem([...problems, survey.reading()]);
  for (const note of survey.notes()) stdout.write(`${note}\n`);

  const database = await findDatabase(options.data, logger);
  try {
    const progress = new ImportProgress(stdout, survey.rows);
    const notes = new ImportNotes();
    const imported = importInto(database, { logger, rejects: options.rejects, progress, notes }, (organizations) => ({
      file: options.file,
      text,
      table,
      reader: rowReader(mapping, header, { ...ground, organizations }),
      importedAt: ground.now,
    }));
    const died = database.died.then((reason) => Promise.reject(new EngineFailure(reason)));
    const counts = await Promise.race([imported, died]);
    const tookNothing = counts.rejectedRows > 0 && counts.created + counts.alreadyThere === 0;
    const said = summary(counts, { rejects: options.rejects, notes, ms: performance.now() - startedAt });
    return { said, tookNothing };
  } finally {
    await database.stop();
  }
}

/** The problems that an act stops at; none when it goes through. */
function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
    return [];
  } catch (error) {
    if (error instanceof ImportProblem) return error.problems;
    throw error;
  }
}

/** What an import tells where. */
interface ImportSurroundings {
  logger: Logger;
  rejects: string;
  progress: ImportProgress;
  notes: ImportNotes;
}

async function importInto(
  database: Database,
  { logger, rejects, progress, notes }: ImportSurroundings,
  planFor: (organizations: readonly KnownOrganization[]) => ImportPlan,
): Promise<ImportCounts> {
  const foundation = await openTickets(database, logger);
  try {
    const plan = planFor(await mirroredOrganizations(foundation));
    const rejectsFile = await RejectsFile.create(rejects);
    try {
      const { incidents } = await openStore(foundation);
      const target = { incidents: incidents.records, log: foundation.log, sla: slaOver(loadReferenceData()) };
      return await importIncidents(plan, target, {
        onRejects: (found) => rejectsFile.add(found),
        onNotes: (found) => notes.add(found),
        onProgress: (counts) => progress.show(counts),
      });
    } finally {
      progress.end();
      await rejectsFile.close();
    }
  } finally {
    await foundation.close();
  }
}

function summary(
  counts: ImportCounts,
  { rejects, notes, ms }: { rejects: string; notes: ImportNotes; ms: number },
): string {
  const lines: [string, number, string][] = [
    ['Rows read', counts.rows, ''],
    ['Incidents created', counts.created, ''],
    ['Already there', counts.alreadyThere, ''],
    ['Rejected rows', counts.rejectedRows, counts.rejectedRows ? `  in ${rejects}` : ''],
  ];
  const table = lines.map(
    ([name, count, more]) => ` ${name.padEnd(20)}${count.toLocaleString('en-CA').padStart(12)}${more}`,
  );
  const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  return [
    ...table,
    ...notes.lines(),
    ` ${(ms / 1_000).toFixed(1)} s, at most ${memoryMiB} MiB of memory beside the database`,
  ].join('\n');
}

function explained(error: unknown): string {
  if (error instanceof ImportProblem) return error.problems.join('\n');
  if (error instanceof EngineFailure) return error.message;
  if (error instanceof Refusal)
    return `The import stopped: ${error.message}\nRun the same command again: it goes on where it stopped.`;
  if (error instanceof TypeError && 'code' in error) return `${error.message}\n\n${USAGE}`; // Of parseArgs.
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
