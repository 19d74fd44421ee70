import type { Viewer } from '@desk/kit/api/viewer';
import { directoryEvents } from '@desk/testkit/directory-events';
import { agentFor, partnerWith, rae } from '@desk/testkit/people';
import { done, mutationText, refusalIn, subgraphClient, type Ask, type Refused } from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { buildViewer } from '@desk/testkit/viewer';
import { createContinuityService, type ContinuityService } from './service.ts';

const SCOPES = ['CONTINUITY_READ', 'CONTINUITY_ACK'];

/** A second person who may manage continuity. */
export const root = buildViewer({
  id: 'per_root',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_ADMIN'] }],
  staff: true,
});
export const agentOf = (...organizations: string[]) => agentFor(organizations, SCOPES);
export const partner = partnerWith(SCOPES);

/** A continuity event as the tests look at it. */
export interface Shown {
  id: string;
  number: string;
  version: number;
  stage: string;
  classification: string;
  peakClassification: string;
  impactLevel: number;
  expectedOutage: string | null;
  interruptionAt: string | null;
  restoredAt: string | null;
  operatingSite: string;
  exitCriteria: { code: string; met: boolean }[];
  allowedActions: string[];
  allowedStages: string[];
}

export const FIELDS = `id number version stage classification peakClassification impactLevel expectedOutage interruptionAt restoredAt
  operatingSite exitCriteria { code met } allowedActions allowedStages`;

/** A declaration of an outage that began an hour before the desk's time. */
export const DECLARATION = {
  environment: 'PRODUCTION',
  title: 'Billing quantity service stopped',
  serviceIds: ['BILLING'],
  distributorsAffectedPercent: 60,
  outageStartedAt: { instant: '2026-03-02T13:00:00.000Z' },
  expectedOutage: 'PT20H',
};
export const ASSESSMENT = { distributorsAffectedPercent: 60, dataAtRisk: false, response: 'FAILOVER' };
export const REPORT = { english: 'Please hold your requests.', requiresAcknowledgement: true };

/** A continuity service under test, and short ways to speak with it. Rae acts, unless a test names another person. */
export interface Desk {
  ground: TestGround;
  service: ContinuityService;
  ask: Ask;
  declare(input?: Record<string, unknown>): Promise<Shown>;
  /** One mutation on a continuity event. Throws the refusal's text. */
  act(mutation: string, event: Shown, input?: Record<string, unknown>): Promise<Shown>;
  /** The same as another person. */
  actAs(viewer: Viewer): Desk['act'];
  refusal(mutation: string, input: Record<string, unknown>, viewer?: Viewer): Promise<Refused>;
  /** Null where the viewer sees none. */
  show(id: string, viewer?: Viewer): Promise<Shown | null>;
  timeline(event: Shown, viewer?: Viewer): Promise<{ kind: string; remark: string | null; changes: unknown[] }[]>;
  /** The event in INITIAL_RESPONSE, with its impact assessed by Rae and approved by Root. */
  assessed(event: Shown): Promise<Shown>;
  /** Publishes a report and gives its id. */
  report(event: Shown, input?: Record<string, unknown>): Promise<string>;
  acknowledge(reportId: string, viewer: Viewer, input?: Record<string, unknown>): Promise<{ replayed: boolean }>;
  tally(reportId: string, viewer?: Viewer): Promise<Tally>;
}

/** How far a report has come, as a viewer sees it. */
export interface Tally {
  organizationsTotal: number;
  organizationsAcknowledged: number;
  outstanding: { id: string }[];
  mayAcknowledgeFor: { id: string }[];
}

/** Starts a continuity service at an instant: a Monday, 09:00 in Toronto. */
export async function startDesk(now = '2026-03-02T14:00:00.000Z'): Promise<Desk> {
  const ground = await testGround(now);
  await ground.stream.append('directory', directoryEvents());
  const service = await createContinuityService(ground.config, ground.deps('continuity'));
  const ask = subgraphClient(service.url, 'continuity', ground.sign);
  const selection = `continuityEvent { ${FIELDS} }`;
  const changed = async (mutation: string, input: Record<string, unknown>, viewer: Viewer) =>
    done<{ continuityEvent: Shown }>(await ask(viewer, mutationText(mutation, selection), { input })).continuityEvent;
  const desk: Desk = {
    ground,
    service,
    ask,
    declare: (input = {}) => changed('declareContinuityEvent', { ...DECLARATION, ...input }, rae),
    act: (...asked) => desk.actAs(rae)(...asked),
    actAs:
      (viewer) =>
      (mutation, { id, version }, input = {}) =>
        changed(mutation, { id, expectedVersion: version, ...input }, viewer),
    refusal: async (mutation, input, viewer = rae) =>
      refusalIn(await ask(viewer, mutationText(mutation, '__typename'), { input })),
    show: async (id, viewer = rae) =>
      done(await ask(viewer, `query($id: ID!) { continuityEvent(id: $id) { ${FIELDS} } }`, { id })),
    async timeline({ id }, viewer = rae) {
      const query = `query($id: ID!) { continuityEvent(id: $id) {
        timeline(first: 100) { nodes { kind remark changes { field from to } } }
      } }`;
      return done<{ timeline: { nodes: never[] } }>(await ask(viewer, query, { id })).timeline.nodes;
    },
    async assessed(event) {
      const made = await desk.act('assessContinuityImpact', event, ASSESSMENT);
      return desk.actAs(root)('approveContinuityImpact', made);
    },
    async report({ id }, input = {}) {
      const text = mutationText('publishSituationReport', 'situationReport { id }');
      const answer = await ask(rae, text, { input: { id, ...REPORT, ...input } });
      return done<{ situationReport: { id: string } }>(answer).situationReport.id;
    },
    acknowledge: async (id, viewer, input = {}) =>
      done(await ask(viewer, mutationText('acknowledgeSituationReport', 'replayed'), { input: { id, ...input } })),
    async tally(id, viewer = rae) {
      const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on SituationReport {
        organizationsTotal organizationsAcknowledged outstanding { id } mayAcknowledgeFor { id }
      } } }`;
      const r = [{ __typename: 'SituationReport', id }];
      return done<Tally[]>(await ask(viewer, query, { r }))[0] as Tally;
    },
  };
  await service.directory.reached({ epoch: 1, pos: directoryEvents().length });
  return desk;
}
