import {
  HEADER,
  exportLine,
  exportedIncident,
  removeExports,
  writeBytes,
  writeExport,
} from '@desk/tickets/import/import.fixture';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startEngine, type RunningEngine } from '../engine/engine.ts';
import { ImportProgress } from './progress.ts';
import { runImport } from './import.ts';

const MAPPING = readFileSync(new URL('../../../services/tickets/data/import-servicenow.yaml', import.meta.url), 'utf8');
/** A mapping that names an organization's id works before the desk was started for the first time. */
const FIXED = MAPPING.replace(/organization:\n(?: {2}.*\n)+/, 'organization: { default: org_A }\n');

let home: string;
let mapping: string;
let file: string;
const environment = { ...process.env };

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'desk-import-'));
  mapping = path.join(home, 'mapping.yaml');
  await writeFile(mapping, FIXED);
  file = await writeExport([
    ...exportedIncident('A'),
    exportLine({ number: 'B', impact: 9 }),
    ...exportedIncident('C'),
  ]);
  delete process.env['MONGODB_URI']; // The test run's own engine: here the command chooses.
});

afterAll(async () => {
  process.env = environment;
  await removeExports();
  await rm(home, { recursive: true, force: true });
});

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runImport(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

function data(): string {
  return path.join(home, 'data');
}

function rejects(): string {
  return path.join(home, 'rejects.csv');
}

function importWith(...more: string[]) {
  return run('incidents', file, '--data', data(), '--rejects', rejects(), ...more);
}

describe('an import that cannot begin', () => {
  test.each([
    ['without a file', async () => run('incidents'), 'npm run desk -- import incidents FILE'],
    ['of something else', async () => run('problems', file), 'npm run desk -- import incidents FILE'],
    ['with an option that is not known', async () => importWith('--fast'), "'--fast'"],
    [
      'of a file that is not there',
      async () => run('incidents', '/nowhere.csv', '--data', data()),
      '/nowhere.csv cannot be read',
    ],
    [
      'with a mapping that is not there',
      async () => importWith('--mapping', '/nowhere.yaml'),
      'mapping file cannot be read',
    ],
    ['with rejects over its own file', async () => importWith('--rejects', file), '--rejects names the file'],
    [
      'of a file that lacks columns',
      async () => {
        const other = await writeExport([], {
          header: HEADER.replace('ident_state', 'state').replace('impact', 'size'),
        });
        return run('incidents', other, '--data', data());
      },
      'no column "impact"',
    ],
  ])('%s says why, and leaves no data behind', async (_what, begin, reason) => {
    const { code, err } = await begin();
    expect([code, err.includes(reason), existsSync(data())]).toEqual([1, true, false]);
  });

  test('names every column that the file lacks', async () => {
    const other = await writeExport([], { header: HEADER.replace('ident_state', 'state').replace('impact', 'size') });
    const { err } = await run('incidents', other, '--data', data());
    expect(err.trim().split('\n')).toEqual([
      expect.stringContaining('"ident_state"'),
      expect.stringContaining('"impact"'),
      expect.stringMatching(
        /^Read as utf-8, separated by ",". The header ends in line 1 and has 36 columns: number \| state/,
      ),
    ]);
  });

  test('of a file in another encoding names it, and leaves no trace', async () => {
    const lines = exportedIncident('Q', { contact_type: 'Hydro-Québec' });
    const other = await writeBytes(Buffer.from([HEADER, ...lines].join('\n'), 'latin1'));
    const { code, err } = await run('incidents', other, '--mapping', mapping, '--data', data(), '--rejects', rejects());
    expect([code, existsSync(data())]).toEqual([1, false]);
    expect(err).toContain('encoding: windows-1252 reads');
  });

  test('of a file whose times have another form writes nothing, and says which form is right', async () => {
    const other = await writeExport([
      exportLine({ number: 'S', opened_at: '05/03/2025 10:00', sys_updated_at: '05/03/2025 10:00' }),
      exportLine({ number: 'T', opened_at: '29/03/2025 10:00', sys_updated_at: '29/03/2025 10:00' }),
    ]);
    const american = path.join(home, 'american.yaml');
    await writeFile(american, FIXED.replace(/timeFormat: .*/, 'timeFormat: M/D/YYYY HH:MM'));
    const { code, err } = await run(
      'incidents',
      other,
      '--mapping',
      american,
      '--data',
      data(),
      '--rejects',
      rejects(),
    );
    expect([code, existsSync(data())]).toEqual([1, false]);
    expect(err).toContain('opened_at: of 2 times, 1 time (line 3 ("29/03/2025 10:00")) cannot be of the form M/D/YYYY');
    expect(err).toContain('is of the form D/M/YYYY HH:MM: write that as timeFormat');
  });

  test('because no organization is known yet says what to do', async () => {
    const { code, err } = await run('incidents', file, '--data', path.join(home, 'new'), '--rejects', rejects());
    expect([code, err.includes('npm start'), existsSync(rejects())]).toEqual([1, true, false]);
  });
});

describe('an import', () => {
  let engine: RunningEngine;

  beforeAll(async () => {
    engine = await startEngine({ directory: path.join(data(), 'mongodb') });
  });

  afterAll(() => engine.stop());

  test('goes into the engine of a desk that runs, and ends with counts', async () => {
    const { code, out } = await importWith('--mapping', mapping);
    expect([code, out.replace(/ +/g, ' ')]).toEqual([
      0,
      expect.stringMatching(
        /Rows read 9\n Incidents created 2\n Already there 0\n Rejected rows 1 in .*rejects\.csv\n/,
      ),
    ]);
  });

  test('writes the rows that it did not take, with line and reason', () => {
    const row = exportLine({ number: 'B', impact: 9 });
    // The mark is what Excel knows accents by.
    expect(readFileSync(rejects(), 'utf8')).toBe(
      `\ufeffrow,reason,raw\n6,"impact ""9"" is not in the mapping","${row}"\n`,
    );
  });

  test('a second time creates nothing, also when the desk has been stopped', async () => {
    await engine.stop();
    const { out } = await importWith('--mapping', mapping);
    expect(out.replace(/ +/g, ' ')).toMatch(/Incidents created 0\n Already there 2\n/);
  });
});

describe('at its end an import', () => {
  const listed = (...lines: string[]) => writeExport(lines);
  const importOf = (given: string, ...more: string[]) =>
    run('incidents', given, '--data', data(), '--rejects', rejects(), '--mapping', mapping, ...more);

  test('leaves no empty rejects file, and none of an earlier run', async () => {
    await writeFile(rejects(), '\ufeffrow,reason,raw\n7,"of an earlier run","x"\n');
    const { code } = await importOf(await listed(...exportedIncident('E')));
    expect([code, existsSync(rejects())]).toEqual([0, false]);
  });

  test('of rejects alone fails', async () => {
    const { code, out } = await importOf(await listed(exportLine({ number: 'F', impact: 9 })));
    expect([code, existsSync(rejects()), out.includes('Rejected rows')]).toEqual([1, true, true]);
  });

  test('stands at 100 %, also where the last rows are rejects and texts go over lines', async () => {
    const text = '"first\nsecond\nthird"';
    const lines = [exportLine({ number: 'G', u_symptom: text }), exportLine({ number: 'H', impact: 9 })];
    const { out } = await importOf(await listed(...lines));
    expect(out).toContain('100 %  2 rows');
  });

  test('names the counts and titles that it read by a rule', async () => {
    const titled = path.join(home, 'titled.yaml');
    await writeFile(titled, FIXED.replace(/^title: .*$/m, "title: '{vendor}'"));
    const { code, out } = await importOf(
      await listed(exportLine({ number: 'I', reassignment_count: '"5,510,746"' })),
      '--mapping',
      titled,
    );
    expect(code).toBe(0);
    expect(out).toContain('Counts with separators, read as whole numbers: 1 line (2)');
    expect(out).toContain('Incidents without a title, which say so instead: 1 line (2)');
  });

  test('never writes over a file that holds no rejects', async () => {
    const other = path.join(home, 'notes.txt');
    await writeFile(other, 'precious');
    const { code, err } = await importOf(file, '--rejects', other);
    expect([code, readFileSync(other, 'utf8')]).toEqual([1, 'precious']);
    expect(err).toContain('is no rejects file');
  });
});

describe('progress', () => {
  const counts = { rows: 50, created: 7, alreadyThere: 0, rejectedRows: 1 };

  test('is a bar on a terminal, drawn over itself', () => {
    const drawn: string[] = [];
    const progress = new ImportProgress({ isTTY: true, columns: 200, write: (text) => drawn.push(text) }, 100);
    progress.show(counts);
    progress.end();
    expect(drawn).toEqual([
      '\r\u001b[2K[###############...............] 50 %  50 rows, 7 created, 0 already there, 1 rejected',
      '\n',
    ]);
  });

  test('never wraps on a narrow terminal', () => {
    const drawn: string[] = [];
    new ImportProgress({ isTTY: true, columns: 40, write: (text) => drawn.push(text) }, 100).show(counts);
    expect(drawn.join('').replace('\r\u001b[2K', '').length).toBeLessThan(40);
  });

  test('is a line for each tenth elsewhere', () => {
    const lines: string[] = [];
    const progress = new ImportProgress({ write: (text) => lines.push(text) }, 1_000);
    for (let rows = 10; rows <= 1_000; rows += 10) progress.show({ ...counts, rows });
    expect(lines).toHaveLength(10);
  });
});
