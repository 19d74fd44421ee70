import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { ROOT } from './child.ts';
import { memoryMb } from './cpu.ts';
import { EXPORT_ROWS, exportLines } from './export-rows.ts';
import { short, type Outcome, type Row } from './outcome.ts';
import type { Goal } from './ratio.ts';
import { stageId } from './stage-data.ts';

/** Wanted for the rows of the real export. */
const SECONDS_GOAL = 60;
const MB_GOAL = 600;
const POLL_MS = 200;
const IMPORT_MS_MAX = 300_000;
/** Kept from the end of what the import prints. */
const OUTPUT_CHARACTERS_MAX = 4_000;

/** What to import: made-up rows, and a real export where there is one. */
export interface ImportPlan {
  rows: number;
  file: string | null;
}

/**
 * The product's own import command, into a new database on an embedded engine: time, and the peak memory of the importing
 * process and of the engine.
 */
export async function importSuite({ rows, file }: ImportPlan): Promise<Outcome> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'desk-bench-import-'));
  try {
    const generated = path.join(directory, 'generated.csv.gz');
    const incidents = Math.round(rows / ROWS_EACH);
    await pipeline(
      Readable.from(withLineEnds(exportLines(incidents, rows))),
      createGzip({ level: 1 }),
      createWriteStream(generated),
    );
    const sources = [
      { name: `${rows} generated rows`, file: generated },
      ...(file ? [{ name: path.basename(file), file }] : []),
    ];
    const table: Row[] = [];
    const goals: Goal[] = [];
    for (const source of sources) {
      const run = await runImport(source.file, directory);
      table.push({
        name: source.name,
        cells: [
          run.rows,
          run.created,
          run.rejected,
          run.rows / run.seconds,
          run.seconds,
          run.importMb,
          run.engineMb,
        ].map(short),
      });
      const once = (value: number) => ({ median: value, best: value });
      const share = run.rows / EXPORT_ROWS;
      goals.push({
        name: `${source.name}: seconds`,
        figure: once(run.seconds),
        bound: { atMost: SECONDS_GOAL * Math.max(share, MIN_SHARE) },
      });
      goals.push({ name: `${source.name}: MB of the process`, figure: once(run.importMb), bound: { atMost: MB_GOAL } });
      goals.push({
        name: `${source.name}: MB with the engine`,
        figure: once(run.importMb + run.engineMb),
        bound: { atMost: MB_GOAL },
      });
      goals.push({ name: `${source.name}: rejected rows`, figure: once(run.rejected), bound: { atMost: 0 } });
    }
    return {
      suite: 'import',
      tables: [
        { title: 'import', columns: ['rows', 'created', 'rejected', 'rows/s', 's', 'MB', 'MB engine'], rows: table },
      ],
      goals,
      slices: {},
      peers: [],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const ROWS_EACH = 7.151;
/** A short run has its start-up too. */
const MIN_SHARE = 0.2;

interface ImportRun {
  rows: number;
  created: number;
  rejected: number;
  seconds: number;
  importMb: number;
  engineMb: number;
}

async function runImport(file: string, directory: string): Promise<ImportRun> {
  const data = mkdtempSync(path.join(directory, 'data-'));
  const args = [
    'incidents',
    file,
    '--data',
    data,
    '--mapping',
    benchMapping(data),
    '--rejects',
    path.join(data, 'rejects.csv'),
  ];
  const start = performance.now();
  const child = spawn(process.execPath, [path.join(ROOT, 'local/dist/main.js'), 'import', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let ended: number | NodeJS.Signals | null = null;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-OUTPUT_CHARACTERS_MAX)));
  }
  child.once('close', (code, signal) => (ended = code ?? signal));
  let importMb = 0;
  let engineMb = 0;
  while (ended === null) {
    const pid = child.pid ?? 0;
    importMb = Math.max(importMb, peakOf(pid));
    engineMb = Math.max(
      engineMb,
      childrenOf(pid).reduce((sum, each) => sum + peakOf(each), 0),
    );
    if (performance.now() - start > IMPORT_MS_MAX) child.kill('SIGKILL');
    await delay(POLL_MS);
  }
  const seconds = (performance.now() - start) / 1_000;
  if (ended !== 0) throw new Error(`The import ended with ${String(ended)}:\n${output}`);
  const count = (name: string) =>
    Number(new RegExp(`${name} +([\\d,]+)`).exec(output)?.[1]?.replaceAll(',', '') ?? NaN);
  return {
    rows: count('Rows read'),
    created: count('Incidents created'),
    rejected: count('Rejected rows'),
    seconds,
    importMb,
    engineMb,
  };
}

/** The mapping that comes with the desk, for one organization: a new database knows none. */
function benchMapping(data: string): string {
  const own = readFileSync(path.join(ROOT, 'services/tickets/data/import-servicenow.yaml'), 'utf8');
  const file = path.join(data, 'mapping.yaml');
  writeFileSync(file, own.replace(/^organization:\n(?: .*\n)+/m, `organization:\n  default: ${stageId('org', 1)}\n`));
  return file;
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // It has ended.
  }
}

function peakOf(pid: number): number {
  try {
    return memoryMb(pid).peak;
  } catch {
    return 0;
  }
}

function* withLineEnds(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
