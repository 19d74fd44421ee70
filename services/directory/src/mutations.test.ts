import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import type { StreamEvent } from '@desk/kit/log/entry';
import { DIRECTORY_EVENT_VERSION, readDirectoryEvent } from '@desk/schema/directory/events';
import { randomUUID } from 'node:crypto';
import { NOW, startDemoDirectory, type DemoDirectory } from './directory.fixture.ts';
import type { PersonInput } from './person/opening.ts';
import type { Named } from './principal/mutations.ts';
import type { PrincipalInput } from './principal/opening.ts';

const ACT = { at: new Date(NOW), by: SYSTEM_ACTOR };

let demo: DemoDirectory;

beforeAll(async () => {
  demo = await startDemoDirectory();
});

afterAll(() => demo.service.stop());

describe('an organization', () => {
  test('is read as it was written', async () => {
    const { record: written } = await demo.mutations.createOrganization(buildOrganization(), ACT);
    expect(await demo.service.store.findOrganization('ALL', written.code)).toEqual(written);
  });

  test('created twice is one', async () => {
    const input = buildOrganization();
    const { record, replayed } = await demo.mutations.createOrganization(input, ACT);
    const second = await demo.mutations.createOrganization(input, { ...ACT, at: new Date('2026-07-01T00:00:00Z') });
    expect([replayed, second, (await eventsOf(record._id)).length]).toEqual([
      false,
      { record, version: 1, replayed: true },
      1,
    ]);
  });

  test('with the code of another is refused', async () => {
    const input = buildOrganization();
    await demo.mutations.createOrganization(input, ACT);
    const other = demo.mutations.createOrganization({ ...input, name: 'Another' }, ACT);
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  test.each([
    ['a code in small letters', { code: 'ldc-1' }, 'input.code', 'MALFORMED'],
    ['an empty name', { name: ' ' }, 'input.name', 'REQUIRED'],
    ['a name of two lines', { name: 'one\ntwo' }, 'input.name', 'NOT_ONE_LINE'],
  ])('with %s is bad input', async (_what, wrong, path, code) => {
    const created = demo.mutations.createOrganization({ ...buildOrganization(), ...wrong }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT', extensions: { fields: [{ path, code }] } });
  });

  test('leaves one event for its creation and one for each change of its status', async () => {
    const { _id, code } = (await demo.mutations.createOrganization(buildOrganization(), ACT)).record;
    await demo.mutations.setOrganizationStatus(_id, 'SUSPENDED', ACT);
    await demo.mutations.setOrganizationStatus(_id, 'SUSPENDED', ACT);
    const common = { subject: { type: 'ORGANIZATION', id: _id }, code, type: 'LDC' };
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
    const { record: written } = await demo.mutations.createPerson(buildPerson(), ACT);
    expect(await demo.service.store.findPrincipal('PERSON', written._id)).toEqual(written);
  });

  test('created twice is one', async () => {
    const input = buildPerson();
    const { record, replayed } = await demo.mutations.createPerson(input, ACT);
    const second = await demo.mutations.createPerson(input, ACT);
    expect([replayed, second, (await eventsOf(record._id)).length]).toEqual([
      false,
      { record, version: 1, replayed: true },
      1,
    ]);
  });

  test.each(['sam', 'demo-partner'])('cannot have the login of %s', async (taken) => {
    const created = demo.mutations.createPerson({ ...buildPerson(), logins: [randomUUID(), taken] }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT', message: expect.stringContaining(taken) });
  });

  test('is kept from a login that somebody took in the same moment', async () => {
    const login = randomUUID();
    const created = ['one', 'two'].map((first) =>
      demo.mutations.createPerson({ ...buildPerson(), logins: [`${first}-${login}`, login] }, ACT),
    );
    const outcomes = (await Promise.allSettled(created)).map(({ status }) => status);
    expect(outcomes.sort()).toEqual(['fulfilled', 'rejected']);
  });

  test.each<[string, Partial<Named<PersonInput>>, string, string]>([
    ['no address', { email: 'somewhere' }, 'input.email', 'MALFORMED'],
    ['no login', { logins: [] }, 'input.logins', 'TOO_FEW'],
    ['a login with a space', { logins: ['a b'] }, 'input.logins', 'MALFORMED'],
    ['a time zone that is none', { timeZone: 'Toronto' }, 'input.timeZone', 'INVALID_TIME_ZONE'],
    ['an offset for a time zone', { timeZone: '-05:00' }, 'input.timeZone', 'INVALID_TIME_ZONE'],
    ['no membership', { memberships: [] }, 'input.memberships', 'TOO_FEW'],
    [
      'an organization that is not there',
      { memberships: [{ organization: 'LDC-999', roles: ['LDC_USER'] }] },
      'input.memberships.0.organization',
      'NO_SUCH_RECORD',
    ],
    [
      'a membership without a role',
      { memberships: [{ organization: 'LDC-001', roles: [] }] },
      'input.memberships.0.roles',
      'TOO_FEW',
    ],
    [
      'the same organization twice',
      { memberships: Array(2).fill({ organization: 'LDC-001', roles: ['LDC_USER'] }) },
      'input.memberships',
      'ALREADY_THERE',
    ],
    [
      'a role of the staff at a distributor',
      { memberships: [{ organization: 'LDC-001', roles: ['SME_ADMIN'] }] },
      'input.memberships.0.roles',
      'NOT_APPLICABLE',
    ],
    [
      'an auditor’s role at an agent',
      { memberships: [{ organization: 'AGT-001', roles: ['AUDITOR'] }] },
      'input.memberships.0.roles',
      'NOT_APPLICABLE',
    ],
  ])('with %s is bad input', async (_what, wrong, path, code) => {
    const created = demo.mutations.createPerson({ ...buildPerson(), ...wrong }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT', extensions: { fields: [{ path, code }] } });
  });

  test('gives other services at each step what they decide by', async () => {
    const { _id } = (await demo.mutations.createPerson(buildPerson(), ACT)).record;
    await demo.mutations.changePersonMemberships(
      _id,
      [
        { organization: 'LDC-002', roles: ['LDC_USER', 'LDC_ADMIN'] },
        { organization: 'LDC-001', roles: ['LDC_USER'] },
      ],
      ACT,
    );
    await demo.mutations.deactivatePerson(_id, ACT);
    await demo.mutations.deactivatePerson(_id, ACT);
    const [one, two] = [demo.org('LDC-001'), demo.org('LDC-002')];
    const changed = { roles: ['LDC_ADMIN', 'LDC_USER'], organizationIds: [one, two].sort() };
    expect((await eventsOf(_id)).map(({ type, organizationId, data }) => ({ type, organizationId, data }))).toEqual([
      {
        type: 'person.created',
        organizationId: one,
        data: {
          subject: { type: 'PERSON', id: _id },
          changedFields: ['name', 'email', 'active', 'memberships'],
          active: true,
          roles: ['LDC_USER'],
          organizationIds: [one],
        },
      },
      {
        type: 'person.changed',
        organizationId: two,
        data: { subject: { type: 'PERSON', id: _id }, changedFields: ['memberships'], active: true, ...changed },
      },
      {
        type: 'person.deactivated',
        organizationId: two,
        data: { subject: { type: 'PERSON', id: _id }, changedFields: ['active'], active: false, ...changed },
      },
    ]);
  });

  test('is not named in events for other services', async () => {
    const { _id, name, email, logins } = (await demo.mutations.createPerson(buildPerson(), ACT)).record;
    const sent = JSON.stringify(await eventsOf(_id));
    expect([name, email, ...logins].filter((word) => sent.includes(word))).toEqual([]);
  });
});

describe('a partner client', () => {
  test('is read as it was written', async () => {
    const { record: written } = await demo.mutations.createClient(buildClient(), ACT);
    expect(await demo.service.store.findPrincipal('CLIENT', written._id)).toEqual(written);
  });

  test('cannot have a person’s login', async () => {
    const created = demo.mutations.createClient({ ...buildClient(), logins: ['lena'] }, ACT);
    await expect(created).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('cannot be given a role of the staff', async () => {
    const memberships = [{ organization: 'SME', roles: ['SME_ANALYST'] as const }];
    const created = demo.mutations.createClient({ ...buildClient(), memberships }, ACT);
    await expect(created).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { fields: [{ path: 'input.memberships' }] },
    });
  });

  test('leaves an event for its creation and one for its end', async () => {
    const { _id } = (await demo.mutations.createClient(buildClient(), ACT)).record;
    await demo.mutations.deactivateClient(_id, ACT);
    expect(await eventsOf(_id)).toMatchObject([
      { type: 'client.created', data: { subject: { type: 'CLIENT', id: _id }, active: true } },
      { type: 'client.deactivated', data: { subject: { type: 'CLIENT', id: _id }, active: false } },
    ]);
  });
});

describe('an agent’s authorization', () => {
  const FROM = new Date('2026-01-01T05:00:00Z');
  const TO = new Date('2028-01-01T05:00:00Z');
  const grant = (wrong: object = {}, key = randomUUID()) =>
    demo.mutations.grantAuthorization(
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
    const { record: written } = await grant();
    const read = await demo.service.store.authorizationsOf([demo.org('AGT-002')], ACT.at);
    expect(read).toContainEqual(written);
  });

  test('granted twice under one key is one', async () => {
    const key = randomUUID();
    const { record, replayed } = await grant({}, key);
    expect([replayed, await grant({}, key)]).toEqual([false, { record, version: 1, replayed: true }]);
  });

  test('that is revoked is no longer found', async () => {
    const { _id } = (await grant()).record;
    const { record: revoked } = await demo.mutations.revokeAuthorization(_id, ACT);
    const read = await demo.service.store.authorizationsOf([demo.org('AGT-002')], ACT.at);
    expect([revoked.revokedAt, read.find((one) => one._id === _id)]).toEqual([ACT.at, undefined]);
  });

  test('is found to the last millisecond before its end', async () => {
    const { _id } = (await grant()).record;
    const found = async (at: Date) =>
      (await demo.service.store.authorizationsOf([demo.org('AGT-002')], at)).some((one) => one._id === _id);
    expect([await found(new Date(TO.getTime() - 1)), await found(TO)]).toEqual([true, false]);
  });

  test.each([
    ['a distributor as the agent', { agent: 'LDC-001' }, 'input.agentId', 'WRONG_KIND'],
    ['the operator as the distributor', { organization: 'SME' }, 'input.organizationId', 'WRONG_KIND'],
    ['a distributor that is not there', { organization: 'LDC-999' }, 'input.organizationId', 'NO_SUCH_RECORD'],
    ['no scope', { scopes: [] }, 'input.scopes', 'TOO_FEW'],
    ['an end before its beginning', { validTo: FROM }, 'input.validTo', 'PERIOD_BACKWARDS'],
    ['more than 24 months', { validTo: new Date(TO.getTime() + 1) }, 'input.validTo', 'OUT_OF_RANGE'],
  ])('with %s is bad input', async (_what, wrong, path, code) => {
    await expect(grant(wrong)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { fields: [{ path, code }] },
    });
  });

  test('leaves one event when it is granted and one when it is revoked', async () => {
    const { _id } = (await grant()).record;
    await demo.mutations.revokeAuthorization(_id, ACT);
    await demo.mutations.revokeAuthorization(_id, ACT);
    const data = {
      subject: { type: 'AUTHORIZATION', id: _id },
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

test('a record that does not exist cannot be changed', async () => {
  await expect(demo.mutations.deactivatePerson('per_nobody', ACT)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('other services can read every event', async () => {
  const events = await allEvents();
  expect(events.filter((event) => readDirectoryEvent(event)?.data.subject.id !== event.aggregate)).toEqual([]);
  expect(new Set(events.map(({ eventVersion }) => eventVersion))).toEqual(new Set([DIRECTORY_EVENT_VERSION]));
});

const PAGES_MAX = 50;

/** What other services receive of a record. */
async function eventsOf(aggregate: string) {
  return (await allEvents()).filter((event) => event.aggregate === aggregate);
}

async function allEvents() {
  const { log } = demo.service;
  for (let copied = 1, rounds = 0; copied > 0 && rounds < PAGES_MAX; rounds++) copied = await log.drain();
  const events: StreamEvent[] = [];
  let after = { epoch: 0, pos: 0 };
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const read = (await log.read(after)).events ?? [];
    events.push(...read);
    const last = read.at(-1);
    if (!last) break;
    after = last.position;
  }
  return events;
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
