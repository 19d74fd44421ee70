import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '@desk/kit/event';
import { randomUUID } from 'node:crypto';
import { NOW, startDemoDirectory, type DemoDirectory } from '../tests/demo-directory.ts';
import type { Named } from './acts.ts';
import type { PersonInput } from './person.ts';
import type { PrincipalInput } from './principal.ts';

const ACT = { at: new Date(NOW), actor: SYSTEM_ACTOR };

let demo: DemoDirectory;

beforeAll(async () => {
  demo = await startDemoDirectory();
});

afterAll(() => demo.service.stop());

describe('an organization', () => {
  test('is read as it was written', async () => {
    const written = await demo.acts.createOrganization(buildOrganization(), ACT);
    expect(await demo.service.store.findOrganization('ALL', written.code)).toEqual(written);
  });

  test('created twice is one', async () => {
    const input = buildOrganization();
    const first = await demo.acts.createOrganization(input, ACT);
    const second = await demo.acts.createOrganization(input, { ...ACT, at: new Date('2026-07-01T00:00:00Z') });
    expect([second, (await eventsOf(first._id)).length]).toEqual([first, 1]);
  });

  test('with the code of another is refused', async () => {
    const input = buildOrganization();
    await demo.acts.createOrganization(input, ACT);
    const other = demo.acts.createOrganization({ ...input, name: 'Another' }, ACT);
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test.each([
    ['a code in small letters', { code: 'ldc-1' }, 'input.code'],
    ['an empty name', { name: ' ' }, 'input.name'],
    ['a name of two lines', { name: 'one\ntwo' }, 'input.name'],
  ])('with %s is bad input', async (_what, wrong, path) => {
    const created = demo.acts.createOrganization({ ...buildOrganization(), ...wrong }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT', extensions: { fields: [{ path }] } });
  });

  test('tells of its creation, and of each change of its status once', async () => {
    const { _id, code } = await demo.acts.createOrganization(buildOrganization(), ACT);
    await demo.acts.setOrganizationStatus(_id, 'SUSPENDED', ACT);
    await demo.acts.setOrganizationStatus(_id, 'SUSPENDED', ACT);
    const common = { recordId: _id, code, type: 'LDC' };
    expect(await eventsOf(_id)).toMatchObject([
      { type: 'organization.created', organizationId: _id, data: { ...common, status: 'ACTIVE' } },
      {
        type: 'organization.changed',
        organizationId: _id,
        data: { ...common, status: 'SUSPENDED', changedFields: ['status'] },
      },
    ]);
  });
});

describe('a person', () => {
  test('is read as it was written', async () => {
    const written = await demo.acts.createPerson(buildPerson(), ACT);
    expect(await demo.service.store.findPrincipal('PERSON', written._id)).toEqual(written);
  });

  test('created twice is one', async () => {
    const input = buildPerson();
    const first = await demo.acts.createPerson(input, ACT);
    const second = await demo.acts.createPerson(input, ACT);
    expect([second, (await eventsOf(first._id)).length]).toEqual([first, 1]);
  });

  test.each(['sam', 'demo-partner'])('cannot have the login of %s', async (taken) => {
    const created = demo.acts.createPerson({ ...buildPerson(), logins: [randomUUID(), taken] }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining(taken) });
  });

  test('is kept from a login that somebody took in the same moment', async () => {
    const login = randomUUID();
    const created = ['one', 'two'].map((first) =>
      demo.acts.createPerson({ ...buildPerson(), logins: [`${first}-${login}`, login] }, ACT),
    );
    const outcomes = (await Promise.allSettled(created)).map(({ status }) => status);
    expect(outcomes.sort()).toEqual(['fulfilled', 'rejected']);
  });

  test.each<[string, Partial<Named<PersonInput>>, string]>([
    ['no address', { email: 'somewhere' }, 'input.email'],
    ['no login', { logins: [] }, 'input.logins'],
    ['a login with a space', { logins: ['a b'] }, 'input.logins'],
    ['a time zone that is none', { timeZone: 'Toronto' }, 'input.timeZone'],
    ['an offset for a time zone', { timeZone: '-05:00' }, 'input.timeZone'],
    ['no membership', { memberships: [] }, 'input.memberships'],
    [
      'an organization that is not there',
      { memberships: [{ organization: 'LDC-999', roles: ['LDC_USER'] }] },
      'input.memberships.0.organization',
    ],
    [
      'a membership without a role',
      { memberships: [{ organization: 'LDC-001', roles: [] }] },
      'input.memberships.0.roles',
    ],
    [
      'the same organization twice',
      { memberships: Array(2).fill({ organization: 'LDC-001', roles: ['LDC_USER'] }) },
      'input.memberships',
    ],
    [
      'a role of the staff at a distributor',
      { memberships: [{ organization: 'LDC-001', roles: ['SME_ADMIN'] }] },
      'input.memberships.0.roles',
    ],
    [
      'an auditor’s role at an agent',
      { memberships: [{ organization: 'AGT-001', roles: ['AUDITOR'] }] },
      'input.memberships.0.roles',
    ],
  ])('with %s is bad input', async (_what, wrong, path) => {
    const created = demo.acts.createPerson({ ...buildPerson(), ...wrong }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT', extensions: { fields: [{ path }] } });
  });

  test('tells what others decide by, at each step', async () => {
    const { _id } = await demo.acts.createPerson(buildPerson(), ACT);
    await demo.acts.changePersonMemberships(
      _id,
      [
        { organization: 'LDC-002', roles: ['LDC_USER', 'LDC_ADMIN'] },
        { organization: 'LDC-001', roles: ['LDC_USER'] },
      ],
      ACT,
    );
    await demo.acts.deactivatePerson(_id, ACT);
    await demo.acts.deactivatePerson(_id, ACT);
    const [one, two] = [demo.org('LDC-001'), demo.org('LDC-002')];
    const changed = { roles: ['LDC_ADMIN', 'LDC_USER'], organizationIds: [one, two].sort() };
    expect((await eventsOf(_id)).map(({ type, organizationId, data }) => ({ type, organizationId, data }))).toEqual([
      {
        type: 'person.created',
        organizationId: one,
        data: {
          recordId: _id,
          changedFields: ['name', 'email', 'active', 'memberships'],
          active: true,
          roles: ['LDC_USER'],
          organizationIds: [one],
        },
      },
      {
        type: 'person.changed',
        organizationId: two,
        data: { recordId: _id, changedFields: ['memberships'], active: true, ...changed },
      },
      {
        type: 'person.deactivated',
        organizationId: two,
        data: { recordId: _id, changedFields: ['active'], active: false, ...changed },
      },
    ]);
  });

  test('is not named in what goes to other services', async () => {
    const { _id, name, email, logins } = await demo.acts.createPerson(buildPerson(), ACT);
    const sent = JSON.stringify(await eventsOf(_id));
    expect([name, email, ...logins].filter((word) => sent.includes(word))).toEqual([]);
  });
});

describe('a partner client', () => {
  test('is read as it was written', async () => {
    const written = await demo.acts.createClient(buildClient(), ACT);
    expect(await demo.service.store.findPrincipal('CLIENT', written._id)).toEqual(written);
  });

  test('cannot have a person’s login', async () => {
    const created = demo.acts.createClient({ ...buildClient(), logins: ['lena'] }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('cannot be given a role of the staff', async () => {
    const memberships = [{ organization: 'SME', roles: ['SME_ANALYST'] as const }];
    const created = demo.acts.createClient({ ...buildClient(), memberships }, ACT);
    await expect(created).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { fields: [{ path: 'input.memberships' }] },
    });
  });

  test('tells of its creation and of its end', async () => {
    const { _id } = await demo.acts.createClient(buildClient(), ACT);
    await demo.acts.deactivateClient(_id, ACT);
    expect(await eventsOf(_id)).toMatchObject([
      { type: 'client.created', data: { active: true } },
      { type: 'client.deactivated', data: { active: false } },
    ]);
  });
});

describe('an agent’s authorization', () => {
  const FROM = new Date('2026-01-01T05:00:00Z');
  const TO = new Date('2028-01-01T05:00:00Z');
  const grant = (wrong: object = {}, key = randomUUID()) =>
    demo.acts.grantAuthorization(
      key,
      {
        agent: 'AGT-002',
        organization: 'LDC-020',
        scopes: ['TICKETS_WRITE', 'TICKETS_READ'],
        validFrom: FROM,
        validTo: TO,
        ...wrong,
      },
      ACT,
    );

  test('is read as it was written', async () => {
    const written = await grant();
    const read = await demo.service.store.authorizationsOf([demo.org('AGT-002')], ACT.at);
    expect(read).toContainEqual(written);
  });

  test('granted twice under one key is one', async () => {
    const key = randomUUID();
    const first = await grant({}, key);
    expect(await grant({}, key)).toEqual(first);
  });

  test('that is taken back is no longer found', async () => {
    const { _id } = await grant();
    const revoked = await demo.acts.revokeAuthorization(_id, ACT);
    const read = await demo.service.store.authorizationsOf([demo.org('AGT-002')], ACT.at);
    expect([revoked.revokedAt, read.find((one) => one._id === _id)]).toEqual([ACT.at, undefined]);
  });

  test('is found to the last millisecond before its end', async () => {
    const { _id } = await grant();
    const found = async (at: Date) =>
      (await demo.service.store.authorizationsOf([demo.org('AGT-002')], at)).some((one) => one._id === _id);
    expect([await found(new Date(TO.getTime() - 1)), await found(TO)]).toEqual([true, false]);
  });

  test.each([
    ['a distributor as the agent', { agent: 'LDC-001' }, 'input.agentId'],
    ['the operator as the distributor', { organization: 'SME' }, 'input.organizationId'],
    ['a distributor that is not there', { organization: 'LDC-999' }, 'input.organizationId'],
    ['no scope', { scopes: [] }, 'input.scopes'],
    ['an end before its beginning', { validTo: FROM }, 'input.validTo'],
    ['more than 24 months', { validTo: new Date(TO.getTime() + 1) }, 'input.validTo'],
  ])('with %s is bad input', async (_what, wrong, path) => {
    await expect(grant(wrong)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', extensions: { fields: [{ path }] } });
  });

  test('tells when it is granted and when it is taken back, once each', async () => {
    const { _id } = await grant();
    await demo.acts.revokeAuthorization(_id, ACT);
    await demo.acts.revokeAuthorization(_id, ACT);
    const data = {
      recordId: _id,
      agentId: demo.org('AGT-002'),
      scopes: ['TICKETS_READ', 'TICKETS_WRITE'],
      validFrom: FROM.toISOString(),
      validTo: TO.toISOString(),
    };
    const organizationId = demo.org('LDC-020');
    expect(await eventsOf(_id)).toMatchObject([
      { type: 'authorization.granted', organizationId, data: { ...data, revoked: false } },
      { type: 'authorization.revoked', organizationId, data: { ...data, revoked: true } },
    ]);
  });
});

test('what is not there cannot be changed', async () => {
  await expect(demo.acts.deactivatePerson('per_nobody', ACT)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

const PAGES_MAX = 50;

/** What other services receive of a record. */
async function eventsOf(aggregate: string) {
  const { log } = demo.service;
  for (let copied = 1, rounds = 0; copied > 0 && rounds < PAGES_MAX; rounds++) copied = await log.drain();
  const events = [];
  let after = { epoch: 0, pos: 0 };
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const read = (await log.read(after)).events ?? [];
    events.push(...read);
    const last = read.at(-1);
    if (!last) break;
    after = last.position;
  }
  return events.filter((event) => event.aggregate === aggregate);
}

function buildOrganization() {
  const code = `T${randomUUID().slice(0, 8).toUpperCase()}`;
  return { code, name: `Test Hydro ${code}`, type: 'LDC', status: 'ACTIVE' } as const;
}

function buildClient(): Named<PrincipalInput> {
  return {
    name: 'Meter data connector',
    logins: [randomUUID()],
    language: 'EN',
    timeZone: 'UTC',
    memberships: [{ organization: 'PTR-001', roles: ['PARTNER_CLIENT'] }],
  };
}

function buildPerson(): Named<PersonInput> {
  const login = randomUUID();
  return {
    name: 'Zoë O’Test',
    email: `${login}@test.example`,
    logins: [login],
    language: 'FR',
    timeZone: 'America/Thunder_Bay',
    memberships: [{ organization: 'LDC-001', roles: ['LDC_USER'] }],
  };
}
