import type { Aggregates } from '@desk/kit/write/aggregates';
import { BATCH_MAX } from '@desk/kit/write/creation';
import type { Log } from '@desk/kit/log/log';
import type { Mirrored } from '@desk/kit/log/mirror';
import type { Foundation } from '@desk/kit/service/service';
import { DIRECTORY_MIRROR, type DirectoryRecords } from '@desk/schema/directory/events';
import { readIncidents, rejectsOf, type Found, type Reject } from './file.ts';
import type { TableForm, TextForm } from './form.ts';
import { readLines } from './port.ts';
import type { RowReader } from './row.ts';
import { importIncident, type ImportedIncident } from './incident.ts';
import { ImportRefused, type RowNote } from './source.ts';
import type { IncidentDecision } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import type { Sla } from '../sla/sla.ts';

/** The counts of an import so far. Every row is counted once, in `rows`. */
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
  text: TextForm;
  table: TableForm;
  reader: RowReader;
  /** The instant of the import: open incidents run on from here. */
  importedAt: Date;
}

/** What hears of an import while it runs. */
export interface ImportListener {
  onRejects: (rejects: readonly Reject[]) => Promise<void>;
  onNotes: (notes: readonly RowNote[]) => void;
  onProgress: (counts: ImportCounts) => void;
}

/**
 * Takes over the incidents of a file, each in one write with its whole history, and leaves everything in the log. Ended at any place,
 * the same import goes on: an incident that is there is not made again. `onRejects` gets the rows that are not taken over,
 * `onNotes` the places that were read by a rule, `onProgress` the counts after each batch. Holds one batch at a time. Refuses WRITE_UNCERTAIN; throws ImportProblem when the file
 * cannot be read to its end.
 */
export async function importIncidents(
  plan: ImportPlan,
  target: ImportTarget,
  heard: ImportListener,
): Promise<ImportCounts> {
  const counts: ImportCounts = { rows: 0, created: 0, alreadyThere: 0, rejectedRows: 0 };
  let batch: IncidentDecision[] = [];
  const write = async () => {
    const { created, alreadyThere } = await target.incidents.createMany(batch, { numbered: true });
    counts.created += created.length;
    counts.alreadyThere += alreadyThere.length;
    batch = [];
    await drain(target.log);
    heard.onProgress({ ...counts });
  };

  for await (const found of readIncidents(readLines(plan.file, plan.text), { ...plan.table, reader: plan.reader })) {
    const taken = takeOver(found, plan, target.sla);
    if ('rejects' in taken) {
      counts.rejectedRows += taken.rejects.length;
      await heard.onRejects(taken.rejects);
    } else {
      const { notes, ...decision } = taken;
      heard.onNotes(notes);
      batch.push(decision);
    }
    counts.rows += found.kind === 'INCIDENT' ? found.raws.length : found.rejects.length;
    if (batch.length === BATCH_MAX) await write();
  }
  await write();
  return counts;
}

/** Rounds of copying into the log. A round copies dozens of records, and a batch has a hundred. */
const DRAINS_MAX = 10_000;

function takeOver(
  found: Found,
  { reader, importedAt }: ImportPlan,
  sla: Sla,
): ImportedIncident | { rejects: Reject[] } {
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

/** The organizations that the service's mirror holds, where no service runs. Empty before the desk was started for the first time. */
export function mirroredOrganizations({ connection }: Pick<Foundation, 'connection'>) {
  return connection
    .collection<Mirrored<DirectoryRecords['organization']>>(DIRECTORY_MIRROR.records.organization.collection)
    .find({}, { projection: { code: 1, type: 1, active: 1 } })
    .toArray();
}
