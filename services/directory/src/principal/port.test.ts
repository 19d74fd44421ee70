import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { buildViewer } from '@desk/testkit/viewer';
import { NOW, startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';
import type { Principal } from './principal.ts';

const ACT = { at: new Date(NOW), by: SYSTEM_ACTOR };

let demo: DemoDirectory;

beforeAll(async () => {
  demo = await startDemoDirectory();
});

afterAll(() => demo.service.stop());

describe('the principal behind a login', () => {
  test('is given with all that the gateway decides by', async () => {
    expect(await principal('omar')).toEqual({
      id: demo.person('omar'),
      kind: 'PERSON',
      name: 'Omar Haddad',
      active: true,
      suspended: null,
      language: 'EN',
      timeZone: 'America/Toronto',
      version: 1,
      memberships: [{ organizationId: demo.org('LDC-001'), organizationType: 'LDC', roles: ['LDC_ADMIN', 'LDC_USER'] }],
      authorizations: [],
    });
  });

  test('holds the authorizations of its company', async () => {
    const { authorizations } = await known('demo-partner');
    expect(authorizations.map(({ organizationId, scopes }) => ({ organizationId, scopes }))).toEqual(
      ['LDC-001', 'LDC-002']
        .map(demo.org)
        .sort()
        .map((organizationId) => ({ organizationId, scopes: ['TICKETS_READ', 'TICKETS_WRITE'] })),
    );
  });

  test('holds an authorization before it begins, and no longer once it is revoked', async () => {
    const [validFrom, validTo] = [new Date('2026-08-01T04:00:00Z'), new Date('2026-09-01T04:00:00Z')];
    const { _id } = (
      await demo.mutations.grantAuthorization(
        'summer',
        { agent: 'AGT-002', organization: 'LDC-030', scopes: ['TICKETS_READ'], validFrom, validTo },
        ACT,
      )
    ).record;
    const before = (await known('kit')).authorizations.find(({ id }) => id === _id);
    await demo.mutations.revokeAuthorization(_id, ACT);
    const after = (await known('kit')).authorizations.find(({ id }) => id === _id);
    expect([before, after]).toEqual([
      {
        id: _id,
        organizationId: demo.org('LDC-030'),
        scopes: ['TICKETS_READ'],
        validFrom: '2026-08-01T04:00:00.000Z',
        validTo: '2026-09-01T04:00:00.000Z',
      },
      undefined,
    ]);
  });

  test('is marked inactive once it was deactivated', async () => {
    await demo.mutations.deactivatePerson(demo.person('tom'), ACT);
    expect(await principal('tom')).toMatchObject({ active: false, version: 2 });
  });

  test('is null for an unknown login', async () => {
    expect(await principal('nobody')).toBeNull();
  });

  test.each(['', `?login=${'x'.repeat(201)}`, '?login=a&login=b'])('is refused for the query %p', async (query) => {
    expect((await get(query, await serviceToken())).status).toBe(400);
  });

  test('is refused to a viewer', async () => {
    const token = await demo.ground.sign('directory', { purpose: 'REQUEST', viewer: buildViewer({ id: 'per_x' }) });
    expect((await get('?login=sam', token)).status).toBe(401);
  });
});

async function known(login: string): Promise<Principal> {
  const found = await principal(login);
  if (!found) throw new Error(`Nobody signs in as ${login}.`);
  return found;
}

async function principal(login: string): Promise<Principal | null> {
  const answer = await get(`?login=${encodeURIComponent(login)}`, await serviceToken());
  return ((await answer.json()) as { principal: Principal | null }).principal;
}

async function get(query: string, token: string): Promise<Response> {
  return fetch(`${demo.service.url}/principals${query}`, { headers: { authorization: `Bearer ${token}` } });
}

async function serviceToken(): Promise<string> {
  return demo.ground.sign('directory', { purpose: 'SERVICE', viewer: null });
}
