import { SYSTEM_ACTOR, type Actor } from '@desk/kit/api/actor';
import type { Viewer } from '@desk/kit/api/viewer';
import type { StreamEvent } from '@desk/kit/log/entry';
import type { CrashPoint } from '@desk/kit/process/crash-point';
import type { Domain } from '@desk/schema/domains';
import { directoryEvents } from '@desk/testkit/directory-events';
import { lena } from '@desk/testkit/people';
import { done, mutationText, refusalIn, subgraphClient, type Ask, type Refused } from '@desk/testkit/subgraph-client';
import { testGround, type TestGround } from '@desk/testkit/test-ground';
import { createNotificationsService, type NotificationsService } from './service.ts';

/** A notification as the tests look at it. */
export interface Shown {
  id: string;
  version: number;
  topic: string;
  severity: string;
  code: string;
  arguments: { name: string; value: string }[];
  recordType: string;
  recordId: string;
  actor: { principalId: string | null } | null;
  at: string;
  createdAt: string;
  readAt: string | null;
}

export const NOTIFICATION = `id version topic severity code arguments { name value } recordType recordId actor { principalId } at createdAt
  readAt`;

/** What a test tells of an event; what it leaves out is that of an incident of the first distributor that Sam works. */
export interface Told {
  /** INCIDENT when left out. */
  noun?: string;
  id?: string;
  kind: string;
  by?: string | null;
  organizationId?: string;
  /** The record that wrote the event; the subject when left out. */
  aggregate?: string;
  /** The aggregate's next version when left out. */
  seq?: number;
  at?: Date;
  internal?: boolean;
  /** What its data hold besides. */
  data?: Record<string, unknown>;
  /** Left out: noun and kind. */
  type?: string;
}

/** A notifications service under test, and short ways to speak with it. Lena asks, unless a test names another person. */
export interface Desk {
  ground: TestGround;
  service: NotificationsService;
  ask: Ask;
  /** Lets the log of another service tell of events, and comes back once they are handled. */
  tell(...events: Told[]): Promise<void>;
  /** The same without waiting. */
  append(...events: Told[]): Promise<void>;
  /** A person's notifications, the newest first. */
  inbox(viewer?: Viewer, filter?: Record<string, unknown>): Promise<Shown[]>;
  unread(viewer?: Viewer): Promise<number>;
  act<Payload = Record<string, never>>(
    mutation: string,
    input: Record<string, unknown>,
    viewer?: Viewer,
  ): Promise<Payload>;
  refusal(mutation: string, input: Record<string, unknown>, viewer?: Viewer): Promise<Refused>;
}

/** What each mutation of the tests answers. */
const SELECTIONS: Readonly<Record<string, string>> = {
  followRecord: 'version replayed follow { id version recordType recordId following automatic }',
  unfollowRecord: 'version replayed follow { id version recordType recordId following automatic }',
  createSignUp:
    'version replayed signUp { id version filter { recordType serviceId state risk priority } withdrawnAt }',
  withdrawSignUp: 'version replayed signUp { id version withdrawnAt }',
  markNotificationRead: `version replayed notification { ${NOTIFICATION} }`,
  markAllNotificationsRead: 'replayed inbox { unreadCount readUpTo }',
};

const SERVICES: Readonly<Record<string, Domain>> = {
  CHANGE: 'changes',
  CONTINUITY_EVENT: 'continuity',
  ENROLMENT: 'learning',
};

/** More people of the directory: the test kit's log of it tells of Sam alone. */
const PEOPLE: Readonly<Record<string, { organizationIds: string[]; roles: string[]; active?: boolean }>> = {
  per_lena: { organizationIds: ['org_A'], roles: ['LDC_USER'] },
  per_omar: { organizationIds: ['org_A'], roles: ['LDC_ADMIN'] },
  per_bert: { organizationIds: ['org_B'], roles: ['LDC_USER'] },
  per_tess: { organizationIds: ['org_C'], roles: ['LDC_USER'] },
  per_rae: { organizationIds: ['org_SME'], roles: ['SME_CONTINUITY'] },
  per_ada: { organizationIds: ['org_SME'], roles: ['AUDITOR'] },
  per_aga: { organizationIds: ['org_AGENT'], roles: ['AGENT_USER'] },
  per_gone: { organizationIds: ['org_A'], roles: ['LDC_USER'], active: false },
};

/** Starts a notifications service at an instant. */
export async function startDesk({
  now = '2026-06-29T14:00:00.000Z',
  crash = () => {},
}: { now?: string; crash?: CrashPoint } = {}): Promise<Desk> {
  const ground = await testGround(now);
  const known = knownDirectory();
  await ground.stream.append('directory', known);
  const service = await createNotificationsService(ground.config, { ...ground.deps('notifications'), crash });
  await service.reached('directory', { epoch: 1, pos: known.length });
  const ask = subgraphClient(service.url, 'notifications', ground.sign);
  const append = async (...events: Told[]) => {
    for (const event of events) await ground.stream.append(serviceOf(event), [streamEvent(ground, event)]);
  };
  return {
    ground,
    service,
    ask,
    append,
    async tell(...events) {
      await append(...events);
      for (const domain of new Set(events.map(serviceOf)))
        await service.reached(domain, { epoch: 1, pos: placesOf(ground).get(domain) ?? 0 });
    },
    async inbox(viewer = lena, filter = {}) {
      const query = `query($filter: NotificationFilter) {
        myNotifications(first: 100, filter: $filter) { nodes { ${NOTIFICATION} } }
      }`;
      return done<{ nodes: Shown[] }>(await ask(viewer, query, { filter })).nodes;
    },
    unread: async (viewer = lena) =>
      done<{ unreadCount: number }>(await ask(viewer, '{ myInbox { unreadCount } }')).unreadCount,
    act: async (mutation, input, viewer = lena) =>
      done(await ask(viewer, mutationText(mutation, SELECTIONS[mutation] ?? '__typename'), { input })),
    refusal: async (mutation, input, viewer = lena) =>
      refusalIn(await ask(viewer, mutationText(mutation, '__typename'), { input })),
  };
}

/** How far each ground's logs were told, by service or aggregate. */
const PLACES = new WeakMap<TestGround, Map<string, number>>();

function placesOf(ground: TestGround): Map<string, number> {
  const places = PLACES.get(ground) ?? new Map<string, number>();
  PLACES.set(ground, places);
  return places;
}

function next(ground: TestGround, name: string): number {
  const places = placesOf(ground);
  const place = (places.get(name) ?? 0) + 1;
  places.set(name, place);
  return place;
}

function serviceOf({ noun = 'INCIDENT' }: Told): Domain {
  return SERVICES[noun] ?? 'tickets';
}

function streamEvent(ground: TestGround, told: Told): StreamEvent {
  const { noun = 'INCIDENT', id = 'inc_1', kind, by = 'per_sam', organizationId = 'org_A', internal = false } = told;
  const { aggregate = id, at = ground.time.now(), type = `${noun}.${kind}`.toLowerCase(), data = {} } = told;
  const actor: Actor = by === null ? SYSTEM_ACTOR : { id: by, kind: 'PERSON', actingFor: null };
  return {
    position: { epoch: 1, pos: next(ground, serviceOf(told)) },
    aggregate,
    seq: told.seq ?? next(ground, aggregate),
    type,
    eventVersion: 2,
    at,
    actor,
    organizationId,
    internal,
    data: { subject: { type: noun, id }, kind, changedFields: [], match: {}, changes: [], ...data },
  };
}

function knownDirectory(): StreamEvent[] {
  const told = directoryEvents();
  const [model] = told;
  if (!model) throw new Error('The directory tells nothing.');
  const more = [
    ...Object.entries(PEOPLE).map(([id, { active = true, ...person }]) => ({
      type: 'person.created',
      aggregate: id,
      organizationId: person.organizationIds[0] ?? '',
      data: { subject: { type: 'PERSON', id }, changedFields: [], active, ...person },
    })),
    {
      type: 'authorization.granted',
      aggregate: 'aut_1',
      organizationId: 'org_A',
      data: {
        subject: { type: 'AUTHORIZATION', id: 'aut_1' },
        changedFields: [],
        agentId: 'org_AGENT',
        scopes: ['TICKETS_READ'],
        validFrom: '2026-01-01T00:00:00.000Z',
        validTo: '2026-12-31T00:00:00.000Z',
        revoked: false,
      },
    },
  ];
  return [
    ...told,
    ...more.map((each, index) => ({ ...model, ...each, seq: 1, position: { epoch: 1, pos: told.length + index + 1 } })),
  ];
}
