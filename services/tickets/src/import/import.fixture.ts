import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { loadCatalogue } from '../catalogue/port.ts';
import type { ImportSource, SourceRow } from './source.ts';
import { loadMapping } from './port.ts';
import { rowReader, type KnownOrganization, type RowReader } from './row.ts';

/** The header of a ServiceNow audit export; it names `category` twice. */
export const HEADER =
  'number,ident_state,active,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_by,opened_at,sys_created_by,sys_created_at,sys_updated_by,sys_updated_at,contact_type,location,category,category,u_symptom,cmdb_ci,impact,urgency,priority,assignment_group,assigned_to,knowledge,u_priority_confirmation,notify,problem_id,rfc,vendor,caused_by,closed_code,resolved_by,resolved_at,closed_at';

const COLUMNS = HEADER.split(',');

/** When the imports of tests happen. */
export const IMPORTED_AT = new Date('2026-06-29T14:00:00Z');

/** Three LDCs, one of them no longer active, and the SME. */
export const SERVICES = ['READ_INGESTION', 'VEE', 'BILLING', 'SERVICE_DESK'];

export const ORGANIZATIONS: KnownOrganization[] = [
  { _id: 'org_A', code: 'LDC-001', type: 'LDC', active: true },
  { _id: 'org_B', code: 'LDC-002', type: 'LDC', active: true },
  { _id: 'org_C', code: 'LDC-003', type: 'LDC', active: false },
  { _id: 'org_SME', code: 'SME', type: 'SME', active: true },
];

/** A line of an export as text; `given` says what matters, by column, `category#2` being the second of that name. */
export function exportLine(given: Record<string, string | number> = {}): string {
  const values: Record<string, string | number> = {
    number: 'INC1',
    ident_state: 'New',
    active: 'true',
    reassignment_count: 0,
    reopen_count: 0,
    sys_mod_count: 0,
    opened_at: '29/2/2016 09:00',
    sys_updated_at: '29/2/2016 09:05',
    contact_type: 'Phone',
    location: '143',
    category: '55',
    impact: 2,
    urgency: 2,
    priority: 3,
    assignment_group: '56',
    closed_code: '5',
    ...given,
  };
  const seen = new Set<string>();
  return COLUMNS.map((column) => {
    const name = seen.has(column) ? `${column}#2` : column;
    seen.add(column);
    return values[name] ?? '?';
  }).join(',');
}

/** The life of an incident in four lines: new, active an hour later, resolved the next day, closed. */
export function exportedIncident(number: string, given: Record<string, string | number> = {}): string[] {
  const steps = [
    ['New', '29/2/2016 09:05'],
    ['Active', '29/2/2016 10:00'],
    ['Resolved', '1/3/2016 15:00'],
    ['Closed', '6/3/2016 15:00'],
  ] as const;
  return steps.map(([ident_state, sys_updated_at], order) =>
    exportLine({ number, ident_state, sys_updated_at, sys_mod_count: order, ...given }),
  );
}

/** Writes lines below the header into a file. Gives its path. */
export async function writeExport(
  lines: readonly string[],
  options: { gzip?: boolean; header?: string } = {},
): Promise<string> {
  const file = await newFile('csv');
  const text = `${[options.header ?? HEADER, ...lines].join('\n')}\n`;
  await writeFile(file, options.gzip ? gzipSync(text) : text);
  return file;
}

/** Writes bytes as they are into a file. Gives its path. */
export async function writeBytes(bytes: Buffer): Promise<string> {
  const file = await newFile('csv');
  await writeFile(file, bytes);
  return file;
}

/** Writes a packed export of many incidents, without holding it. Gives its path. */
export async function writeLargeExport(incidents: number): Promise<string> {
  const file = await newFile('csv.gz');
  const lines = function* () {
    yield `${HEADER}\n`;
    for (let i = 0; i < incidents; i++) yield `${exportedIncident(`INC${String(i).padStart(10, '0')}`).join('\n')}\n`;
  };
  await pipeline(Readable.from(lines()), createGzip({ level: 1 }), createWriteStream(file));
  return file;
}

const folders: string[] = [];
let files = 0;

/** A path of its own, in this test file's folder. */
export async function newFile(ending: string): Promise<string> {
  if (!folders.length) folders.push(await mkdtemp(path.join(os.tmpdir(), 'desk-export-')));
  return path.join(folders[0] as string, `export-${++files}.${ending}`);
}

/** Removes every export that was written. */
export async function removeExports(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

/** A reader by the mapping that comes with the desk. */
export function servicenowReader(): RowReader {
  return rowReader(loadMapping(), COLUMNS, {
    catalogue: loadCatalogue(),
    services: SERVICES,
    organizations: ORGANIZATIONS,
    now: IMPORTED_AT,
  });
}

/** The assumed values of tests that state none. */
export const SOURCE: ImportSource = {
  name: 'TEST',
  environment: 'PRODUCTION',
  timesAgainstOrder: 'KEEP_ORDER',
  assumed: {
    organizationId: 'org_A',
    serviceId: 'VEE',
    categoryId: null,
    assignmentGroupId: null,
    impact: 'MEDIUM',
    urgency: 'MEDIUM',
  },
};

/** A row in our words; `given` says what matters. Its place and line follow its instant where they are not given. */
export function buildRow(given: Partial<SourceRow> = {}): SourceRow {
  return {
    number: 'INC1',
    order: 0,
    line: 2,
    openedAt: new Date('2016-02-29T14:00:00Z'), // Monday, 09:00 in Toronto
    updatedAt: new Date('2016-02-29T14:05:00Z'),
    resolvedAt: null,
    closedAt: null,
    later: {},
    state: 'NEW',
    holdReason: null,
    impact: 'MEDIUM',
    urgency: 'MEDIUM',
    priority: null,
    organizationId: null,
    serviceId: null,
    categoryId: null,
    assignmentGroupId: null,
    reassignmentCount: null,
    reopenCount: null,
    vendorReference: null,
    waitsFor: null,
    title: 'Reads are missing',
    description: 'Since Monday.',
    resolution: { code: 'FIXED', text: 'Restarted.', cause: 'UNKNOWN' },
    codes: {},
    people: {},
    notes: [],
    ...given,
  };
}

/** Rows of one incident, in their order, from what each says. */
export function buildRows(...given: Partial<SourceRow>[]): SourceRow[] {
  return given.map((each, index) => buildRow({ order: index, line: index + 2, ...each }));
}
