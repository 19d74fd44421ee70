import { connectMongo } from '@desk/kit/process/mongo';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEngine, type RunningEngine } from '../engine/engine.ts';
import { runImport } from './import.ts';

/** Made-up files in the shapes of public exports. */
const EXPORTS = fileURLToPath(new URL('../../../services/tickets/src/import/exports', import.meta.url));

let home: string;
let engine: RunningEngine;
const environment = { ...process.env };

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'desk-exports-'));
  delete process.env['MONGODB_URI'];
  engine = await startEngine({ directory: path.join(data(), 'mongodb') });
});

afterAll(async () => {
  process.env = environment;
  await engine.stop();
  await rm(home, { recursive: true, force: true });
});

function data(): string {
  return path.join(home, 'data');
}

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runImport(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out: out.replace(/ +/g, ' '), err };
}

let mappings = 0;

/** Proposes a mapping for a file and takes the decisions that are a person's. */
async function reviewed(file: string, source: string, change: (text: string) => string = (text) => text) {
  const mapping = path.join(home, `mapping-${++mappings}.yaml`);
  const proposed = await run('incidents', path.join(EXPORTS, file), '--propose', '--mapping', mapping);
  expect([proposed.code, proposed.err]).toEqual([0, '']);
  const text = (await readFile(mapping, 'utf8')).replace('source: REVIEW', `source: ${source}`);
  await writeFile(mapping, change(text.replaceAll(': REVIEW', ': org_A')));
  return mapping;
}

function importOf(file: string, mapping: string, into = data()) {
  const rejects = path.join(home, 'rejects.csv');
  return run('incidents', path.join(EXPORTS, file), '--mapping', mapping, '--data', into, '--rejects', rejects);
}

async function stored(externalNumber: string) {
  const connection = await connectMongo(engine.uri, 'tickets');
  try {
    return await connection.collection('incidents').findOne({ externalNumber });
  } finally {
    await connection.close();
  }
}

const instant = (text: string) => new Date(text);

describe('an export of an ordinary shape, with a proposed mapping whose decisions were taken, is taken whole', () => {
  test.each([
    [
      'list-windows-1252.csv',
      { rows: 3, incidents: 3 },
      'INC0010001',
      {
        title: 'Relevés manquants – compteurs d’Ottawa',
        state: 'CLOSED',
        resolvedAt: instant('2025-03-04T20:30:00Z'),
        closedAt: instant('2025-03-09T20:00:00Z'),
      },
    ],
    [
      'semicolons-day-first.csv',
      { rows: 3, incidents: 3 },
      '1002',
      {
        title: 'Fichier rejeté; format inconnu',
        state: 'ON_HOLD',
        impact: 'HIGH',
        createdAt: instant('2025-03-28T18:30:00Z'),
      },
    ],
    ['unicode-text-utf-16.txt', { rows: 3, incidents: 3 }, 'HD-79', { title: '日本語の件名', state: 'ON_HOLD' }],
    [
      'am-pm.csv',
      { rows: 3, incidents: 3 },
      '4712',
      { priority: 'P1', createdAt: instant('2025-04-01T04:10:00Z'), resolvedAt: instant('2025-04-01T04:55:00Z') },
    ],
    [
      'numeric-states.csv',
      { rows: 7, incidents: 2 },
      'INC0300001',
      { state: 'CLOSED', resolvedAt: instant('2025-11-02T06:10:00Z') },
    ],
  ])('%s', async (file, { rows, incidents }, number, record) => {
    const mapping = await reviewed(file, 'SHAPES', (text) => `skippedHour: FORWARD\n${text}`);
    const { code, out, err } = await importOf(file, mapping);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Rows read ${rows}\n Incidents created ${incidents}\n Already there 0\n Rejected rows 0\n`);
    expect(await stored(number)).toMatchObject(record);
  });
});

describe('an export of an ordinary shape, with a mapping that does not fit, is refused whole with every obstacle', () => {
  test.each([
    [
      'list-windows-1252.csv',
      (text: string) => text.replace(/encoding: .*\n/, '').replace('"Opened"', '"Opened at"'),
      ['cannot be read as utf-8', 'encoding: windows-1252 reads', 'no column "Opened at"'],
    ],
    [
      'semicolons-day-first.csv',
      (text: string) =>
        text
          .replace(/timeFormat: .*/, 'timeFormat: M/D/YYYY HH:MM')
          .replace('  updatedAt: "Mis à jour le"\n', '')
          .replace('"Impact"', '"Incidence"'),
      ['Ouvert le: of 3 times, 2 times', 'Fermé le: of 1 times', 'D/M/YYYY HH:MM: write that', 'no column "Incidence"'],
    ],
    [
      'unicode-text-utf-16.txt',
      (text: string) => text.replace('delimiter: "\\t"', 'delimiter: ","').replace('"Status"', '"State"'),
      ['write delimiter: "\\t"', 'no column "State"', 'Read as utf-16le (by its byte order mark)'],
    ],
    [
      'am-pm.csv',
      (text: string) => text.replace(' AM/PM', '').replace('SERVICE_DESK', 'HELP_DESK'),
      ['CreatedTime: of 3 times, 3 times', 'M/D/YYYY HH:MM AM/PM: write that', '"HELP_DESK" is none of our codes'],
    ],
    [
      'numeric-states.csv',
      (text: string) => text.replace(/ {2}order: .*\n/, '').replace('YYYY-MM-DD', 'DD.MM.YYYY'),
      [
        'number must be on one row each',
        '5 rows',
        'sys_updated_on: of 7 times, 7 times',
        'YYYY-MM-DD HH:MM: write that',
      ],
    ],
  ])('%s', async (file, change, obstacles) => {
    const untouched = path.join(home, `untouched-${file}`);
    const { code, out, err } = await importOf(file, await reviewed(file, 'REFUSED', change), untouched);
    expect([code, out, existsSync(untouched)]).toEqual([1, '', false]);
    for (const obstacle of obstacles) expect(err).toContain(obstacle);
  });
});

describe('a proposed mapping', () => {
  test('is refused until its decisions are taken, each named, and leaves no trace', async () => {
    const mapping = path.join(home, 'proposed.yaml');
    const file = 'list-windows-1252.csv';
    await run('incidents', path.join(EXPORTS, file), '--propose', '--mapping', mapping);
    const { code, err } = await importOf(file, mapping, path.join(home, 'nowhere'));
    expect([code, existsSync(path.join(home, 'nowhere')), err.trim().split('\n')]).toEqual([
      1,
      false,
      ['source', 'organization.values.Hydro-Québec', 'organization.values.Énergie Nord', 'organization.default'].map(
        (place) => `Mapping, ${place}: says REVIEW and needs a decision.`,
      ),
    ]);
  });

  test('never replaces a file', async () => {
    const mapping = path.join(home, 'mine.yaml');
    await writeFile(mapping, 'mine');
    const { code } = await run('incidents', path.join(EXPORTS, 'am-pm.csv'), '--propose', '--mapping', mapping);
    expect([code, await readFile(mapping, 'utf8')]).toEqual([1, 'mine']);
  });

  test('leaves the form of times open where they read both ways', async () => {
    const file = path.join(home, 'both.csv');
    await writeFile(file, 'Number,State,Opened\n1,New,03/04/2025 10:00\n');
    const mapping = path.join(home, 'both.yaml');
    await run('incidents', file, '--propose', '--mapping', mapping);
    expect(await readFile(mapping, 'utf8')).toContain(
      'timeFormat: REVIEW # The times read as D/M/YYYY HH:MM and as M/D/YYYY HH:MM.',
    );
  });
});
