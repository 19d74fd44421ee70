import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';

const REASON = 'The account was misused.';
const DAY_MS = 86_400_000;

let demo: DemoDirectory;
let serial = 0;
/** Differs in each test. */
let name = '';

beforeAll(async () => {
  demo = await startDemoDirectory();
});
beforeEach(() => {
  serial += 1;
  name = `t${serial}`;
});
afterAll(() => demo.service.stop());

describe('updateMyProfile', () => {
  test('changes language, zone and telephone number, keeps what is left out, and tells of it', async () => {
    const { version } = await person('lena');
    const first = await profile('lena', { expectedVersion: version, language: 'FR', timeZone: 'America/Thunder_Bay' });
    expect(first).toMatchObject({ version: version + 1, replayed: false, person: { phone: null } });
    const second = await profile('lena', { expectedVersion: version + 1, phone: '+18075550100' });
    expect(second.person.phone).toBe('+18075550100');
    const me = await read('lena', '{ me { language timeZone person { phone version } } }');
    expect(me).toEqual({
      language: 'FR',
      timeZone: 'America/Thunder_Bay',
      person: { phone: '+18075550100', version: version + 2 },
    });
    expect(await demo.principal('lena')).toMatchObject({ language: 'FR', timeZone: 'America/Thunder_Bay' });
    const { nodes } = await history('lena', demo.person('lena'));
    expect(nodes.slice(1)).toMatchObject([
      { kind: 'CHANGED', changes: [{ field: 'language' }, { field: 'timeZone' }] },
      { kind: 'CHANGED', changes: [{ field: 'phone' }] },
    ]);
    expect((await profile('lena', { expectedVersion: version + 2, phone: null })).person.phone).toBeNull();
  });

  test('is shown to colleagues and the staff', async () => {
    const { version } = await person('hilde');
    await profile('hilde', { expectedVersion: version, phone: '+14165550111' });
    const query = `{ person(id: "${demo.person('hilde')}") { phone } }`;
    for (const login of ['bo', 'sam']) expect(await read(login, query)).toEqual({ phone: '+14165550111' });
    expect(await read('ada', query)).toEqual({ phone: null });
    expect(await read('lena', query)).toBeNull();
  });

  test('refuses what is wrong, and changes nothing', async () => {
    const { version } = await person('bo');
    const wrong = { expectedVersion: version, timeZone: 'Mars/Olympus', phone: '0800' };
    expect(await demo.refused('bo', 'updateMyProfile', wrong)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.timeZone', code: 'INVALID_TIME_ZONE' },
        { path: 'input.phone', code: 'MALFORMED', args: { type: 'PhoneNumber' } },
      ],
    });
    expect(await demo.refused('bo', 'updateMyProfile', { expectedVersion: version })).toMatchObject({
      fields: [{ path: 'input', code: 'NOTHING_CHANGES' }],
    });
    expect((await person('bo')).version).toBe(version);
  });

  test('is not for systems', async () => {
    const input = { expectedVersion: 1, language: 'FR', idempotencyKey: name };
    expect(await demo.refused('demo-partner', 'updateMyProfile', input)).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('on an older version is a conflict, and repeated under its key is done once', async () => {
    const { version } = await person('ines');
    const input = { expectedVersion: version, language: 'EN', idempotencyKey: name };
    expect(await profile('ines', input)).toMatchObject({ replayed: false });
    expect(await profile('ines', input)).toMatchObject({ replayed: true, version: version + 1 });
    const older = { expectedVersion: version, language: 'FR' };
    expect(await demo.refused('ines', 'updateMyProfile', older)).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('invitePerson', () => {
  test('makes somebody INVITED, who signs in by nothing, sees nothing and can be assigned nothing', async () => {
    const { person: made, version } = await invite('omar', {});
    expect(version).toBe(1);
    expect(made).toMatchObject({
      status: 'INVITED',
      active: false,
      name: `Person ${name}`,
      email: `${name}@maplebend.example`,
    });
    expect(made.memberships).toEqual([{ organization: { code: 'LDC-001' }, roles: ['LDC_USER'] }]);
    expect(made.invitationEndsAt).toBe('2026-07-29T14:00:00.000Z');
    const { logins = [] } = (await demo.service.store.peopleById('ALL', [made.id]))[0] ?? {};
    expect(await demo.service.store.findLogin(logins[0] ?? '')).toBeNull();
    expect((await history('omar', made.id)).nodes).toMatchObject([
      { kind: 'CREATED', actor: { person: { name: 'Omar Haddad' } } },
    ]);
  });

  test('is for the administrators of the organization, and the SME’s', async () => {
    expect(await refusedInvite('lena', {})).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusedInvite('sam', {})).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusedInvite('omar', { organizationId: 'SME', roles: ['SME_ANALYST'] })).toMatchObject({
      code: 'FORBIDDEN',
    });
    const foreign = await refusedInvite('omar', { organizationId: 'LDC-002' });
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusedInvite('omar', { organizationId: 'LDC-999' })).toEqual(foreign);
    expect((await invite('root', { organizationId: 'AGT-001', roles: ['AGENT_USER'] })).person.status).toBe('INVITED');
  });

  test('gives no role that its author cannot give', async () => {
    expect(await refusedInvite('omar', { roles: ['CAB_MEMBER'] })).toMatchObject({
      fields: [{ path: 'input.roles', code: 'NOT_ALLOWED' }],
    });
    expect(await refusedInvite('root', { roles: ['SME_ANALYST'] })).toMatchObject({
      fields: [{ path: 'input.roles', code: 'NOT_APPLICABLE' }],
    });
    expect(await refusedInvite('omar', { roles: [], name: '' })).toMatchObject({
      fields: [
        { path: 'input.name', code: 'REQUIRED' },
        { path: 'input.roles', code: 'TOO_FEW' },
      ],
    });
  });

  test('gives the role of an administrator to the first one alone', async () => {
    const asAdministrator = { roles: ['LDC_ADMIN'] };
    for (const login of ['omar', 'root'])
      expect(await refusedInvite(login, asAdministrator)).toMatchObject({
        code: 'SECOND_APPROVER_REQUIRED',
        approvers: ['LDC_ADMIN', 'SME_ADMIN'],
      });
    const first = { ...asAdministrator, organizationId: 'LDC-006' };
    expect((await invite('root', first)).person.memberships).toMatchObject([{ roles: ['LDC_ADMIN'] }]);
    expect(await refusedInvite('root', { ...first, email: 'other@pine.example' })).toMatchObject({
      code: 'SECOND_APPROVER_REQUIRED',
    });
  });

  test('by two at once makes one first administrator', async () => {
    const asked = await Promise.allSettled(
      ['a', 'b', 'c'].map((each) =>
        invite('root', { organizationId: 'LDC-020', roles: ['LDC_ADMIN'], email: `${each}@beaver.example` }),
      ),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const administrators = await demo.service.store.administratorsOf(
      { organizationId: demo.org('LDC-020'), role: 'LDC_ADMIN' },
      { invitedAt: demo.ground.time.now() },
    );
    expect(administrators).toHaveLength(1);
  });

  test('of an address that the organization knows is refused, in whatever case; that another one knows it, nobody learns', async () => {
    const twice = { email: `${name}@maplebend.example` };
    await invite('omar', twice);
    for (const email of [twice.email, twice.email.toUpperCase(), 'lena.kowalchuk@maplebend.example'])
      expect(await refusedInvite('omar', { email })).toMatchObject({
        fields: [{ path: 'input.email', code: 'ALREADY_THERE' }],
      });
    expect((await invite('jonas', { ...twice, organizationId: 'LDC-002' })).person.status).toBe('INVITED');
    expect(
      (await invite('jonas', { email: 'lena.kowalchuk@maplebend.example', organizationId: 'LDC-002' })).person.status,
    ).toBe('INVITED');
  });

  test('of one address by two at once makes one person', async () => {
    const asked = await Promise.allSettled(['omar', 'root', 'omar'].map((login) => invite(login, {})));
    const refused = asked.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    expect(refused).toHaveLength(2);
    for (const each of refused) expect(each).toContain('ALREADY_THERE');
  });

  test('repeated under its key invites once', async () => {
    const input = { idempotencyKey: name };
    const first = await invite('omar', input);
    const again = await invite('omar', input);
    expect([first.replayed, again.replayed, again.person.id]).toEqual([false, true, first.person.id]);
    expect(await refusedInvite('omar', { ...input, name: 'Another' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  test('again after the invitation lapsed makes room for a new one', async () => {
    const first = await invite('omar', {});
    demo.ground.time.advance(30 * DAY_MS);
    const again = await invite('omar', {});
    expect(again.person.id).not.toBe(first.person.id);
    expect(await person(first.person.id)).toMatchObject({ status: 'LEFT', invitationEndsAt: null });
  });
});

describe('suspendPerson and reinstatePerson', () => {
  test('take the right to sign in away and give it back, with the reason in the history', async () => {
    const { id, version } = await person('marc');
    const second = await administrator('LDC-004');
    expect(await suspend('marc', version)).toMatchObject({
      version: version + 1,
      person: { status: 'SUSPENDED', active: false },
    });
    expect(await demo.principal('marc')).toMatchObject({ active: false, suspended: 'PRINCIPAL' });
    expect(await reinstate('marc', version + 1)).toMatchObject({ person: { status: 'ACTIVE', active: true } });
    expect(await demo.principal('marc')).toMatchObject({ active: true, suspended: null });
    const { nodes } = await history(second, id);
    expect(nodes.slice(-2)).toMatchObject([
      { kind: 'SUSPENDED', remark: REASON, actor: { person: { name: 'Robin Root' } } },
      { kind: 'REINSTATED', remark: REASON },
    ]);
  });

  test('are for the SME’s administrators, with a reason', async () => {
    const on = { id: demo.person('priya'), expectedVersion: 1, reason: REASON };
    for (const mutation of ['suspendPerson', 'reinstatePerson']) {
      for (const login of ['jonas', 'sam', 'ada'])
        expect(await demo.refused(login, mutation, on)).toMatchObject({ code: 'FORBIDDEN' });
      const foreign = await demo.refused('omar', mutation, on);
      expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
      expect(await demo.refused('omar', mutation, { ...on, id: 'per_00000000000000000000000000' })).toEqual(foreign);
      expect(await demo.refused('root', mutation, { ...on, id: 'priya' })).toMatchObject({
        fields: [{ path: 'input.id', code: 'NOT_AN_ID' }],
      });
    }
    expect(await demo.refused('root', 'suspendPerson', { ...on, reason: '' })).toMatchObject({
      fields: [{ path: 'input.reason', code: 'REQUIRED' }],
    });
    expect(await demo.refused('root', 'reinstatePerson', on)).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      allowedActions: ['SUSPEND'],
    });
  });

  test('of one version by two at once: one wins', async () => {
    const { version } = await person('tess');
    const asked = await Promise.allSettled([suspend('tess', version), suspend('tess', version)]);
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const input = { id: demo.person('tess'), expectedVersion: version, reason: REASON };
    expect(await demo.refused('root', 'suspendPerson', input)).toMatchObject({ code: 'CONFLICT' });
  });

  test('repeated under a key are done once, also for an administrator', async () => {
    const other = await administrator('LDC-030');
    await administrator('LDC-030');
    const { version } = await person(other);
    const once = { idempotencyKey: name };
    expect(await suspend(other, version, once)).toMatchObject({ replayed: false });
    expect(await suspend(other, version, once)).toMatchObject({ replayed: true, version: version + 1 });
  });

  test('keep an invitation waiting that was not accepted', async () => {
    const { person: invited } = await invite('omar', {});
    await suspend(invited.id, 1);
    expect(await accept('later', invited.email)).toBeNull();
    expect(await reinstate(invited.id, 2)).toMatchObject({ person: { status: 'INVITED', active: false } });
  });
});

describe('the last active administrator of an organization', () => {
  test('is suspended by nobody, and stays by every other path too', async () => {
    const { id, version } = await person('jonas');
    const refusal = { code: 'LAST_ADMIN', extensions: { organizationId: demo.org('LDC-002') } };
    expect(await demo.refused('root', 'suspendPerson', { id, expectedVersion: version, reason: REASON })).toMatchObject(
      {
        code: 'LAST_ADMIN',
        organizationId: demo.org('LDC-002'),
      },
    );
    const act = { at: demo.ground.time.now(), by: SYSTEM_ACTOR };
    await expect(demo.mutations.deactivatePerson(id, act)).rejects.toMatchObject(refusal);
    const asUser = [{ organization: 'LDC-002', roles: ['LDC_USER'] as const }];
    await expect(demo.mutations.changePersonMemberships(id, asUser, act)).rejects.toMatchObject(refusal);
    const root = await person('root');
    expect(
      await demo.refused('root', 'suspendPerson', { id: root.id, expectedVersion: root.version, reason: REASON }),
    ).toMatchObject({
      code: 'LAST_ADMIN',
    });
    expect(await person('jonas')).toMatchObject({ status: 'ACTIVE', version });
  });

  test('of two whom two suspend at once stays', async () => {
    for (const code of ['LDC-040', 'LDC-041', 'LDC-042']) {
      const both = [await administrator(code), await administrator(code)];
      const asked = await Promise.allSettled(both.map(async (login) => suspend(login, (await person(login)).version)));
      expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const left = await Promise.all(both.map(person));
      expect(left.filter(({ status }) => status === 'ACTIVE')).toHaveLength(1);
    }
  });

  test('may go once another one came back', async () => {
    const [one, other] = [await administrator('LDC-043'), await administrator('LDC-043')];
    await suspend(one, 1);
    const input = { id: demo.person('lena'), expectedVersion: 1, reason: REASON };
    const id = (await person(other)).id;
    expect(await demo.refused('root', 'suspendPerson', { ...input, id })).toMatchObject({ code: 'LAST_ADMIN' });
    await reinstate(one, 2);
    expect(await suspend(other, 1)).toMatchObject({ person: { status: 'SUSPENDED' } });
  });

  test('is not somebody who is only invited', async () => {
    await invite('root', { organizationId: 'LDC-044', roles: ['LDC_ADMIN'] });
    const only = await administrator('LDC-044');
    const { id, version } = await person(only);
    expect(await demo.refused('root', 'suspendPerson', { id, expectedVersion: version, reason: REASON })).toMatchObject(
      { code: 'LAST_ADMIN' },
    );
  });
});

describe('an invitation', () => {
  test('is accepted by the first sign-in with its address, once', async () => {
    const { person: invited } = await invite('omar', { language: 'FR' });
    expect(await accept(`sub-${name}`, invited.email.toUpperCase())).toMatchObject({
      id: invited.id,
      active: true,
      language: 'FR',
      memberships: [{ organizationId: demo.org('LDC-001'), roles: ['LDC_USER'] }],
    });
    expect(await person(invited.id)).toMatchObject({ status: 'ACTIVE', active: true, invitationEndsAt: null });
    expect((await history('omar', invited.id)).nodes.at(-1)).toMatchObject({ kind: 'ACTIVATED' });
    expect(await accept(`other-${name}`, invited.email)).toBeNull();
    expect(await accept(`sub-${name}`, invited.email)).toMatchObject({ id: invited.id });
  });

  test('is accepted once, though two sign in with its address at once', async () => {
    const { person: invited } = await invite('omar', {});
    const found = await Promise.all(['a', 'b'].map((each) => accept(`${each}-${name}`, invited.email)));
    expect(found.filter(Boolean)).toHaveLength(1);
  });

  test('of somebody who signs in already changes nothing', async () => {
    const { person: invited } = await invite('jonas', { organizationId: 'LDC-002', email: `${name}@cedar.example` });
    expect(await accept('lena', invited.email)).toMatchObject({
      id: demo.person('lena'),
      memberships: [{ organizationId: demo.org('LDC-001') }],
    });
    expect(await person(invited.id)).toMatchObject({ status: 'INVITED' });
  });

  test('that lapsed, and one by an organization that was suspended since, lets nobody in', async () => {
    const { person: lapsed } = await invite('omar', {});
    demo.ground.time.advance(30 * DAY_MS);
    expect(await accept(`late-${name}`, lapsed.email)).toBeNull();
    const { person: invited } = await invite('root', { organizationId: 'LDC-050', email: `${name}@golden.example` });
    const act = { at: demo.ground.time.now(), by: SYSTEM_ACTOR };
    await demo.mutations.setOrganizationStatus(demo.org('LDC-050'), 'SUSPENDED', act);
    expect(await accept(`sub-${name}`, invited.email)).toBeNull();
  });

  test.each([{}, { login: 'a' }, { login: 'no login: x', email: 'a@b.ca' }, { login: 'a', email: 'a@b.ca', more: 1 }])(
    'is not accepted by %p',
    async (body) => {
      expect((await post(body)).status).toBe(400);
    },
  );

  test('is not accepted by a viewer', async () => {
    const token = await demo.ground.sign('directory', { purpose: 'REQUEST', viewer: await demo.viewer('lena') });
    expect((await post({ login: 'a', email: 'a@b.ca' }, token)).status).toBe(401);
  });
});

interface Shown {
  id: string;
  version: number;
  name: string;
  email: string;
  phone: string | null;
  status: string;
  active: boolean;
  invitationEndsAt: string | null;
  memberships: { roles: string[] }[];
}

interface Answer {
  version: number;
  replayed: boolean;
  person: Shown;
}

const PERSON = 'id version name email phone status active invitationEndsAt memberships { organization { code } roles }';
const PAYLOAD = `version replayed person { ${PERSON} }`;

/** A person by login or id, as the SME's staff see it. */
async function person(loginOrId: string): Promise<Shown> {
  return read('sam', `{ person(id: "${await idOf(loginOrId)}") { ${PERSON} } }`);
}

async function idOf(loginOrId: string): Promise<string> {
  return loginOrId.startsWith('per_') ? loginOrId : ((await demo.service.store.findLogin(loginOrId))?._id ?? '');
}

function profile(login: string, input: object): Promise<Answer> {
  return demo.write(login, 'updateMyProfile', { input, selection: PAYLOAD });
}

function invitation(): { organizationId: string; name: string; email: string; roles: string[] } {
  return { organizationId: 'LDC-001', name: `Person ${name}`, email: `${name}@maplebend.example`, roles: ['LDC_USER'] };
}

function invite(login: string, input: object): Promise<Answer> {
  return demo.write(login, 'invitePerson', { input: { ...invitation(), ...input }, selection: PAYLOAD });
}

function refusedInvite(login: string, input: object) {
  return demo.refused(login, 'invitePerson', { ...invitation(), ...input });
}

async function suspend(loginOrId: string, expectedVersion: number, more: object = {}): Promise<Answer> {
  const input = { id: await idOf(loginOrId), expectedVersion, reason: REASON, ...more };
  return demo.write('root', 'suspendPerson', { input, selection: PAYLOAD });
}

async function reinstate(loginOrId: string, expectedVersion: number): Promise<Answer> {
  const input = { id: await idOf(loginOrId), expectedVersion, reason: REASON };
  return demo.write('root', 'reinstatePerson', { input, selection: PAYLOAD });
}

/** Makes an administrator of a distributor, and gives the login. */
async function administrator(organization: string): Promise<string> {
  serial += 1;
  const login = `admin-${serial}`;
  await demo.mutations.createPerson(
    {
      name: `Admin ${serial}`,
      email: `${login}@test.example`,
      logins: [login],
      language: 'EN',
      timeZone: 'America/Toronto',
      memberships: [{ organization, roles: ['LDC_ADMIN'] }],
    },
    { at: demo.ground.time.now(), by: SYSTEM_ACTOR },
  );
  return login;
}

async function accept(login: string, email: string): Promise<object | null> {
  const answer = await post({ login, email });
  return ((await answer.json()) as { principal: object | null }).principal;
}

async function post(body: object, token?: string): Promise<Response> {
  const bearer = token ?? (await demo.ground.sign('directory', { purpose: 'SERVICE', viewer: null }));
  return fetch(`${demo.service.url}/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  });
}

async function history(login: string, id: string): Promise<{ nodes: object[] }> {
  const query = `{ person(id: "${id}") { history(first: 20) { nodes { kind remark actor { person { name } } changes { field } } } } }`;
  return (await read<{ history: { nodes: object[] } }>(login, query)).history;
}

async function read<Value>(login: string, query: string): Promise<Value> {
  const { data, errors } = await demo.ask<Record<string, Value>>(await demo.viewer(login), query);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data ?? {})[0] as Value;
}
