import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scopeViewer, type Viewer } from '@desk/kit/api/viewer';
import fc from 'fast-check';
import { NOW, startDemoDirectory, type DemoDirectory } from './directory.fixture.ts';
import type { AgentAuthorization } from './authorization/authorization.ts';
import type { Organization } from './organization/organization.ts';
import type { Person } from './person/person.ts';
import { maySeeEmail } from './principal/policy.ts';
import { contextOf } from './context.ts';

const AT = new Date(NOW);

let demo: DemoDirectory;
let organizations: Organization[];
let people: Person[];
let authorizations: AgentAuthorization[];

beforeAll(async () => {
  demo = await startDemoDirectory();
  const { store } = demo.service;
  organizations = await store.organizationsById('ALL', [...demo.ids.organizations.values()]);
  people = await store.peopleById('ALL', [...demo.ids.people.values()]);
  authorizations = await store.authorizationsOf(
    organizations.map(({ _id }) => _id),
    AT,
  );
});

afterAll(() => demo.service.stop());

describe('what a viewer sees', () => {
  test('is what the rules say, worked out without the database', async () => {
    await forManyViewers(async (viewer) => {
      const seen = await seenBy(viewer);
      expect(seen).toEqual({ organizations: organizationsByRule(viewer), people: peopleByRule(viewer) });
    });
  });

  test('never grows when a membership or a delegation is taken away', async () => {
    await forManyViewers(async (viewer) => {
      const all = await seenBy(viewer);
      const fewer = await seenBy({ ...viewer, memberships: viewer.memberships.slice(1), delegations: [] });
      expect(beyond(fewer, all)).toEqual([]);
    });
  });

  test('is what a live update shows to all subscribers with the viewer’s rights', async () => {
    await forManyViewers(async (viewer) => {
      expect(await seenBy(scopeViewer(viewer))).toEqual(await seenBy(viewer));
    });
  });

  test('holds in a live update the addresses that the viewer sees, and no other', async () => {
    await forManyViewers(async (viewer) => {
      const seen = (asked: Viewer) => people.filter((person) => maySeeEmail(asked, person)).map(({ name }) => name);
      expect(seen(scopeViewer(viewer))).toEqual(seen(viewer));
    });
  });
});

async function forManyViewers(holds: (viewer: Viewer) => Promise<void>): Promise<void> {
  await fc.assert(fc.asyncProperty(viewers(), holds), { numRuns: 60 });
}

/** Members of few or many organizations, who act for some, as staff, auditor or neither. */
function viewers(): fc.Arbitrary<Viewer> {
  // Few organizations, so that those who authorized each other meet often.
  const few = organizations.filter(({ code }) => /^(SME|AGT|PTR|LDC-00[1-6])/.test(code)).map(({ _id }) => _id);
  const some = (maxLength: number) => fc.uniqueArray(fc.constantFrom(...few), { maxLength });
  const scopes = fc.subarray(['TICKETS_READ', 'CHANGES_READ'], { minLength: 1 });
  const rank = fc.constantFrom('staff', 'auditor', 'none', 'none', 'none', 'none');
  return fc.tuple(some(3), some(3), scopes, rank).map(([memberOf, actsFor, granted, is]) => ({
    id: 'per_somebody',
    kind: 'PERSON',
    memberships: memberOf.map((organizationId) => ({ organizationId, roles: ['LDC_USER'] })),
    delegations: actsFor.map((organizationId) => ({ organizationId, scopes: granted })),
    staff: is === 'staff',
    auditor: is === 'auditor',
  }));
}

interface Seen {
  organizations: string[];
  people: string[];
}

async function seenBy(viewer: Viewer): Promise<Seen> {
  const { store, log } = demo.service;
  const context = contextOf(
    { viewer, requestId: 'r_1' },
    { store, log, time: demo.ground.time, newId: (prefix) => `${prefix}_1` },
  );
  const [first, second] = await Promise.all([
    context.organizations.loadMany(organizations.map(({ _id }) => _id)),
    context.people.loadMany(people.map(({ _id }) => _id)),
  ]);
  return {
    organizations: first.flatMap((one) => (one && 'code' in one ? [one.code] : [])).sort(),
    people: second.flatMap((one) => (one && 'logins' in one ? [one.name] : [])).sort(),
  };
}

function organizationsByRule(viewer: Viewer): string[] {
  const own = new Set(viewer.memberships.map(({ organizationId }) => organizationId));
  const near = nearTo(viewer);
  const linked = authorizations.flatMap(({ agentId, organizationId }) => [
    ...(own.has(organizationId) ? [agentId] : []),
    ...(own.has(agentId) ? [organizationId] : []),
  ]);
  const all = viewer.staff || viewer.auditor;
  return organizations
    .filter(({ _id, type }) => all || type === 'SME' || near.has(_id) || linked.includes(_id))
    .map(({ code }) => code)
    .sort();
}

function peopleByRule(viewer: Viewer): string[] {
  const near = nearTo(viewer).add(demo.org('SME'));
  const all = viewer.staff || viewer.auditor;
  return people
    .filter(({ memberships }) => all || memberships.some(({ organizationId }) => near.has(organizationId)))
    .map(({ name }) => name)
    .sort();
}

function nearTo(viewer: Viewer): Set<string> {
  return new Set([...viewer.memberships, ...viewer.delegations].map(({ organizationId }) => organizationId));
}

/** What one sees and the other does not. */
function beyond(one: Seen, other: Seen): string[] {
  const known = new Set([...other.organizations, ...other.people]);
  return [...one.organizations, ...one.people].filter((name) => !known.has(name));
}
