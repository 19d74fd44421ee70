import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { NOW, startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';

let demo: DemoDirectory;

beforeAll(async () => {
  demo = await startDemoDirectory();
  await demo.mutations.createPerson(
    {
      name: 'Second Root',
      email: 'second@sme.example',
      logins: ['root2'],
      language: 'EN',
      timeZone: 'UTC',
      memberships: [{ organization: 'SME', roles: ['SME_ADMIN'] }],
    },
    { at: new Date(NOW), by: SYSTEM_ACTOR },
  );
});
afterAll(() => demo.service.stop());

interface Shown {
  id: string;
  version: number;
  status: string;
  name: string;
}

const MAIN = { rank: 'MAIN', name: 'Control room', email: 'room@maplebend.example', phone: '+14165550100' };
const BACKUP = { rank: 'BACKUP', name: 'Omar Haddad', email: 'omar@maplebend.example' };
const ADDRESS = { street: '1 Main Street', city: 'Maple Bend', province: 'ON', postalCode: 'M5V 1J1', country: 'CA' };
const REASON = 'Asked for by the regulator.';

describe('updateOrganization', () => {
  test('changes name, address and contacts, keeps what is left out, and tells of it', async () => {
    const { id, version } = await organization('LDC-001');
    const first = await update('omar', { id, expectedVersion: version, name: 'Maple Bend Power', address: ADDRESS });
    expect(first).toMatchObject({ version: version + 1, organization: { name: 'Maple Bend Power', address: ADDRESS } });
    const second = await update('omar', { id, expectedVersion: version + 1, contacts: [BACKUP, MAIN] });
    expect(second.organization).toMatchObject({
      name: 'Maple Bend Power',
      address: ADDRESS,
      contacts: [MAIN, { ...BACKUP, phone: null }],
    });
    const third = await update('root', { id, expectedVersion: version + 2, address: null, contacts: [] });
    expect(third.organization).toMatchObject({ address: null, contacts: [] });
    const { nodes } = await history('omar', 'LDC-001');
    expect(nodes.slice(1)).toMatchObject([
      {
        kind: 'CHANGED',
        actor: { person: { name: 'Omar Haddad' } },
        changes: [{ field: 'name' }, { field: 'address' }],
      },
      { kind: 'CHANGED', changes: [{ field: 'contacts' }] },
      {
        kind: 'CHANGED',
        actor: { person: { name: 'Robin Root' } },
        changes: [{ field: 'address' }, { field: 'contacts' }],
      },
    ]);
  });

  test('lets lists find the new name', async () => {
    const { id, version } = await organization('LDC-008');
    await update('root', { id, expectedVersion: version, name: 'Zirconia Electric' });
    const found = await read<{ nodes: { code: string }[] }>(
      'sam',
      '{ organizations(first: 5, filter: { text: "zircon" }) { nodes { code } } }',
    );
    expect(found.nodes).toEqual([{ code: 'LDC-008' }]);
  });

  test('of nothing that differs changes nothing', async () => {
    const { id, version, name } = await organization('LDC-009');
    expect(await update('root', { id, expectedVersion: version, name })).toMatchObject({ version, replayed: false });
  });

  test('refuses what is wrong, all at once', async () => {
    const on = { id: 'LDC-001', expectedVersion: (await organization('LDC-001')).version };
    expect(await demo.refused('omar', 'updateOrganization', on)).toMatchObject({
      fields: [{ path: 'input', code: 'NOTHING_CHANGES' }],
    });
    const wrong = {
      ...on,
      name: ' ',
      address: { ...ADDRESS, city: 'a\nb', country: 'Canada' },
      contacts: [MAIN, { ...MAIN, name: '' }],
    };
    expect(await demo.refused('omar', 'updateOrganization', wrong)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.name', code: 'REQUIRED' },
        { path: 'input.address.city', code: 'NOT_ONE_LINE' },
        { path: 'input.address.country', code: 'MALFORMED' },
        { path: 'input.contacts.1.rank', code: 'ALREADY_THERE' },
        { path: 'input.contacts.1.name', code: 'REQUIRED' },
      ],
    });
    for (const country of ['ZZ', 'XX', 'UK', 'EU'])
      expect(
        await demo.refused('omar', 'updateOrganization', { ...on, address: { ...ADDRESS, country } }),
      ).toMatchObject({ fields: [{ path: 'input.address.country', code: 'UNKNOWN_CODE', args: { value: country } }] });
    const badly = { ...on, contacts: [{ ...MAIN, email: 'nobody', phone: '416 555 0100' }] };
    expect(await demo.refused('omar', 'updateOrganization', badly)).toMatchObject({
      fields: [
        { path: 'input.contacts.0.email', code: 'MALFORMED' },
        { path: 'input.contacts.0.phone', code: 'MALFORMED', args: { type: 'PhoneNumber' } },
      ],
    });
    expect((await organization('LDC-001')).version).toBe(on.expectedVersion);
  });

  test('is for its administrators: others are refused, and strangers find nothing', async () => {
    const { version: expectedVersion } = await organization('LDC-001');
    const on = { id: 'LDC-001', expectedVersion, name: 'Ours' };
    for (const login of ['lena', 'aga', 'sam', 'ada'])
      expect(await demo.refused(login, 'updateOrganization', on)).toMatchObject({ code: 'FORBIDDEN' });
    const foreign = await demo.refused('jonas', 'updateOrganization', on);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(await demo.refused('jonas', 'updateOrganization', { ...on, id: 'LDC-999' })).toEqual(foreign);
    expect(await demo.refused('jonas', 'updateOrganization', { ...on, id: 'no code' })).toMatchObject({
      fields: [{ path: 'input.id', code: 'NOT_AN_ID' }],
    });
  });

  test('on a version that is no longer the newest is a conflict; of two at once, one wins', async () => {
    const { id, version } = await organization('LDC-003');
    const names = ['One', 'Two', 'Three'];
    const answers = await Promise.all(
      names.map((name) =>
        update('hilde', { id, expectedVersion: version, name }).then(
          () => 'done',
          (error: Error) => (error.message.includes('CONFLICT') ? 'CONFLICT' : error.message),
        ),
      ),
    );
    expect(answers.sort()).toEqual(['CONFLICT', 'CONFLICT', 'done']);
    expect(
      await demo.refused('hilde', 'updateOrganization', { id, expectedVersion: version, name: 'Four' }),
    ).toMatchObject({
      code: 'CONFLICT',
      currentVersion: version + 1,
    });
  });

  test('repeated under its key is done once; the key stands for nothing else', async () => {
    const { id, version } = await organization('LDC-010');
    const input = { id, expectedVersion: version, name: 'Once', idempotencyKey: 'rename' };
    expect(await update('root', input)).toMatchObject({ version: version + 1, replayed: false });
    expect(await update('root', input)).toMatchObject({ version: version + 1, replayed: true });
    expect(await demo.refused('root', 'updateOrganization', { ...input, name: 'Twice' })).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });
});

describe('contacts', () => {
  test('are shown to its own people, agents with PROFILE_READ and the staff, and to nobody else', async () => {
    const { id, version } = await organization('LDC-002');
    await update('root', { id, expectedVersion: version, contacts: [MAIN] });
    const query = '{ organization(id: "LDC-002") { contacts { name } } }';
    const shown = async (login: string, ...actingFor: string[]) =>
      (
        await demo.ask<{ organization: { contacts: object[] | null } | null }>(
          await demo.viewer(login, ...actingFor),
          query,
        )
      ).data?.organization?.contacts;
    for (const login of ['priya', 'sam']) expect(await shown(login)).toEqual([{ name: MAIN.name }]);
    expect(await shown('aga', 'LDC-002')).toEqual([{ name: MAIN.name }]);
    for (const login of ['aga', 'pat', 'ada']) expect(await shown(login)).toBeNull();
    expect(await shown('lena')).toBeUndefined();
  });
});

describe('an organization that is suspended', () => {
  test('has nobody who signs in, but for those who belong to another one too; agents go on for others', async () => {
    const { id, version } = await organization('LDC-002');
    const before = await demo.principal('aga');
    await suspend('LDC-002', version);
    expect(await demo.principal('priya')).toMatchObject({ active: false, suspended: 'ORGANIZATION', memberships: [] });
    const after = await demo.principal('aga');
    expect(after.active).toBe(true);
    expect(after.authorizations).toEqual(before.authorizations.filter(({ organizationId }) => organizationId !== id));
    expect(after.authorizations).toHaveLength(2);
    const { authorizations } = await read<{ authorizations: { active: boolean; organization: { code: string } }[] }>(
      'aga',
      '{ me { authorizations { active organization { code } } } }',
    );
    expect(authorizations.filter(({ active }) => !active)).toEqual([
      { active: false, organization: { code: 'LDC-002' } },
    ]);
    await reinstate('LDC-002', version + 1);
    expect(await demo.principal('priya')).toMatchObject({ active: true, suspended: null });
    expect((await demo.principal('aga')).authorizations).toEqual(before.authorizations);
  });

  test('is still read by the SME and auditors, with the reason in its history', async () => {
    const { version } = await organization('LDC-004');
    await suspend('LDC-004', version);
    for (const login of ['sam', 'ada']) {
      expect(await organization('LDC-004', login)).toMatchObject({ status: 'SUSPENDED', version: version + 1 });
      expect((await history(login, 'LDC-004')).nodes.at(-1)).toMatchObject({
        kind: 'SUSPENDED',
        remark: REASON,
        version: version + 1,
      });
    }
    expect(await read('hilde', '{ organization(id: "LDC-004") { id } }')).toBeNull();
  });

  test('that is an agent acts for nobody', async () => {
    const { version } = await organization('AGT-002');
    await suspend('AGT-002', version);
    expect(await demo.principal('kit')).toMatchObject({ active: false, authorizations: [] });
    await reinstate('AGT-002', version + 1);
    expect(await demo.principal('kit')).toMatchObject({ active: true });
  });

  test('takes in nobody', async () => {
    const { version } = await organization('LDC-005');
    await suspend('LDC-005', version);
    const invited = { organizationId: 'LDC-005', name: 'New One', email: 'new@silver.example', roles: ['LDC_USER'] };
    expect(await demo.refused('root', 'invitePerson', invited)).toMatchObject({ code: 'ILLEGAL_TRANSITION' });
  });
});

describe('suspendOrganization and reinstateOrganization', () => {
  test('are for the SME’s administrators, with a reason', async () => {
    const on = { id: 'LDC-001', expectedVersion: (await organization('LDC-001')).version, reason: REASON };
    for (const mutation of ['suspendOrganization', 'reinstateOrganization']) {
      for (const login of ['omar', 'sam', 'ada'])
        expect(await demo.refused(login, mutation, on)).toMatchObject({ code: 'FORBIDDEN' });
      expect(await demo.refused('jonas', mutation, on)).toMatchObject({ code: 'NOT_FOUND' });
    }
    expect(await demo.refused('root', 'suspendOrganization', { ...on, reason: ' ' })).toMatchObject({
      fields: [{ path: 'input.reason', code: 'REQUIRED' }],
    });
  });

  test('follow each other: none is done twice, and of two at once one wins', async () => {
    const { id, version } = await organization('LDC-011');
    expect(
      await demo.refused('root', 'reinstateOrganization', { id, expectedVersion: version, reason: REASON }),
    ).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      state: 'ACTIVE',
      allowedActions: ['UPDATE', 'INVITE_PERSON', 'SUSPEND'],
    });
    const asked = await Promise.allSettled(['root', 'root2'].map((login) => suspend('LDC-011', version, { login })));
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(
      await demo.refused('root', 'suspendOrganization', { id, expectedVersion: version + 1, reason: REASON }),
    ).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      allowedActions: ['UPDATE', 'REINSTATE'],
    });
  });

  test('repeated under a key are done once', async () => {
    const { version } = await organization('LDC-012');
    const once = { login: 'root', idempotencyKey: 'suspend' };
    expect(await suspend('LDC-012', version, once)).toMatchObject({ replayed: false });
    expect(await suspend('LDC-012', version, once)).toMatchObject({ replayed: true, version: version + 1 });
  });

  test('never suspend the SME, which alone could end it', async () => {
    const { id, version } = await organization('SME');
    expect(
      await demo.refused('root', 'suspendOrganization', { id, expectedVersion: version, reason: REASON }),
    ).toMatchObject({
      code: 'LAST_ADMIN',
      organizationId: id,
    });
    expect(
      await demo.refused('sam', 'suspendOrganization', { id, expectedVersion: version, reason: REASON }),
    ).toMatchObject({
      code: 'FORBIDDEN',
    });
  });
});

test('no mutation is for somebody who has not signed in', async () => {
  const documents = [
    'updateOrganization',
    'suspendOrganization',
    'reinstateOrganization',
    'updateMyProfile',
    'invitePerson',
    'suspendPerson',
    'reinstatePerson',
    'authorizeAgent',
    'endAgentAuthorization',
  ];
  for (const name of documents) {
    const answer = await fetch(`${demo.service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `mutation { ${name}(input: {}) { version } }` }),
    });
    expect([answer.status, await answer.json()]).toMatchObject([
      401,
      { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
  }
});

const PAYLOAD = `version replayed organization { id version name status address { street city province postalCode country }
  contacts { rank name email phone } }`;

interface Answer {
  version: number;
  replayed: boolean;
  organization: Shown;
}

function update(login: string, input: object) {
  return demo.write<Answer>(login, 'updateOrganization', { input, selection: PAYLOAD });
}

function suspend(code: string, expectedVersion: number, { login = 'root', ...more } = {}) {
  const input = { id: code, expectedVersion, reason: REASON, ...more };
  return demo.write<Answer>(login, 'suspendOrganization', { input, selection: PAYLOAD });
}

function reinstate(code: string, expectedVersion: number) {
  const input = { id: code, expectedVersion, reason: REASON };
  return demo.write<Answer>('root', 'reinstateOrganization', { input, selection: PAYLOAD });
}

function organization(code: string, login = 'sam'): Promise<Shown> {
  return read(login, `{ organization(id: "${code}") { id version name status } }`);
}

async function history(login: string, code: string) {
  const query = `{ organization(id: "${code}") { history(first: 20) { nodes { kind remark version actor { person { name } } changes { field } } } } }`;
  return (await read<{ history: { nodes: object[] } }>(login, query)).history;
}

async function read<Value>(login: string, query: string): Promise<Value> {
  const { data, errors } = await demo.ask<Record<string, Value>>(await demo.viewer(login), query);
  if (errors) throw new Error(JSON.stringify(errors));
  return Object.values(data ?? {})[0] as Value;
}
