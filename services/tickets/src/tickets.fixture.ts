import type { Viewer } from '@desk/kit/api/viewer';
import { directoryEvents } from '@desk/testkit/directory-events';
import { agentFor, lena, partnerWith, sam } from '@desk/testkit/people';
import {
  done,
  mutationText,
  refusalIn,
  subgraphClient,
  type Answer,
  type Ask,
  type Refused,
} from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { createTicketsService, type TicketsService } from './service.ts';

const SCOPES = ['TICKETS_READ', 'TICKETS_WRITE'];

/** An agent who acts for distributors in this request. */
export const agentOf = (...organizations: string[]) => agentFor(organizations, SCOPES);
export const partner = partnerWith(SCOPES);

/** An incident as the tests look at it. */
export interface Shown {
  id: string;
  number: string;
  version: number;
  title: string;
  state: string;
  priority: string;
  breached: boolean;
  allowedActions: string[];
  dueAt: string | null;
  closesAt: string | null;
  closedAt: string | null;
  reopenCount: number;
  reassignmentCount: number;
  links: { kind: string; target: string }[];
  hold: { reason: string; until: string | null } | null;
  clocks: ShownClock[];
}

export interface ShownClock {
  kind: string;
  state: string;
  dueAt: string | null;
  outcome: string | null;
  elapsed: string;
  breachedAt: string | null;
  breachCause: string | null;
}

export const FIELDS = `id number version title state priority breached allowedActions dueAt closesAt closedAt reopenCount
  reassignmentCount links { kind target } hold { reason until }
  clocks { kind state dueAt outcome elapsed breachedAt breachCause }`;

/** The acts of one person on incidents. */
export interface Person {
  /** One mutation on an incident. Throws the refusal's text. */
  act(mutation: string, incident: Shown, input?: Record<string, unknown>): Promise<Shown>;
  /** The code and the extensions of the refusal of a mutation. */
  refusal(mutation: string, incident: Pick<Shown, 'id' | 'version'>, input?: Record<string, unknown>): Promise<Refused>;
}

/** A tickets service under test, and short ways to speak with it. Sam acts, unless a test names another person. */
export interface Desk extends Person {
  ground: TestGround;
  service: TicketsService;
  ask: Ask;
  /** Reports an incident; P3 unless the input says otherwise. */
  report(input?: Record<string, unknown>, viewer?: Viewer): Promise<Shown>;
  /** The same, done by somebody else. */
  as(viewer: Viewer): Person;
  show(id: string, viewer?: Viewer): Promise<Shown>;
  /** The incident, once a state holds that a test waits for. */
  until(incident: Pick<Shown, 'id'>, holds: (now: Shown) => boolean | Promise<boolean>): Promise<Shown>;
  /** The incident, taken to IN_PROGRESS with an answer. */
  started(incident: Shown): Promise<Shown>;
  comment(incident: Shown, text: string, viewer: Viewer): Promise<void>;
  /** Kinds and instants of the incident's history. */
  history(
    incident: Shown,
    viewer?: Viewer,
  ): Promise<{ kind: string; at: string; changes: { field: string; to: string | null }[] }[]>;
}

/** How often an incident is looked at, at most, until the state holds that a test waits for. */
const TRIES_MAX = 2_000;

/** Starts a tickets service at an instant. `share` lets a second one use the first one's database. */
export async function startDesk(now: string, share?: Desk): Promise<Desk> {
  const ground = share?.ground ?? (await testGround(now));
  if (!share) await ground.stream.append('directory', directoryEvents());
  const service = await createTicketsService(ground.config, ground.deps('tickets'));
  const ask = subgraphClient(service.url, 'tickets', ground.sign);

  const mutate = (mutation: string, input: Record<string, unknown>, viewer: Viewer) =>
    ask(viewer, mutationText(mutation, `incident { ${FIELDS} }`), { input });
  const changed = (answer: Answer<Record<string, unknown>>) => done<{ incident: Shown }>(answer).incident;
  const as = (viewer: Viewer): Person => ({
    act: async (mutation, { id, version }, input = {}) =>
      changed(await mutate(mutation, { id, expectedVersion: version, ...input }, viewer)),
    refusal: async (mutation, { id, version }, input = {}) =>
      refusalIn(await mutate(mutation, { id, expectedVersion: version, ...input }, viewer)),
  });
  const desk: Desk = {
    ground,
    service,
    ask,
    report: async (input = {}, viewer = lena) =>
      changed(await mutate('createIncident', { ...REPORT, ...input }, viewer)),
    ...as(sam),
    as,
    show: async (id, viewer = sam) =>
      done<Shown>(await ask(viewer, `query($id: ID!) { incident(id: $id) { ${FIELDS} } }`, { id })),
    async until({ id }, holds) {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const now = await desk.show(id);
        if (await holds(now)) return now;
      }
      throw new Error(`the incident did not come to it: ${JSON.stringify(await desk.show(id))}`);
    },
    async started(incident) {
      const assigned = await desk.act('assignIncident', incident, { ...ASSIGNMENT, ...classificationOf(incident) });
      return desk.act('startIncident', assigned, { acknowledgement: 'We look into it.' });
    },
    async comment(incident, text, viewer) {
      const input = { id: incident.id, text };
      done(await ask(viewer, mutationText('addIncidentComment', 'comment { id }'), { input }));
    },
    async history(incident, viewer = sam) {
      const answer = await ask<{ incident: { history: { nodes: never[] } } }>(
        viewer,
        'query($id: ID!) { incident(id: $id) { history(first: 100) { nodes { kind at changes { field to } } } } }',
        { id: incident.id },
      );
      return answer.data?.incident.history.nodes ?? [];
    },
  };
  await service.directory.reached({ epoch: 1, pos: directoryEvents().length });
  return desk;
}

export const REPORT = {
  title: 'Reads are missing',
  description: 'Since 06:00.',
  serviceId: 'VEE',
  environment: 'PRODUCTION',
  impact: 'MEDIUM',
  urgency: 'MEDIUM',
};

export const CONTACTS = [
  { rank: 'MAIN', name: 'Lena K.', phone: '+1 416 555 0101', availability: 'Day and night' },
  { rank: 'BACKUP', name: 'Omar H.', phone: '+1 416 555 0102', availability: 'Day and night' },
];

export const ASSIGNMENT = { assignmentGroupId: 'READS_VEE', assigneeId: 'per_sam', categoryId: 'READS_MISSING' };

/** What gives a priority in production. */
const CLASSIFICATIONS: Record<string, { impact: string; urgency: string }> = {
  P1: { impact: 'HIGH', urgency: 'HIGH' },
  P2: { impact: 'MEDIUM', urgency: 'HIGH' },
  P3: { impact: 'MEDIUM', urgency: 'MEDIUM' },
  P4: { impact: 'LOW', urgency: 'LOW' },
};

export function classificationOf({ priority }: Pick<Shown, 'priority'>): { impact: string; urgency: string } {
  const found = CLASSIFICATIONS[priority];
  if (!found) throw new Error(`no classification gives ${priority}`);
  return found;
}

/** The clock of a kind. */
export function clockOf(incident: Shown, kind: string): ShownClock {
  const found = incident.clocks.find((each) => each.kind === kind);
  if (!found) throw new Error(`the incident has no ${kind} clock`);
  return found;
}
