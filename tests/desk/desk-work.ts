import { until } from '@desk/testkit/until';
import type { Partner } from './partner.ts';

/** How often one waits for a follow. */
const FOLLOWED_WAITS_MAX = 4;

/** What a promise that must hold becomes: whether it did. */
const HELD = [() => true, () => false] as const;

/** A record as the API gives it back after each step. */
export interface Worked {
  id: string;
  number: string;
  version: number;
}

/** What the tests do to incidents behind the browsers' backs: all of it through the API, as another client would. */

/** Reports an incident of the reporter's own organization, or of the one named. */
export async function report(who: Partner, title: string, actingFor?: string): Promise<Worked> {
  return write(who, 'createIncident', {
    title,
    description: 'Since 06:00 today.',
    serviceId: 'VEE',
    environment: 'PRODUCTION',
    impact: 'MEDIUM',
    urgency: 'MEDIUM',
    ...(actingFor && { actingFor }),
  });
}

/** Comes back when somebody follows a record: notifications learn of it by its first event, behind those of the demo data. */
export async function followed(who: Partner, { id }: { id: string }): Promise<void> {
  const query = 'query($id: ID!) { myFollow(recordId: $id) { following } }';
  for (let tries = 1; ; tries++) {
    const follows = async () => (await who.get<{ following: boolean } | null>(query, { id }))?.following === true;
    // The demo data are many on a busy machine: one wait may not be enough.
    const waited = until(`${who.login} follows ${id}`, follows);
    if (tries === FOLLOWED_WAITS_MAX) return waited;
    if (await waited.then(...HELD)) return;
  }
}

/** Follows a record of another's. Notifications learn of it by its event, a moment later. */
export async function follow(who: Partner, { id }: { id: string }): Promise<void> {
  const done = () => who.write('followRecord', { recordId: id }, 'replayed').then(...HELD);
  await until(`${who.login} may follow ${id}`, done);
}

/** Asks for a user of the MDM/R's screens, which an administrator of the distributor approves. */
export async function askForUser(who: Partner, person: string): Promise<Worked> {
  const values = [
    { name: 'person', value: person },
    { name: 'what', value: 'CREATE' },
  ];
  const input = { itemId: 'GUI_USER', itemVersion: 1, values };
  const selection = 'serviceRequest { id number version }';
  return (await who.write<{ serviceRequest: Worked }>('submitServiceRequest', input, selection)).serviceRequest;
}

/** Proposes a change of the reports. */
export async function propose(who: Partner, reason = 'It skips a distributor.'): Promise<Worked> {
  const input = {
    title: 'Keep the list of the night job whole',
    reason,
    benefit: 'Every distributor gets its report.',
    serviceIds: ['REPORTS'],
  };
  return (await who.write<{ change: Worked }>('proposeChange', input, 'change { id number version }')).change;
}

/** Gives an incident to the asking analyst. */
export async function assign(who: Partner, incident: Worked): Promise<Worked> {
  const me = await who.get<{ id: string }>('{ me { id } }');
  return act(who, incident, {
    mutation: 'assignIncident',
    assignmentGroupId: 'READS_VEE',
    assigneeId: me.id,
    categoryId: 'READS_MISSING',
    impact: 'MEDIUM',
    urgency: 'MEDIUM',
  });
}

/** Carries out one action on the version that the caller holds. */
export async function act(
  who: Partner,
  { id, version }: Worked,
  { mutation, ...input }: { mutation: string; [field: string]: unknown },
): Promise<Worked> {
  return write(who, mutation, { id, expectedVersion: version, ...input });
}

/** Says something in public about an incident. */
export async function comment(who: Partner, { id }: { id: string }, text: string): Promise<void> {
  await write(who, 'addIncidentComment', { id, text });
}

/** Writes down something that only the SME may read. */
export async function note(who: Partner, { id }: { id: string }, text: string): Promise<void> {
  await write(who, 'addIncidentInternalNote', { id, text });
}

/** An incident as it is now, by its number. */
export async function look(who: Partner, number: string): Promise<Worked & { state: string; title: string }> {
  return who.get('query($id: ID!) { incident(id: $id) { id number version state title } }', { id: number });
}

/** Sends a mutation, and gives the incident of its payload. */
async function write(who: Partner, mutation: string, input: Record<string, unknown>): Promise<Worked> {
  return (await who.write<{ incident: Worked }>(mutation, input, 'incident { id number version }')).incident;
}
