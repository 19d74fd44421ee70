import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ERROR_CODES, FIELD_PROBLEMS } from '@desk/kit/api/errors';
import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { scopeViewer, type Viewer } from '@desk/kit/api/viewer';
import mongoose from 'mongoose';
import { NOW, startDemoDirectory, type DemoDirectory } from './directory.fixture.ts';

let demo: DemoDirectory;
let lena: Viewer;
let aga: Viewer;
let sam: Viewer;
let ada: Viewer;

beforeAll(async () => {
  demo = await startDemoDirectory();
  lena = await demo.viewer('lena');
  aga = await demo.viewer('aga', 'LDC-001', 'LDC-002');
  sam = await demo.viewer('sam');
  ada = await demo.viewer('ada');
});

afterAll(() => demo.service.stop());

const ME = `{ me { id kind name language timeZone person { id name email active }
  memberships { organization { code } roles }
  authorizations { id agent { code } organization { code name } scopes validFrom validTo active }
  actingFor { code } } }`;

describe('me', () => {
  test('a distributor’s user reads her whole record', async () => {
    expect(await data(lena, ME)).toEqual({
      me: {
        id: demo.person('lena'),
        kind: 'PERSON',
        name: 'Lena Kowalchuk',
        language: 'EN',
        timeZone: 'America/Toronto',
        person: {
          id: demo.person('lena'),
          name: 'Lena Kowalchuk',
          email: 'lena.kowalchuk@maplebend.example',
          active: true,
        },
        memberships: [{ organization: { code: 'LDC-001' }, roles: ['LDC_USER'] }],
        authorizations: [],
        actingFor: [],
      },
    });
  });

  test('an agent reads for which distributors she may act, by name, before she acts for one', async () => {
    const { me } = await data<{ me: { authorizations: object[] } }>(await demo.viewer('aga'), ME);
    expect(me.authorizations).toHaveLength(3);
    expect(me.authorizations).toContainEqual({
      id: expect.any(String),
      agent: { code: 'AGT-001' },
      organization: { code: 'LDC-003', name: 'Otter Falls Electric' },
      scopes: ['CHANGES_READ', 'TICKETS_READ', 'TICKETS_WRITE'],
      validFrom: '2026-03-29T14:00:00.000Z',
      validTo: '2028-03-29T14:00:00.000Z',
      active: true,
    });
  });

  test('an agent reads for which distributors this request acts', async () => {
    const { me } = await data<{ me: { actingFor: { code: string }[] } }>(aga, '{ me { actingFor { code } } }');
    expect(me.actingFor.map(({ code }) => code)).toEqual(['LDC-001', 'LDC-002']);
  });

  test.each([
    ['an analyst', () => sam, { staff: true, auditor: false }],
    ['an auditor', () => ada, { staff: false, auditor: true }],
    ['a distributor’s user', () => lena, { staff: false, auditor: false }],
  ])('%s reads whether it is staff or an auditor', async (_who, viewer, part) => {
    expect(await data(viewer(), '{ me { staff auditor } }')).toEqual({ me: part });
  });

  test('a partner system is a principal without a person', async () => {
    const partner = await demo.viewer('demo-partner');
    expect(await data(partner, '{ me { kind name person { id } authorizations { organization { code } } } }')).toEqual({
      me: {
        kind: 'CLIENT',
        name: 'Voltage Bridge billing connector',
        person: null,
        authorizations: [{ organization: { code: 'LDC-001' } }, { organization: { code: 'LDC-002' } }],
      },
    });
  });

  test('a live scope has no me', async () => {
    expect(await data(scopeViewer(lena), ME)).toEqual({ me: null });
  });
});

describe('an organization', () => {
  const ORGANIZATION = `query ($id: ID!) { organization(id: $id) { id code name type status version createdAt updatedAt } }`;

  test('is found by id', async () => {
    expect(await data(lena, ORGANIZATION, { id: demo.org('LDC-001') })).toEqual({
      organization: {
        id: demo.org('LDC-001'),
        code: 'LDC-001',
        name: 'Maple Bend Hydro',
        type: 'LDC',
        status: 'ACTIVE',
        version: 1,
        createdAt: '2026-06-29T14:00:00.000Z',
        updatedAt: '2026-06-29T14:00:00.000Z',
      },
    });
  });

  test.each(['', 'LDC 001', 'ldc_001', 'per_00000000000000000000000000', 'x'.repeat(21)])(
    'that is asked for by %p, neither id nor code, is bad input',
    async (id) => {
      expect(await refusal(lena, ORGANIZATION, { id })).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: [{ path: 'id', code: 'NOT_AN_ID', args: { prefixes: ['org'] } }],
      });
    },
  );

  test('that is refused takes no other one with it', async () => {
    const both = await answer(
      lena,
      '{ wrong: organization(id: "?") { code } right: organization(id: "SME") { code } }',
    );
    expect([both.data, both.errors?.map(({ path }) => path)]).toEqual([
      { wrong: null, right: { code: 'SME' } },
      [['wrong']],
    ]);
  });

  test('says when it last changed', async () => {
    const code = 'LDC-042';
    const at = new Date('2026-06-30T09:30:00Z');
    await demo.mutations.setOrganizationStatus(demo.org(code), 'SUSPENDED', { at, by: SYSTEM_ACTOR });
    const { organization } = await data<{ organization: object }>(sam, ORGANIZATION, { id: code });
    expect(organization).toMatchObject({
      createdAt: '2026-06-29T14:00:00.000Z',
      updatedAt: '2026-06-30T09:30:00.000Z',
    });
  });

  test.each(['LDC-001', 'ldc-001'])('is found by its code, %s', async (id) => {
    expect(await data(lena, ORGANIZATION, { id })).toMatchObject({ organization: { code: 'LDC-001' } });
  });

  test.each([
    ['her own', 'LDC-001', true],
    ['the operator', 'SME', true],
    ['an agent that she authorized', 'AGT-001', true],
    ['a partner that she authorized', 'PTR-001', true],
    ['another distributor', 'LDC-002', false],
    ['an agent that only others authorized', 'AGT-002', false],
  ])('a distributor’s user asks for %s, %s: seen is %p', async (_what, id, seen) => {
    const { organization } = await data<{ organization: unknown }>(lena, ORGANIZATION, { id });
    expect(organization !== null).toBe(seen);
  });

  test('one of somebody else answers in every byte like one that does not exist', async () => {
    const foreign = await answer(lena, ORGANIZATION, { id: demo.org('LDC-002') });
    const unknown = await answer(lena, ORGANIZATION, { id: 'org_00000000000000000000000000' });
    expect(foreign).toEqual(unknown);
  });

  test.each([
    ['an analyst', () => sam],
    ['an auditor', () => ada],
  ])('%s sees all of them', async (_who, viewer) => {
    const { organizations } = await data<{ organizations: { totalCount: number } }>(
      viewer(),
      '{ organizations(first: 1) { totalCount } }',
    );
    expect(organizations.totalCount).toBe(64);
  });

  test('an authorization that is revoked hides both sides from each other', async () => {
    const act = { at: demo.ground.time.now(), by: SYSTEM_ACTOR };
    const period = { validFrom: new Date(NOW), validTo: new Date('2027-01-01T05:00:00Z') };
    const { record: granted } = await demo.mutations.grantAuthorization(
      'short-lived',
      { agent: 'AGT-002', organization: 'LDC-006', scopes: ['TICKETS_READ'], ...period },
      act,
    );
    const noor = await demo.viewer('noor');
    const before = await data(noor, ORGANIZATION, { id: 'AGT-002' });
    await demo.mutations.revokeAuthorization(granted._id, act);
    const after = await data(noor, ORGANIZATION, { id: 'AGT-002' });
    expect([before, after]).toEqual([
      { organization: expect.objectContaining({ code: 'AGT-002' }) },
      { organization: null },
    ]);
  });
});

describe('the list of organizations', () => {
  const LIST = `query ($first: Int, $last: Int, $after: Cursor, $before: Cursor, $filter: OrganizationFilter) {
    organizations(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
      edges { cursor node { id } } nodes { id code name type status version } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

  test('is paged in the order of codes', async () => {
    const filter = { type: ['LDC'] };
    const first = await list(sam, LIST, { first: 2, filter });
    const second = await list(sam, LIST, { first: 2, filter, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...second.nodes].map(({ code }) => code)).toEqual([
      'LDC-001',
      'LDC-002',
      'LDC-003',
      'LDC-004',
    ]);
  });

  test('counts all of them, whatever the page', async () => {
    expect((await list(sam, LIST, { last: 1, filter: { type: ['LDC'] } })).totalCount).toBe(60);
  });

  test('holds for a distributor’s user what she sees', async () => {
    const { nodes, totalCount } = await list(lena, LIST, { first: 10 });
    expect([nodes.map(({ code }) => code), totalCount]).toEqual([['AGT-001', 'LDC-001', 'PTR-001', 'SME'], 4]);
  });

  test('holds for an agent her company, the distributors that authorized it, and the operator', async () => {
    const { nodes } = await list(aga, LIST, { first: 10 });
    expect(nodes.map(({ code }) => code)).toEqual(['AGT-001', 'LDC-001', 'LDC-002', 'LDC-003', 'SME']);
  });

  test.each([
    ['LDC-004', ['LDC-004']],
    ['epinettes', ['LDC-004']],
    ['ÉPIN', ['LDC-004']],
    ['hydro maple', ['LDC-001']],
    ['.*', []],
    ['aple', []],
  ])('the words %p find %p', async (text, found) => {
    const { nodes } = await list(sam, LIST, { first: 10, filter: { text } });
    expect(nodes.map(({ code }) => code)).toEqual(found);
  });

  test('gives each row its own cursor', async () => {
    const { edges, nodes, pageInfo } = await list(sam, LIST, { first: 3 });
    expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
    expect([edges[0]?.cursor, edges[2]?.cursor]).toEqual([pageInfo.startCursor, pageInfo.endCursor]);
    const behind = await list(sam, LIST, { first: 2, after: edges[0]?.cursor });
    expect(behind.nodes).toEqual(nodes.slice(1));
  });

  test('can be narrowed to ids, of which it holds those that the viewer sees', async () => {
    const filter = {
      ids: [demo.org('LDC-002'), demo.org('SME'), demo.org('AGT-001'), 'org_00000000000000000000000000'],
    };
    const { nodes, totalCount } = await list(lena, LIST, { first: 10, filter });
    expect([nodes.map(({ code }) => code), totalCount]).toEqual([['AGT-001', 'SME'], 2]);
  });

  test('can be narrowed to those that changed from one instant on and before another', async () => {
    const changedAt = new Date('2026-07-02T10:00:00Z');
    await demo.mutations.setOrganizationStatus(demo.org('LDC-041'), 'SUSPENDED', { at: changedAt, by: SYSTEM_ACTOR });
    const changed = async (filter: object) =>
      (await list(sam, LIST, { first: 10, filter })).nodes.map(({ code }) => code);
    const justAfter = new Date(changedAt.getTime() + 1);
    expect(await changed({ updatedFrom: changedAt })).toEqual(['LDC-041']);
    expect(await changed({ updatedFrom: justAfter })).toEqual([]);
    expect(await changed({ ids: [demo.org('LDC-041')], updatedBefore: changedAt })).toEqual([]);
    expect(await changed({ ids: [demo.org('LDC-041')], updatedBefore: justAfter })).toEqual(['LDC-041']);
  });

  test.each([
    ['neither first nor last', {}, 'first'],
    ['a page that is too large', { first: 101 }, 'first'],
    ['a cursor that is none', { first: 1, after: 'x' }, 'after'],
    ['an id that is none', { first: 1, filter: { ids: ['LDC-001'] } }, 'filter.ids.0'],
    ['the id of a person', { first: 1, filter: { ids: ['per_1'] } }, 'filter.ids.0'],
    ['a text that is too long', { first: 1, filter: { text: 'x'.repeat(201) } }, 'filter.text'],
    ['too many types', { first: 1, filter: { type: Array(101).fill('LDC') } }, 'filter.type'],
  ])('%s is bad input', async (_what, variables, path) => {
    expect(await refusal(sam, LIST, variables)).toMatchObject({ code: 'BAD_USER_INPUT', fields: [{ path }] });
  });
});

describe('a person', () => {
  const PERSON =
    'query ($id: ID!) { person(id: $id) { id name email active memberships { organization { code } roles } } }';

  test('a colleague is shown with her address', async () => {
    expect(await data(lena, PERSON, { id: demo.person('omar') })).toEqual({
      person: {
        id: demo.person('omar'),
        name: 'Omar Haddad',
        email: 'omar.haddad@maplebend.example',
        active: true,
        memberships: [{ organization: { code: 'LDC-001' }, roles: ['LDC_ADMIN', 'LDC_USER'] }],
      },
    });
  });

  test.each([
    ['the operator’s staff', () => lena, 'sam', 'Sam Okafor', null],
    ['somebody of the distributor that an agent acts for', () => aga, 'lena', 'Lena Kowalchuk', null],
    ['anybody, by the staff', () => sam, 'lena', 'Lena Kowalchuk', 'lena.kowalchuk@maplebend.example'],
    ['anybody, by an auditor', () => ada, 'lena', 'Lena Kowalchuk', null],
  ])(
    '%s is shown by name, and the address to colleagues and staff alone',
    async (_what, viewer, login, name, email) => {
      expect(await data(viewer(), PERSON, { id: demo.person(login) })).toMatchObject({ person: { name, email } });
    },
  );

  test.each(['', 'lena', 'org_00000000000000000000000000'])(
    'that is asked for by %p, which is no id of a person, is bad input',
    async (id) => {
      expect(await refusal(lena, PERSON, { id })).toMatchObject({
        code: 'BAD_USER_INPUT',
        fields: [{ path: 'id', code: 'NOT_AN_ID', args: { prefixes: ['per'] } }],
      });
    },
  );

  test.each(['priya', 'aga', 'pat'])('%s, of another company, is not shown to a distributor’s user', async (login) => {
    expect(await data(lena, PERSON, { id: demo.person(login) })).toEqual({ person: null });
  });

  test('an agent who names no distributor does not see the people of those that authorized her company', async () => {
    expect(await data(await demo.viewer('aga'), PERSON, { id: demo.person('lena') })).toEqual({ person: null });
  });

  test('one of somebody else answers in every byte like one that does not exist', async () => {
    const foreign = await answer(lena, PERSON, { id: demo.person('priya') });
    const unknown = await answer(lena, PERSON, { id: 'per_00000000000000000000000000' });
    expect(foreign).toEqual(unknown);
  });
});

describe('the list of people', () => {
  const LIST = `query ($first: Int, $last: Int, $after: Cursor, $before: Cursor, $filter: PersonFilter) {
    people(first: $first, last: $last, after: $after, before: $before, filter: $filter) {
      edges { cursor node { id } } nodes { id name email active memberships { organization { code } roles } } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const names = ({ nodes }: { nodes: { name: string }[] }) => nodes.map(({ name }) => name);

  test('is in the order of names, accents aside', async () => {
    const analysts = await list(sam, LIST, { first: 10, filter: { role: ['SME_ANALYST'] } });
    expect(names(analysts)).toEqual([
      'Dev Malhotra',
      'Élise Charbonneau',
      'Mei-Lin Chow',
      'Sam Okafor',
      'Tom Ferreira',
    ]);
  });

  test('holds for a distributor’s user her colleagues and the operator’s people', async () => {
    const { nodes } = await list(lena, LIST, { first: 50 });
    const codes = new Set(nodes.flatMap(({ memberships }) => memberships.map(({ organization }) => organization.code)));
    expect([...codes].sort()).toEqual(['LDC-001', 'SME']);
  });

  test('can be narrowed to organizations', async () => {
    const colleagues = await list(lena, LIST, { first: 10, filter: { organizationId: [demo.org('LDC-001')] } });
    expect([names(colleagues), colleagues.totalCount]).toEqual([['Lena Kowalchuk', 'Omar Haddad'], 2]);
    const both = { organizationId: [demo.org('LDC-001'), demo.org('LDC-003')] };
    const { nodes } = await list(sam, LIST, { first: 20, filter: both });
    const codes = new Set(nodes.flatMap(({ memberships }) => memberships.map(({ organization }) => organization.code)));
    expect([...codes].sort()).toEqual(['LDC-001', 'LDC-003']);
  });

  test('of an organization that the viewer does not see is empty, as of one that does not exist', async () => {
    const foreign = await list(lena, LIST, { first: 10, filter: { organizationId: [demo.org('LDC-002')] } });
    const unknown = await list(lena, LIST, {
      first: 10,
      filter: { organizationId: ['org_00000000000000000000000000'] },
    });
    expect([foreign.nodes, foreign]).toEqual([[], unknown]);
  });

  test.each([
    ['an organization by its code', { organizationId: ['LDC-001'] }, 'filter.organizationId.0'],
    ['a login for an id', { ids: ['lena'] }, 'filter.ids.0'],
    ['a second id that is none', { ids: ['per_1', 'org_1'] }, 'filter.ids.1'],
    ['too many ids', { ids: Array(101).fill('per_1') }, 'filter.ids'],
  ])('%s is bad input', async (_what, filter, path) => {
    expect(await refusal(sam, LIST, { first: 1, filter })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path }],
    });
  });

  test('gives each row its own cursor', async () => {
    const { edges, nodes } = await list(sam, LIST, { first: 3 });
    expect(edges.map(({ node }) => node.id)).toEqual(nodes.map(({ id }) => id));
    expect((await list(sam, LIST, { first: 2, after: edges[0]?.cursor })).nodes).toEqual(nodes.slice(1));
  });

  test('can be narrowed to ids, of which it holds those that the viewer sees', async () => {
    const filter = { ids: [demo.person('priya'), demo.person('omar'), 'per_00000000000000000000000000'] };
    const found = await list(lena, LIST, { first: 10, filter });
    expect([names(found), found.totalCount]).toEqual([['Omar Haddad'], 1]);
  });

  test('can be narrowed to those that changed from one instant on and before another', async () => {
    const changedAt = new Date('2026-07-03T10:00:00Z');
    await demo.mutations.deactivatePerson(demo.person('tom'), { at: changedAt, by: SYSTEM_ACTOR });
    const changed = async (filter: object) => names(await list(sam, LIST, { first: 10, filter }));
    expect(await changed({ updatedFrom: changedAt })).toEqual(['Tom Ferreira']);
    expect(await changed({ updatedFrom: new Date(changedAt.getTime() + 1) })).toEqual([]);
    expect(await changed({ ids: [demo.person('tom')], updatedBefore: changedAt })).toEqual([]);
  });

  test('the role and the organization that are asked for belong to one membership', async () => {
    const filter = { organizationId: [demo.org('LDC-003')], role: ['CAB_MEMBER'] };
    expect(names(await list(sam, LIST, { first: 10, filter }))).toEqual(['Bo Lindqvist']);
  });

  test('a role in a membership out of reach does not find its person', async () => {
    const act = { at: demo.ground.time.now(), by: SYSTEM_ACTOR };
    const { record: two } = await demo.mutations.createPerson(
      {
        name: 'Wren Double',
        email: 'wren@maplebend.example',
        logins: ['wren'],
        language: 'EN',
        timeZone: 'America/Toronto',
        memberships: [
          { organization: 'LDC-010', roles: ['LDC_USER'] },
          { organization: 'LDC-011', roles: ['CAB_MEMBER'] },
        ],
      },
      act,
    );
    const colleague = { ...lena, memberships: [{ organizationId: demo.org('LDC-010'), roles: ['LDC_USER'] }] };
    const found = await list(colleague, LIST, { first: 10, filter: { role: ['CAB_MEMBER'] } });
    const { person } = await data<{ person: { memberships: unknown[] } }>(
      colleague,
      'query ($id: ID!) { person(id: $id) { memberships { roles } } }',
      { id: two._id },
    );
    expect([found.nodes, person.memberships]).toEqual([[], [{ roles: ['LDC_USER'] }]]);
  });

  test('words find the beginning of names', async () => {
    expect(names(await list(sam, LIST, { first: 5, filter: { text: 'trem cle' } }))).toEqual(['Cléo Tremblay']);
  });

  test('a cursor of another list is bad input', async () => {
    const other = await list(sam, '{ organizations(first: 1) { nodes { id } totalCount pageInfo { endCursor } } }', {});
    expect(await refusal(sam, LIST, { first: 1, after: other.pageInfo.endCursor })).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ path: 'after' }],
    });
  });
});

describe('entities for the other subgraphs', () => {
  const ENTITIES = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Organization { code } ... on Person { name } } }`;

  test('are answered in their order, with null for a foreign and for a missing record', async () => {
    const representations = [
      { __typename: 'Organization', id: demo.org('LDC-001') },
      { __typename: 'Organization', id: demo.org('LDC-002') },
      { __typename: 'Person', id: demo.person('omar') },
      { __typename: 'Person', id: demo.person('priya') },
      { __typename: 'Organization', id: 'org_00000000000000000000000000' },
      { __typename: 'Organization', id: demo.org('AGT-001') },
    ];
    expect(await data(lena, ENTITIES, { representations })).toEqual({
      _entities: [{ code: 'LDC-001' }, null, { name: 'Omar Haddad' }, null, null, { code: 'AGT-001' }],
    });
  });

  test('are confirmed by their id alone only where the viewer sees them', async () => {
    const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
      ... on Node { __typename id } } }`;
    const ids = [
      demo.org('LDC-001'),
      demo.org('LDC-002'),
      'org_00000000000000000000000000',
      demo.person('omar'),
      demo.person('priya'),
      'per_00000000000000000000000000',
    ];
    const representations = ids.map((id) => ({ __typename: id.startsWith('org_') ? 'Organization' : 'Person', id }));
    expect(await data(lena, query, { representations })).toEqual({
      _entities: [
        { __typename: 'Organization', id: demo.org('LDC-001') },
        null,
        null,
        { __typename: 'Person', id: demo.person('omar') },
        null,
        null,
      ],
    });
  });

  test.each([
    ['staff', () => sam],
    ['a live scope', async () => scopeViewer(await demo.viewer('aga', 'LDC-001', 'LDC-002', 'LDC-003'))],
    ['an agent', async () => demo.viewer('aga', 'LDC-001', 'LDC-002', 'LDC-003')],
  ])('a batch of references is one question to the store, for %s', async (_who, viewer) => {
    const codes = ['LDC-001', 'LDC-002', 'LDC-003', 'SME', 'LDC-001'];
    const representations = codes.map((code) => ({ __typename: 'Organization', id: demo.org(code) }));
    const asks = await viewer();
    const questions = await questionsAsked(async () => {
      const { _entities } = await data<{ _entities: { code: string }[] }>(asks, ENTITIES, { representations });
      expect(_entities.map(({ code }) => code)).toEqual(codes);
    });
    expect(questions).toEqual(['organizations.find']);
  });
});

describe('the registers of codes', () => {
  test('of errors is published whole', async () => {
    const { errorCodes } = await data<{ errorCodes: { code: string }[] }>(
      lena,
      '{ errorCodes { code meaning retryable } }',
    );
    expect(errorCodes).toEqual(Object.entries(ERROR_CODES).map(([code, entry]) => ({ code, ...entry })));
  });

  test('of problems with a field is published whole', async () => {
    const { fieldProblemCodes } = await data(lena, '{ fieldProblemCodes { code meaning args } }');
    expect(fieldProblemCodes).toEqual(Object.entries(FIELD_PROBLEMS).map(([code, entry]) => ({ code, ...entry })));
  });
});

describe('the audit log', () => {
  const AUDIT = '{ directoryAudit { verified entries firstBadPosition } }';

  test.each(['ada', 'root'])('%s can have it checked', async (login) => {
    await demo.service.log.drain();
    const { directoryAudit } = await data<{ directoryAudit: { entries: number } }>(await demo.viewer(login), AUDIT);
    expect(directoryAudit).toEqual({ verified: true, entries: await demo.service.log.head(), firstBadPosition: null });
  });

  test.each(['lena', 'sam', 'aga'])('%s cannot', async (login) => {
    expect(await refusal(await demo.viewer(login), AUDIT)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

test('a request without a token of the gateway is refused', async () => {
  const { status } = await fetch(`${demo.service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ errorCodes { code } }' }),
  });
  expect(status).toBe(401);
});

async function answer(viewer: Viewer, query: string, variables: Record<string, unknown> = {}) {
  return demo.ask(viewer, query, variables);
}

async function data<Data = Record<string, unknown>>(
  viewer: Viewer,
  query: string,
  variables: object = {},
): Promise<Data> {
  const { data: found, errors } = await demo.ask<Data>(viewer, query, variables as Record<string, unknown>);
  expect(errors).toBeUndefined();
  return found as Data;
}

interface Listed {
  edges: { cursor: string; node: { id: string } }[];
  nodes: {
    id: string;
    code: string;
    name: string;
    memberships: { organization: { code: string } }[];
  }[];
  totalCount: number;
  pageInfo: { startCursor: string; endCursor: string };
}

async function list(viewer: Viewer, query: string, variables: object): Promise<Listed> {
  const [listed] = Object.values(await data<Record<string, Listed>>(viewer, query, variables));
  return listed as Listed;
}

async function refusal(viewer: Viewer, query: string, variables: object = {}) {
  const { errors } = await demo.ask(viewer, query, variables as Record<string, unknown>);
  expect(errors).toHaveLength(1);
  return errors?.[0]?.extensions;
}

/** The questions of the service to its database while `act` runs, by collection and method. */
async function questionsAsked(act: () => Promise<void>): Promise<string[]> {
  const asked: string[] = [];
  mongoose.set('debug', (collection: string, method: string) => void asked.push(`${collection}.${method}`));
  await act();
  mongoose.set('debug', false);
  return asked;
}
