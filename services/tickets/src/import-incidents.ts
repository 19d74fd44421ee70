import type { Decision } from '@desk/kit/decision';
import type { Aggregates } from '@desk/kit/aggregates';
import { BATCH_MAX } from '@desk/kit/creation';
import type { Log } from '@desk/kit/log';
import type { Connection } from 'mongoose';
import { readIncidents, rejectsOf, type Found, type Reject } from './import-file.ts';
import type { KnownOrganization, RowReader } from './import-row.ts';
import { ImportRefused, importIncident } from './incident-import.ts';
import type { Incident } from './incident.ts';
import type { Sla } from './sla.ts';

/** What an import has done so far. Every row is counted once, in `rows`. */
export interface ImportCounts {
  rows: number;
  /** New incidents. */
  created: number;
  /** Incidents that an earlier run made. */
  alreadyThere: number;
  rejectedRows: number;
}

/** Where an import writes: the tickets service's own aggregates and log. */
export interface ImportTarget {
  incidents: Aggregates<Incident>;
  log: Log;
  sla: Sla;
}

/** A file that was surveyed, and how to read it. */
export interface ImportPlan {
  file: string;
  delimiter: string;
  /** Columns of the header. */
  width: number;
  reader: RowReader;
  /** The instant of the import: what is open runs on from here. */
  importedAt: Date;
}

/**
 * Takes over the incidents of a file, each in one write with its whole history, and leaves everything in the log. Ended at any place,
 * the same import goes on: what is there is not made again. `onRejects` gets the rows that are not taken over,
 * `onProgress` the counts after each batch. Holds one batch at a time. Refuses WRITE_UNCERTAIN; throws ImportProblem when the file
 * cannot be read to its end.
 */
export async function importIncidents(
  plan: ImportPlan,
  target: ImportTarget,
  heard: { onRejects: (rejects: readonly Reject[]) => Promise<void>; onProgress: (counts: ImportCounts) => void },
): Promise<ImportCounts> {
  const counts: ImportCounts = { rows: 0, created: 0, alreadyThere: 0, rejectedRows: 0 };
  let batch: Decision<Incident>[] = [];
  const write = async () => {
    const { created, alreadyThere } = await target.incidents.createMany(batch, { numbered: true });
    counts.created += created.length;
    counts.alreadyThere += alreadyThere.length;
    batch = [];
    await drain(target.log);
    heard.onProgress({ ...counts });
  };

  for await (const found of readIncidents(plan.file, plan)) {
    const taken = takeOver(found, plan, target.sla);
    if ('rejects' in taken) {
      counts.rejectedRows += taken.rejects.length;
      await heard.onRejects(taken.rejects);
    } else batch.push(taken);
    counts.rows += found.kind === 'INCIDENT' ? found.raws.length : found.rejects.length;
    if (batch.length === BATCH_MAX) await write();
  }
  await write();
  return counts;
}

/** The organizations that tickets know of from the directory's events. Empty before the desk was started for the first time. */
export async function knownOrganizations(connection: Connection): Promise<KnownOrganization[]> {
  return connection
    .collection<KnownOrganization>('mirrored_organizations')
    .find({}, { projection: { code: 1, type: 1, active: 1 } })
    .toArray();
}

/** Rounds of copying into the log. A round copies dozens of records, and a batch has a hundred. */
const DRAINS_MAX = 10_000;

function takeOver(
  found: Found,
  { reader, importedAt }: ImportPlan,
  sla: Sla,
): Decision<Incident> | { rejects: Reject[] } {
  if (found.kind === 'REJECTS') return found;
  try {
    return importIncident(found.rows, reader.source, { sla, importedAt });
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error;
    return { rejects: rejectsOf(found.raws, error.message) };
  }
}

async function drain(log: Log): Promise<void> {
  for (let drains = 0; drains < DRAINS_MAX; drains++) {
    if ((await log.drain()) === 0) return;
  }
  throw new Error('The log never came to its end: other writers are too fast.');
}
