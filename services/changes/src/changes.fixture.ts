import type { Viewer } from '@desk/kit/api/viewer';
import { directoryEvents } from '@desk/testkit/directory-events';
import { agentFor, lena, partnerWith } from '@desk/testkit/people';
import { done, mutationText, refusalIn, subgraphClient, type Ask, type Refused } from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { buildViewer } from '@desk/testkit/viewer';
import { createChangesService, type ChangesService } from './service.ts';

const SCOPES = ['CHANGES_READ', 'CHANGES_COMMENT'];

/** The SME's change manager. */
export const cleo = buildViewer({
  id: 'per_cleo',
  memberships: [{ organizationId: 'org_SME', roles: ['SME_CHANGE'] }],
  staff: true,
});
/** An agent who acts for distributors in this request. */
export const agentOf = (...organizations: string[]) => agentFor(organizations, SCOPES);
export const partner = partnerWith(SCOPES);

/** A change as the tests look at it. */
export interface Shown {
  id: string;
  number: string;
  version: number;
  state: string;
  type: string | null;
  risk: string | null;
  plannedStart: string | null;
  publishedAt: string | null;
  result: string | null;
  allowedActions: string[];
}

export const FIELDS = 'id number version state type risk plannedStart publishedAt result allowedActions';

/** A changes service under test, and short ways to speak with it. Cleo acts, unless a test names another person. */
export interface Desk {
  ground: TestGround;
  service: ChangesService;
  ask: Ask;
  /** Proposes a change as Lena, unless the test names somebody else. */
  propose(input?: Record<string, unknown>, viewer?: Viewer): Promise<Shown>;
  /** One mutation on a change. Throws the refusal's text. */
  act(mutation: string, change: Shown, input?: Record<string, unknown>): Promise<Shown>;
  refusal(mutation: string, input: Record<string, unknown>, viewer?: Viewer): Promise<Refused>;
  /** Null where the viewer sees none. */
  show(id: string, viewer?: Viewer): Promise<Shown | null>;
  /** The numbers of a list. */
  list(filter?: Record<string, unknown>, viewer?: Viewer): Promise<string[]>;
  comment(change: Shown, text: string, viewer?: Viewer): Promise<void>;
  history(change: Shown, viewer?: Viewer): Promise<{ kind: string; remark: string | null }[]>;
  /** The change, accepted and published. */
  published(change: Shown): Promise<Shown>;
  /** The change, planned for a window of hours from now. */
  planned(change: Shown, assessment?: Record<string, unknown>): Promise<Shown>;
}

export const PROPOSAL = {
  title: 'Show the validation result in the daily report',
  reason: 'We look up each failed read by hand.',
  benefit: 'One file says which reads failed.',
  serviceIds: ['VEE'],
};
const ASSESSMENT = { type: 'NORMAL', environment: 'PRODUCTION', riskAnswer: 'LOW' };
export const STANDARD = { ...ASSESSMENT, type: 'STANDARD', templateId: 'SUNDAY_MAINTENANCE' };
export const PLAN = {
  implementation: 'Node by node.',
  test: 'Ten meters.',
  backout: 'The image of the day before.',
  plannedStart: { instant: '2026-07-05T14:00:00.000Z' },
  plannedEnd: { instant: '2026-07-05T18:00:00.000Z' },
  outage: false,
  ldcActionNeeded: false,
  notice: 'Nothing to do.',
};

/** Starts a changes service at an instant: a Monday, 10:00 in Toronto. */
export async function startDesk(now = '2026-06-29T14:00:00Z'): Promise<Desk> {
  const ground = await testGround(now);
  await ground.stream.append('directory', directoryEvents());
  const service = await createChangesService(ground.config, ground.deps('changes'));
  const ask = subgraphClient(service.url, 'changes', ground.sign);
  const selection = `change { ${FIELDS} }`;
  const desk: Desk = {
    ground,
    service,
    ask,
    propose: async (input = {}, viewer = lena) =>
      done<{ change: Shown }>(
        await ask(viewer, mutationText('proposeChange', selection), { input: { ...PROPOSAL, ...input } }),
      ).change,
    act: async (mutation, { id, version }, input = {}) =>
      done<{ change: Shown }>(
        await ask(cleo, mutationText(mutation, selection), { input: { id, expectedVersion: version, ...input } }),
      ).change,
    refusal: async (mutation, input, viewer = cleo) =>
      refusalIn(await ask(viewer, mutationText(mutation, selection), { input })),
    show: async (id, viewer = cleo) =>
      done(await ask(viewer, `query($id: ID!) { change(id: $id) { ${FIELDS} } }`, { id })),
    async list(filter = {}, viewer = cleo) {
      const query =
        'query($filter: ChangeFilter) { changes(first: 100, filter: $filter) { nodes { number } totalCount } }';
      const page = done<{ nodes: { number: string }[] }>(await ask(viewer, query, { filter }));
      return page.nodes.map(({ number }) => number);
    },
    async comment({ id }, text, viewer = lena) {
      done(await ask(viewer, mutationText('addChangeComment', 'comment { id }'), { input: { id, text } }));
    },
    async history({ id }, viewer = cleo) {
      const query = 'query($id: ID!) { change(id: $id) { history(first: 100) { nodes { kind remark } } } }';
      return done<{ history: { nodes: never[] } }>(await ask(viewer, query, { id })).history.nodes;
    },
    published: async (change) => desk.act('publishChange', await desk.act('acceptChange', change)),
    async planned(change, assessment = ASSESSMENT) {
      const draft = await desk.act('acceptChange', change);
      const assessed = await desk.act('assessChange', draft, assessment);
      return desk.act('planChange', assessed, PLAN);
    },
  };
  await service.directory.reached({ epoch: 1, pos: directoryEvents().length });
  return desk;
}
