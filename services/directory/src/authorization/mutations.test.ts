import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { NOW, startDemoDirectory, type DemoDirectory } from '../directory.fixture.ts';

let demo: DemoDirectory;

beforeAll(async () => {
  demo = await startDemoDirectory();
});
afterAll(() => demo.service.stop());

const VALID_TO = '2027-06-29T14:00:00.000Z';
/** A time as an input takes it. */
const at = (instant: string) => ({ instant });
const REASON = 'The contract ended.';

describe('authorizeAgent', () => {
  test('lets an agent act from now on, within the scopes, and tells both sides', async () => {
    const { agentAuthorization: made, version } = await authorize('hilde', {
      organizationId: 'LDC-003',
      agentId: 'agt-002',
    });
    expect(made).toMatchObject({
      agent: { code: 'AGT-002' },
      organization: { code: 'LDC-003' },
      scopes: ['TICKETS_READ', 'TICKETS_WRITE'],
      validFrom: new Date(NOW).toISOString(),
      validTo: VALID_TO,
      active: true,
      endedAt: null,
      version: 1,
      allowedActions: ['END'],
    });
    expect(version).toBe(1);
    const { delegations } = await demo.viewer('kit', 'LDC-003');
    expect(delegations).toEqual([{ organizationId: demo.org('LDC-003'), scopes: ['TICKETS_READ', 'TICKETS_WRITE'] }]);
    for (const login of ['kit', 'bo', 'sam', 'ada'])
      expect(await list(login)).toContainEqual(expect.objectContaining({ id: made.id }));
    expect(await list('lena')).not.toContainEqual(expect.objectContaining({ id: made.id }));
    expect(made.history.nodes).toMatchObject([{ kind: 'GRANTED', actor: { person: { name: 'Hilde Vanderkooi' } } }]);
  });

  test('holds from the instant that it names, to the one before its end', async () => {
    const period = { validFrom: '2026-08-01T04:00:00.000Z', validTo: '2026-09-01T04:00:00.000Z' };
    const asked = {
      validFrom: at(period.validFrom),
      validTo: { local: { time: '2026-09-01T00:00', timeZone: 'America/Toronto' } },
    };
    await authorize('marc', { organizationId: 'LDC-004', agentId: 'AGT-001', ...asked });
    const principal = await demo.principal('aga');
    expect(principal.authorizations).toContainEqual(
      expect.objectContaining({ organizationId: demo.org('LDC-004'), ...period }),
    );
    expect((await demo.viewer('aga', 'LDC-004')).delegations).toEqual([]);
  });

  test('is for the distributor’s administrators: others are refused, and strangers find nothing', async () => {
    for (const login of ['bo', 'root', 'sam', 'kit'])
      expect(await refused(login, {})).toMatchObject({ code: 'FORBIDDEN' });
    const foreign = await refused('omar', {});
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused('omar', { organizationId: 'LDC-999' })).toEqual(foreign);
  });

  test('refuses what is wrong, all at once, and tells of no stranger', async () => {
    const wrong = { scopes: [], validFrom: at('2026-06-01T00:00:00Z'), validTo: at('2026-05-01T00:00:00Z') };
    expect(await refused('hilde', wrong)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.validFrom', code: 'NOT_IN_FUTURE' },
        { path: 'input.scopes', code: 'TOO_FEW' },
        { path: 'input.validTo', code: 'PERIOD_BACKWARDS' },
      ],
    });
    expect(await refused('hilde', { agentId: 'PTR-001', validTo: at('2028-06-29T14:00:00.001Z') })).toMatchObject({
      fields: [{ path: 'input.validTo', code: 'OUT_OF_RANGE' }],
    });
    expect(await refused('hilde', { agentId: 'LDC-003' })).toMatchObject({
      fields: [{ path: 'input.agentId', code: 'WRONG_KIND' }],
    });
    for (const agentId of ['LDC-001', 'LDC-999'])
      expect(await refused('hilde', { agentId })).toMatchObject({
        fields: [{ path: 'input.agentId', code: 'NO_SUCH_RECORD' }],
      });
    expect(await refused('hilde', { validTo: { local: { time: 'noon', timeZone: 'America/Toronto' } } })).toMatchObject(
      {
        fields: [{ path: 'input.validTo', code: 'INVALID_TIME' }],
      },
    );
    expect(await refused('hilde', { agentId: 'no code' })).toMatchObject({
      fields: [{ path: 'input.agentId', code: 'NOT_AN_ID' }],
    });
  });

  test('of an agent that has one for the time already is refused; by two at once, one wins', async () => {
    const again = { organizationId: 'LDC-001', agentId: 'AGT-001' };
    expect(await refused('omar', again)).toMatchObject({ fields: [{ path: 'input.agentId', code: 'ALREADY_THERE' }] });
    const asked = await Promise.allSettled(
      [1, 2, 3].map(() => authorize('jonas', { organizationId: 'LDC-002', agentId: 'AGT-002' })),
    );
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const later = {
      organizationId: 'LDC-002',
      agentId: 'AGT-002',
      validFrom: at(VALID_TO),
      validTo: at('2028-06-29T14:00:00Z'),
    };
    expect((await authorize('jonas', later)).agentAuthorization.active).toBe(false);
  });

  test('repeated under its key is done once, though it says no beginning', async () => {
    const input = { organizationId: 'LDC-001', agentId: 'AGT-002', idempotencyKey: 'agent' };
    const first = await authorize('omar', input);
    demo.ground.time.advance(1_000);
    const again = await authorize('omar', input);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.agentAuthorization).toEqual(first.agentAuthorization);
    const other = { ...request(), ...input, scopes: ['CHANGES_READ'] };
    expect(await demo.refused('omar', 'authorizeAgent', other)).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });
});

describe('endAgentAuthorization', () => {
  test('leaves the way free: the agent can be authorized again at once', async () => {
    const input = { organizationId: 'LDC-003', agentId: 'PTR-001' };
    const first = (await authorize('hilde', input)).agentAuthorization;
    await end('hilde', { id: first.id, expectedVersion: 1 });
    const again = (await authorize('hilde', input)).agentAuthorization;
    expect(again.id).not.toBe(first.id);
    await end('hilde', { id: again.id, expectedVersion: 1 });
  });

  test('ends it at once, with the reason in its history', async () => {
    const { id, version } = await current('omar', 'LDC-001', 'AGT-001');
    const { agentAuthorization: ended } = await end('omar', { id, expectedVersion: version });
    expect(ended).toMatchObject({ active: false, endedAt: demo.ground.time.now().toISOString(), allowedActions: [] });
    expect(ended.history.nodes.at(-1)).toMatchObject({
      kind: 'REVOKED',
      remark: REASON,
      actor: { person: { name: 'Omar Haddad' } },
    });
    expect(
      (await demo.viewer('aga', 'LDC-001', 'LDC-002')).delegations.map(({ organizationId }) => organizationId),
    ).toEqual([demo.org('LDC-002')]);
    expect(
      await demo.refused('omar', 'endAgentAuthorization', { id, expectedVersion: version + 1, reason: REASON }),
    ).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      state: 'OVER',
    });
    demo.ground.time.advance(60_000);
    expect((await authorize('omar', { organizationId: 'LDC-001', agentId: 'AGT-001' })).agentAuthorization.active).toBe(
      true,
    );
  });

  test('is for the distributor’s administrators and the SME’s', async () => {
    const { id, version } = await current('sam', 'LDC-002', 'AGT-001');
    const on = { id, expectedVersion: version, reason: REASON };
    for (const login of ['priya', 'aga', 'sam', 'ada'])
      expect(await demo.refused(login, 'endAgentAuthorization', on)).toMatchObject({ code: 'FORBIDDEN' });
    const foreign = await demo.refused('omar', 'endAgentAuthorization', on);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(
      await demo.refused('omar', 'endAgentAuthorization', { ...on, id: 'aut_00000000000000000000000000' }),
    ).toEqual(foreign);
    expect(await demo.refused('root', 'endAgentAuthorization', { ...on, reason: ' ' })).toMatchObject({
      fields: [{ path: 'input.reason', code: 'REQUIRED' }],
    });
    expect(await demo.refused('root', 'endAgentAuthorization', { ...on, id: 'LDC-002' })).toMatchObject({
      fields: [{ path: 'input.id', code: 'NOT_AN_ID' }],
    });
    const asked = await Promise.allSettled([end('root', on), end('jonas', on)]);
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await demo.refused('jonas', 'endAgentAuthorization', on)).toMatchObject({ code: 'CONFLICT' });
  });

  test('repeated under its key is done once', async () => {
    const { id, version } = await current('sam', 'LDC-004', 'AGT-002');
    const input = { id, expectedVersion: version, idempotencyKey: 'end' };
    expect(await end('marc', input)).toMatchObject({ replayed: false });
    expect(await end('marc', input)).toMatchObject({ replayed: true, version: version + 1 });
  });
});

describe('the list of authorizations', () => {
  test('can be narrowed to those that are not over, to a distributor and to an agent', async () => {
    const over = await list('sam', '{ current: false }');
    const now = await list('sam', '{ current: true }');
    expect(over.length).toBeGreaterThan(0);
    expect(over.filter(({ endedAt }) => endedAt === null)).toEqual([]);
    expect(now.filter(({ endedAt }) => endedAt !== null)).toEqual([]);
    const some = await list(
      'sam',
      `{ organizationId: ["${demo.org('LDC-003')}"], agentId: ["${demo.org('AGT-001')}"] }`,
    );
    expect(some).toMatchObject([{ agent: { code: 'AGT-001' }, organization: { code: 'LDC-003' } }]);
  });

  test('gives each by its id to those who see it, and to nobody else', async () => {
    const { id } = await current('sam', 'LDC-003', 'AGT-001');
    const query = `query($of: [_Any!]!) { _entities(representations: $of) { ... on AgentAuthorization { id } } }`;
    const found = async (login: string) =>
      (await demo.ask(await demo.viewer(login), query, { of: [{ __typename: 'AgentAuthorization', id }] })).data;
    for (const login of ['bo', 'aga', 'sam']) expect(await found(login)).toEqual({ _entities: [{ id }] });
    for (const login of ['lena', 'kit']) expect(await found(login)).toEqual({ _entities: [null] });
  });
});

interface Shown {
  id: string;
  version: number;
  active: boolean;
  endedAt: string | null;
  agent: { code: string };
  organization: { code: string };
  history: { nodes: object[] };
}

interface Answer {
  version: number;
  replayed: boolean;
  agentAuthorization: Shown;
}

const AUTHORIZATION = `id version scopes validFrom validTo active endedAt allowedActions agent { code } organization { code }
  history(first: 10) { nodes { kind remark actor { person { name } } } }`;
const PAYLOAD = `version replayed agentAuthorization { ${AUTHORIZATION} }`;

function request() {
  return {
    organizationId: 'LDC-003',
    agentId: 'PTR-001',
    scopes: ['TICKETS_WRITE', 'TICKETS_READ'],
    validTo: at(VALID_TO),
  };
}

function authorize(login: string, input: object): Promise<Answer> {
  return demo.write(login, 'authorizeAgent', { input: { ...request(), ...input }, selection: PAYLOAD });
}

function refused(login: string, input: object) {
  return demo.refused(login, 'authorizeAgent', { ...request(), ...input });
}

function end(login: string, input: object): Promise<Answer> {
  return demo.write(login, 'endAgentAuthorization', { input: { reason: REASON, ...input }, selection: PAYLOAD });
}

async function current(login: string, organization: string, agent: string): Promise<Shown> {
  const found = (await list(login, '{ current: true }')).find(
    (each) => each.organization.code === organization && each.agent.code === agent,
  );
  if (!found) throw new Error(`${agent} has no authorization by ${organization}.`);
  return found;
}

async function list(login: string, filter = '{}'): Promise<Shown[]> {
  const query = `{ agentAuthorizations(first: 100, filter: ${filter}) { totalCount nodes { ${AUTHORIZATION} } } }`;
  const { data, errors } = await demo.ask<{ agentAuthorizations: { nodes: Shown[] } }>(await demo.viewer(login), query);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.agentAuthorizations.nodes;
}
