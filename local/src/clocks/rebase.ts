import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { InputCheck } from '@desk/kit/api/input';
import { PAGE_MAX, pageRequest } from '@desk/kit/api/page';
import { createLogger } from '@desk/kit/process/logger';
import { systemTime } from '@desk/kit/time/time-source';
import { rebaseIncidentClocks } from '@desk/tickets/incident/acts';
import { clocksToRebase } from '@desk/tickets/incident/clocks';
import { incidentNumber, type Incident } from '@desk/tickets/incident/incident';
import type { IncidentStore } from '@desk/tickets/incident/store';
import { loadReferenceData } from '@desk/tickets/sla/port';
import { slaOver, type Sla } from '@desk/tickets/sla/sla';
import { openStore } from '@desk/tickets/store';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ConfigProblem } from '@desk/kit/process/config';
import { findDatabase, openTickets } from '../store/tickets.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

const USAGE = `npm run desk -- rebase-clocks [options]

Moves the open clocks of incidents to the newest version of their policy and calendars. Without --apply it only lists what would move.
Clocks that ended never move.

  --apply --reason TEXT   moves them; the reason stands in each incident's history
  --data DIR              where the desk's data are (.data); MONGODB_URI names a database of yours`;

/** Where a command prints; a process fits. */
export interface Output {
  stdout: { write(text: string): unknown };
}

/** How a re-base is asked for. */
interface Request {
  apply: boolean;
  reason: string;
  data: string;
}

/** Runs `rebase-clocks`. Resolves with the exit code. Throws ConfigProblem, EngineFailure, and what a write refuses: begun again, it goes on. */
export async function runRebase(args: string[], { stdout }: Output = process): Promise<number> {
  const request = readRequest(args);
  if (!request) {
    stdout.write(`${USAGE}\n`);
    return 0;
  }
  const logger = createLogger('rebase-clocks', process.env['LOG_LEVEL'] ?? 'warn');
  const database = await findDatabase(request.data, logger);
  try {
    const foundation = await openTickets(database, logger);
    try {
      const { incidents } = await openStore(foundation);
      const sla = slaOver(loadReferenceData());
      let moved = 0;
      for await (const incident of openIncidents(incidents)) {
        const lines = movesOf(incident, sla);
        if (lines.length && request.apply) await apply(incidents, { incident, sla, reason: request.reason });
        for (const line of lines) stdout.write(`${line}\n`);
        moved += lines.length;
      }
      const done = request.apply ? 'moved' : 'would move; --apply --reason TEXT moves them';
      stdout.write(`${moved} ${moved === 1 ? 'clock' : 'clocks'} ${done}.\n`);
      return 0;
    } finally {
      await foundation.close();
    }
  } finally {
    await database.stop();
  }
}

/** The request, or null when help is wanted. Throws ConfigProblem. */
function readRequest(args: string[]): Request | null {
  const { values } = parseArgs({
    args,
    options: {
      apply: { type: 'boolean', default: false },
      reason: { type: 'string', default: '' },
      data: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  if (values.apply && !values.reason.trim())
    throw new ConfigProblem(['--reason: must say why, because each incident’s history shows it.']);
  // npm changes to the repository's folder, and says where it was called.
  const here = process.env['INIT_CWD'] ?? process.cwd();
  const data = values.data ? path.resolve(here, values.data) : path.join(ROOT, '.data');
  return { apply: values.apply, reason: values.reason, data };
}

/** Every open incident, the oldest first, page by page: one that is reported meanwhile follows the newest agreement anyway. */
async function* openIncidents(incidents: IncidentStore): AsyncGenerator<Incident> {
  const list = { filter: { open: true }, order: { field: 'CREATED_AT', direction: 'ASC' } as const };
  for (let after: string | null = null; ;) {
    const page = await incidents.list('ALL', list, pageRequest({ first: PAGE_MAX, after }));
    yield* page.rows;
    const last = page.rows.at(-1);
    if (!last || !page.hasNextPage) return;
    after = page.cursorOf(last);
  }
}

/** A line for each clock that a re-base would move. */
function movesOf(incident: Incident, sla: Sla): string[] {
  return clocksToRebase(incident, { at: systemTime.now(), sla }).map((clock) => {
    const before = incident.clocks.find(
      ({ kind, startedAt }) => kind === clock.kind && +startedAt === +clock.startedAt,
    );
    const due = (dueAt: Date | null | undefined) => (dueAt ? dueAt.toISOString() : 'paused');
    return `${incidentNumber(incident)} ${clock.kind.padEnd(10)} ${due(before?.dueAt)} -> ${due(clock.dueAt)}`;
  });
}

async function apply(
  incidents: IncidentStore,
  { incident, sla, reason }: { incident: Incident; sla: Sla; reason: string },
): Promise<void> {
  await incidents.records.change(incident._id, { reach: 'ALL' }, (current) => {
    const act = { at: systemTime.now(), by: SYSTEM_ACTOR, check: new InputCheck(), sla, viewer: null };
    return rebaseIncidentClocks(current, { reason }, act);
  });
}
