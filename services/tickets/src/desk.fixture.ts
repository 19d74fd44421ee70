import type { StreamEvent } from '@desk/kit/event';
import type { Viewer } from '@desk/kit/viewer';
import {
  buildViewer,
  subgraphClient,
  testGround,
  type Answer,
  type Ask,
  type TestGround,
} from '../../../tests/setup/subgraph-client.ts';
import { createTicketsService, type TicketsService } from './service.ts';

/** Two distributors, a third that is suspended, and the people of the tests. */
export const LDC_A = 'org_A';
export const LDC_B = 'org_B';
const LDC_SUSPENDED = 'org_C';
export const lena = buildViewer({ id: 'per_lena', memberships: [{ organizationId: LDC_A, roles: ['LDC_USER'] }] });
export const bert = buildViewer({ id: 'per_bert', memberships: [{ organizationId: LDC_B, roles: ['LDC_USER'] }] });
export const tess = buildViewer({
  id: 'per_tess',
  memberships: [{ organizationId: LDC_SUSPENDED, roles: ['LDC_USER'] }],
});
export const sam = buildViewer({
  id: 'per_sam',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_ANALYST'] }],
  staff: true,
});
export const rae = buildViewer({
  id: 'per_rae',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_CONTINUITY'] }],
  staff: true,
});
export const ada = buildViewer({
  id: 'per_ada',
  memberships: [{ organizationId: 'org_SME', roles: ['AUDITOR'] }],
  auditor: true,
});
export const partner = buildViewer({
  id: 'cli_partner',
  kind: 'CLIENT',
  memberships: [{ organizationId: 'org_PARTNER', roles: ['PARTNER_CLIENT'] }],
  delegations: [{ organizationId: LDC_A, scopes: ['TICKETS_READ', 'TICKETS_WRITE'] }],
});

/** An agent of both distributors, who acts for the given ones in this request. */
export function agentFor(...organizations: string[]): Viewer {
  const delegations = organizations.map((organizationId) => ({
    organizationId,
    scopes: ['TICKETS_READ', 'TICKETS_WRITE'],
  }));
  return buildViewer({
    id: 'per_aga',
    memberships: [{ organizationId: 'org_AGENT', roles: ['AGENT_USER'] }],
    delegations,
  });
}

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

/** A tickets service under test, and short ways to speak with it. */
export interface Desk {
  ground: TestGround;
  service: TicketsService;
  ask: Ask;
  /** Reports an incident; P3 unless the input says otherwise. */
  report(input?: Record<string, unknown>, viewer?: Viewer): Promise<Shown>;
  /** One mutation on an incident, by Sam unless said otherwise. Throws the refusal's text. */
  act(mutation: string, incident: Shown, input?: Record<string, unknown>, viewer?: Viewer): Promise<Shown>;
  /** The code and the extensions of the refusal of a mutation. */
  refusal(
    mutation: string,
    incident: Pick<Shown, 'id' | 'version'>,
    input?: Record<string, unknown>,
    viewer?: Viewer,
  ): Promise<Refused>;
  show(id: string, viewer?: Viewer): Promise<Shown>;
  /** The incident, once it has come to what a test waits for. */
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

export interface Refused {
  code: string;
  message: string;
  [detail: string]: unknown;
}

/** How often an incident is looked at, at most, until it has come to what a test waits for. */
const TRIES_MAX = 2_000;

/** Starts a tickets service at an instant. `share` lets a second one use the first one's database. */
export async function startDesk(now: string, share?: Desk): Promise<Desk> {
  const ground = share?.ground ?? (await testGround(now));
  if (!share) await ground.stream.append('directory', directoryEvents());
  const service = await createTicketsService(ground.config, ground.deps('tickets'));
  const ask = subgraphClient(service.url, 'tickets', ground.sign);

  const mutate = (mutation: string, input: Record<string, unknown>, viewer: Viewer) =>
    ask(viewer, `mutation($i: ${inputType(mutation)}!) { ${mutation}(input: $i) { ${FIELDS} } }`, { i: input });
  const desk: Desk = {
    ground,
    service,
    ask,
    report: async (input = {}, viewer = lena) => done(await mutate('createIncident', { ...REPORT, ...input }, viewer)),
    act: async (mutation, { id, version }, input = {}, viewer = sam) =>
      done(await mutate(mutation, { id, expectedVersion: version, ...input }, viewer)),
    async refusal(mutation, { id, version }, input = {}, viewer = sam) {
      const { errors } = await mutate(mutation, { id, expectedVersion: version, ...input }, viewer);
      if (!errors?.[0]) throw new Error(`${mutation} was not refused`);
      const { requestId: _ofEachItsOwn, ...extensions } = errors[0].extensions;
      return { message: errors[0].message, ...extensions };
    },
    show: async (id, viewer = sam) =>
      done(await ask(viewer, `query($id: ID!) { incident(id: $id) { ${FIELDS} } }`, { id })),
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
      const answer = await ask(viewer, 'mutation($i: AddCommentInput!) { addComment(input: $i) { id } }', {
        i: { id: incident.id, text },
      });
      if (answer.errors) throw new Error(JSON.stringify(answer.errors));
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

/** The one thing that an answer holds. Throws its errors. */
export function done<T = Shown>(answer: Answer<Record<string, unknown>>): T {
  if (answer.errors) throw new Error(JSON.stringify(answer.errors, null, 1));
  return Object.values(answer.data ?? {})[0] as T;
}

function inputType(mutation: string): string {
  return `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
}

function directoryEvents(): StreamEvent[] {
  const facts: [string, string, Record<string, unknown>][] = [
    [LDC_A, 'organization.created', { code: 'LDC-001', type: 'LDC', status: 'ACTIVE' }],
    [LDC_B, 'organization.created', { code: 'LDC-002', type: 'LDC', status: 'ACTIVE' }],
    [LDC_SUSPENDED, 'organization.created', { code: 'LDC-003', type: 'LDC', status: 'SUSPENDED' }],
    ['org_AGENT', 'organization.created', { code: 'AGT-001', type: 'AGENT', status: 'ACTIVE' }],
    ['per_sam', 'person.created', { active: true, roles: ['SME_ANALYST'] }],
  ];
  return facts.map(([aggregate, type, data], index) => ({
    position: { epoch: 1, pos: index + 1 },
    aggregate,
    seq: 1,
    type,
    at: new Date('2026-01-01T00:00:00Z'),
    actor: { id: null, kind: 'SYSTEM', actingFor: null },
    organizationId: aggregate,
    internal: false,
    data,
  }));
}
