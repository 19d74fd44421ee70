import { InputCheck } from '@desk/kit/api/input';
import { createLogger } from '@desk/kit/process/logger';
import type { Foundation } from '@desk/kit/service/service';
import { openIncident } from '@desk/tickets/incident/opening';
import { loadReferenceData } from '@desk/tickets/sla/port';
import { slaOver } from '@desk/tickets/sla/sla';
import { openStore, type Store } from '@desk/tickets/store';
import { findDatabase, openTickets } from './tickets.ts';

const silent = createLogger('test', 'silent');

/** Opens the tickets of a data folder, does something with them, and closes them. */
export async function withTickets<Result>(
  data: string,
  act: (tickets: Pick<Store, 'incidents'> & { foundation: Foundation }) => Promise<Result>,
): Promise<Result> {
  const database = await findDatabase(data, silent);
  const foundation = await openTickets(database, silent);
  const { incidents } = await openStore(foundation);
  const result = await act({ incidents, foundation });
  await foundation.close();
  await database.stop();
  return result;
}

/** Reports incidents in a data folder. Gives their numbers. */
export function reportIncidents(data: string, ...titles: string[]): Promise<number[]> {
  const by = { id: 'per_1', kind: 'PERSON' as const, actingFor: null };
  const act = { at: new Date(), by, check: new InputCheck(), sla: slaOver(loadReferenceData()), viewer: null };
  return withTickets(data, async ({ incidents, foundation }) => {
    const numbers: number[] = [];
    for (const title of titles) {
      const made = { id: foundation.newId('inc'), organizationId: 'org_A', source: 'PORTAL' as const };
      const words = { title, description: 'Late.', serviceId: 'VEE', environment: 'PRODUCTION' as const };
      const { record, events } = openIncident(made, { ...words, impact: 'LOW', urgency: 'LOW' }, act);
      const created = await incidents.records.create(record, events, { numbered: true });
      numbers.push(created.record.number ?? 0);
    }
    return numbers;
  });
}
