import type { Viewer } from '@desk/kit/api/viewer';
import { ada, bert, lena, sam, tess } from '@desk/testkit/people';
import { done, mutationText } from '@desk/testkit/subgraph-client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  PLAN,
  PROPOSAL,
  STANDARD,
  agentOf,
  cleo,
  partner,
  startDesk,
  type Desk,
  type Shown,
} from '../changes.fixture.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk.service.stop());

const on = ({ id, version }: Shown) => ({ id, expectedVersion: version });

describe('a proposal', () => {
  test('is a change in the state PROPOSED, with its event', async () => {
    const change = await desk.propose();
    expect(change).toMatchObject({
      number: expect.stringMatching(/^CHG-\d{6}$/),
      version: 1,
      state: 'PROPOSED',
      risk: null,
    });
    expect(await desk.history(change)).toEqual([{ kind: 'PROPOSED', remark: null }]);
  });
  test('of the staff is the SME’s', async () => {
    const change = await desk.propose({}, cleo);
    const query = 'query($id: ID!) { change(id: $id) { organization { id } requester { principalId } } }';
    expect(done(await desk.ask(cleo, query, { id: change.id }))).toEqual({
      organization: { id: 'org_SME' },
      requester: { principalId: 'per_cleo' },
    });
  });
  test('of an agent or partner is that of the distributor they act for', async () => {
    expect(await desk.propose({ actingFor: 'LDC-001' }, agentOf('org_A'))).toMatchObject({ state: 'PROPOSED' });
    const keyed = { actingFor: 'LDC-001', idempotencyKey: 'one' };
    expect(await desk.propose(keyed, partner)).toMatchObject({ state: 'PROPOSED' });
    expect(await desk.refusal('proposeChange', { ...PROPOSAL }, agentOf('org_A'))).toMatchObject({
      fields: [{ path: 'input.actingFor', code: 'REQUIRED' }],
    });
  });
  test('is refused with all its problems at once', async () => {
    const input = { title: ' ', reason: '', benefit: 'x', serviceIds: ['NONE', 'VEE', 'VEE'] };
    expect(await desk.refusal('proposeChange', input, lena)).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [
        { path: 'input.serviceIds.0', code: 'UNKNOWN_CODE', args: { value: 'NONE' } },
        { path: 'input.title', code: 'REQUIRED' },
        { path: 'input.reason', code: 'REQUIRED' },
        { path: 'input.serviceIds.2', code: 'ALREADY_THERE' },
      ],
    });
    expect(await desk.refusal('proposeChange', { ...PROPOSAL, serviceIds: [] }, lena)).toMatchObject({
      fields: [{ path: 'input.serviceIds', code: 'TOO_FEW' }],
    });
  });
  test('is refused for another organization as for one that does not exist, to auditors, and for a suspended one', async () => {
    const foreign = await desk.refusal('proposeChange', { ...PROPOSAL, actingFor: 'LDC-002' }, lena);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(foreign).toEqual(await desk.refusal('proposeChange', { ...PROPOSAL, actingFor: 'LDC-999' }, lena));
    expect(await desk.refusal('proposeChange', { ...PROPOSAL, actingFor: 'LDC-001' }, ada)).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await desk.refusal('proposeChange', { ...PROPOSAL }, tess)).toMatchObject({
      fields: [{ path: 'input.actingFor', code: 'INACTIVE' }],
    });
  });
  test('under the same key is made once', async () => {
    const request = { input: { ...PROPOSAL, idempotencyKey: 'proposal' } };
    const text = mutationText('proposeChange', 'replayed version change { id }');
    const first = done(await desk.ask(lena, text, request));
    expect(done(await desk.ask(lena, text, request))).toEqual({ ...(first as object), replayed: true });
  });
});

describe('the life of a change', () => {
  test('a standard change walks from its proposal to CLOSED', async () => {
    const planned = await desk.planned(await desk.propose({}, cleo), STANDARD);
    const scheduled = await desk.act('submitChange', planned);
    expect([planned.state, scheduled.state]).toEqual(['ASSESS', 'SCHEDULED']);
    desk.ground.time.set('2026-07-05T14:00:00.000Z');
    const running = await desk.act('startChange', scheduled);
    desk.ground.time.set('2026-07-05T17:00:00.000Z');
    const over = await desk.act('completeChange', running, { result: 'SUCCESS' });
    const closed = await desk.act('closeChange', over);
    expect([running.state, over.state, closed.state]).toEqual(['IMPLEMENTING', 'REVIEW', 'CLOSED']);
    expect((await desk.history(closed)).map(({ kind }) => kind)).toEqual([
      'PROPOSED',
      'ACCEPTED',
      'ASSESSED',
      'PLANNED',
      'SCHEDULED',
      'STARTED',
      'COMPLETED',
      'CLOSED',
    ]);
    expect(closed.allowedActions).toEqual(['PUBLISH', 'NOTE']);
    desk.ground.time.set('2026-06-29T14:00:00.000Z');
  });

  test('a normal change stops at AUTHORIZE, from where it can be planned anew or withdrawn', async () => {
    const submitted = await desk.act('submitChange', await desk.planned(await desk.propose()));
    expect(submitted).toMatchObject({
      state: 'AUTHORIZE',
      allowedActions: ['PUBLISH', 'REPLAN', 'CANCEL', 'COMMENT', 'NOTE'],
    });
    const draft = await desk.act('replanChange', submitted, { reason: 'Another window.' });
    expect(draft).toMatchObject({ state: 'DRAFT', type: 'NORMAL', plannedStart: '2026-07-05T14:00:00.000Z' });
    expect((await desk.history(draft)).at(-1)).toEqual({ kind: 'REPLANNED', remark: 'Another window.' });
  });

  test('a proposal is declined for a reason that the proposer reads', async () => {
    const change = await desk.propose();
    const declined = await desk.act('declineChange', change, { reason: 'The specification says otherwise.' });
    expect(declined).toMatchObject({ state: 'DECLINED', allowedActions: ['NOTE'] });
    expect((await desk.history(declined, lena)).at(-1)).toEqual({
      kind: 'DECLINED',
      remark: 'The specification says otherwise.',
    });
    expect(await desk.refusal('declineChange', { ...on(declined), reason: 'Again.' })).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
    });
  });

  test('work outside the window needs its reason, within it has none', async () => {
    const scheduled = await desk.act('submitChange', await desk.planned(await desk.propose({}, cleo), STANDARD));
    expect(await desk.refusal('startChange', on(scheduled))).toMatchObject({
      fields: [{ path: 'input.reason', code: 'REQUIRED' }],
    });
    const running = await desk.act('startChange', scheduled, { reason: 'The supplier is here now.' });
    const failed = await desk.act('completeChange', running, { result: 'BACKED_OUT' });
    expect(await desk.refusal('closeChange', on(failed))).toMatchObject({
      fields: [{ path: 'input.review', code: 'REQUIRED' }],
    });
    expect(await desk.act('closeChange', failed, { review: 'The index was too large.' })).toMatchObject({
      state: 'CLOSED',
    });
  });

  test('a template authorizes only what it allows', async () => {
    const draft = await desk.act('acceptChange', await desk.propose({ serviceIds: ['SERVICE_DESK'] }, cleo));
    expect(await desk.refusal('assessChange', { ...on(draft), ...STANDARD })).toMatchObject({
      fields: [{ path: 'input.templateId', code: 'NOT_ALLOWED' }],
    });
    expect(await desk.refusal('assessChange', { ...on(draft), ...STANDARD, templateId: 'NONE' })).toMatchObject({
      fields: [
        { path: 'input.templateId', code: 'UNKNOWN_CODE' },
        { path: 'input.templateId', code: 'REQUIRED' },
      ],
    });
    expect(await desk.refusal('assessChange', { ...on(draft), ...STANDARD, type: 'NORMAL' })).toMatchObject({
      fields: [{ path: 'input.templateId', code: 'NOT_APPLICABLE' }],
    });
  });

  test('a change whose window has begun is not submitted', async () => {
    const planned = await desk.planned(await desk.propose());
    desk.ground.time.set('2026-07-05T14:00:00.000Z');
    expect(await desk.refusal('submitChange', on(planned))).toMatchObject({
      fields: [{ path: 'input.id', code: 'NOT_IN_FUTURE' }],
    });
    desk.ground.time.set('2026-06-29T14:00:00.000Z');
  });

  test('a window lies ahead, and ends after its begin', async () => {
    const draft = await desk.act('acceptChange', await desk.propose());
    const assessed = await desk.act('assessChange', draft, { ...STANDARD, type: 'NORMAL', templateId: null });
    const past = { instant: '2026-06-01T00:00:00.000Z' };
    expect(
      await desk.refusal('planChange', { ...on(assessed), ...PLAN, plannedStart: past, plannedEnd: past }),
    ).toMatchObject({
      fields: [
        { path: 'input.plannedStart', code: 'NOT_IN_FUTURE' },
        { path: 'input.plannedEnd', code: 'PERIOD_BACKWARDS' },
      ],
    });
  });

  test.each([
    [
      '2026-11-01T01:30',
      'AMBIGUOUS_LOCAL_TIME',
      { candidates: ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'] },
    ],
    ['2027-03-14T02:30', 'NONEXISTENT_LOCAL_TIME', { suggestion: '2027-03-14T07:30:00.000Z' }],
  ])('worked example 12: the local time %s is refused with %s', async (time, code, details) => {
    const draft = await desk.act('acceptChange', await desk.propose());
    const assessed = await desk.act('assessChange', draft, { ...STANDARD, type: 'NORMAL', templateId: null });
    const plannedStart = { local: { time, timeZone: 'America/Toronto' } };
    expect(await desk.refusal('planChange', { ...on(assessed), ...PLAN, plannedStart })).toMatchObject({
      code,
      ...details,
    });
  });

  test.each([
    ['2026-11-01', 5],
    ['2027-03-14', 3],
  ])('worked example 12: the window 00:00 to 04:00 on %s lasts %s hours', async (day, hours) => {
    const draft = await desk.act('acceptChange', await desk.propose());
    const assessed = await desk.act('assessChange', draft, { ...STANDARD, type: 'NORMAL', templateId: null });
    const at = (time: string) => ({ local: { time: `${day}T${time}`, timeZone: 'America/Toronto' } });
    const planned = await desk.act('planChange', assessed, {
      ...PLAN,
      plannedStart: at('00:00'),
      plannedEnd: at('04:00'),
    });
    const query = 'query($id: ID!) { change(id: $id) { plannedStart plannedEnd } }';
    const window = done<{ plannedStart: string; plannedEnd: string }>(await desk.ask(cleo, query, { id: planned.id }));
    expect((Date.parse(window.plannedEnd) - Date.parse(window.plannedStart)) / 3_600_000).toBe(hours);
  });
});

describe('who may do what', () => {
  test('only change managers manage; analysts and distributors are refused', async () => {
    const change = await desk.propose();
    for (const viewer of [sam, lena])
      expect(await desk.refusal('acceptChange', on(change), viewer)).toMatchObject({ code: 'FORBIDDEN' });
  });
  test('a change that is not published is absent to another distributor', async () => {
    const change = await desk.propose();
    expect([await desk.show(change.id, bert), await desk.show(change.number, bert)]).toEqual([null, null]);
    expect(await desk.list({}, bert)).not.toContain(change.number);
    expect(await desk.refusal('acceptChange', on(change), bert)).toEqual(
      await desk.refusal('acceptChange', { id: 'chg_none', expectedVersion: 1 }, bert),
    );
  });
  test('a proposal is not published before it is accepted', async () => {
    const change = await desk.propose();
    expect(change.allowedActions).not.toContain('PUBLISH');
    expect((await desk.show(change.id))?.allowedActions).toEqual(['ACCEPT', 'DECLINE', 'COMMENT', 'NOTE']);
    expect(await desk.refusal('publishChange', on(change))).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
      allowedActions: ['ACCEPT', 'DECLINE', 'COMMENT', 'NOTE'],
    });
  });
  test('a published change is seen by every distributor, who may comment on it and change nothing', async () => {
    const published = await desk.published(await desk.propose());
    expect(published.publishedAt).not.toBeNull();
    expect(await desk.show(published.number, bert)).toMatchObject({ id: published.id, allowedActions: ['COMMENT'] });
    expect(await desk.list({ published: true }, bert)).toContain(published.number);
    await desk.comment(published, 'We want it too.', bert);
    const query = 'query($id: ID!) { change(id: $id) { comments(first: 10) { nodes { id text fromSme } } } }';
    const [comment] = done<{ comments: { nodes: { id: string }[] } }>(await desk.ask(lena, query, { id: published.id }))
      .comments.nodes;
    expect(comment).toMatchObject({ text: 'We want it too.', fromSme: false });
    const entity = 'query($of: [_Any!]!) { _entities(representations: $of) { ... on ChangeComment { text } } }';
    const of = [{ __typename: 'ChangeComment', id: comment?.id }];
    expect(done(await desk.ask(bert, entity, { of }))).toEqual([{ text: 'We want it too.' }]);
    expect(await desk.refusal('cancelChange', { ...on(published), reason: 'No.' }, bert)).toMatchObject({
      code: 'FORBIDDEN',
    });
  });
  test('who proposed a published change, and who commented on it, is told to no other distributor', async () => {
    const published = await desk.published(await desk.propose());
    await desk.comment(published, 'We want it too.', bert);
    const fields = 'principalId person { id } actingFor { id }';
    const query = `query($id: ID!) { change(id: $id) { organization { id } requester { ${fields} }
      comments(first: 9) { nodes { author { ${fields} } } } history(first: 9) { nodes { kind actor { ${fields} } } } } }`;
    const nobody = { principalId: null, person: null, actingFor: null };
    const lenaHerself = { principalId: 'per_lena', person: { id: 'per_lena' }, actingFor: null };
    const seenBy = async (viewer: Viewer) => done(await desk.ask(viewer, query, { id: published.id }));
    expect(await seenBy(bert)).toMatchObject({ organization: null, requester: nobody });
    expect(await seenBy(bert)).toMatchObject({ history: { nodes: [{ kind: 'PROPOSED', actor: nobody }, {}, {}, {}] } });
    expect(await seenBy(lena)).toMatchObject({
      organization: { id: 'org_A' },
      requester: lenaHerself,
      comments: { nodes: [{ author: nobody }] },
    });
    expect(await seenBy(cleo)).toMatchObject({
      requester: lenaHerself,
      comments: { nodes: [{ author: { principalId: 'per_bert' } }] },
    });
    expect(await desk.list({ ids: [published.id], organizationId: ['org_A'] }, bert)).toEqual([]);
    expect(await desk.list({ ids: [published.id], organizationId: ['org_A'] }, lena)).toEqual([published.number]);
  });
  test('what the SME does to a change is known to everybody', async () => {
    const own = await desk.published(await desk.propose({}, sam));
    const query = 'query($id: ID!) { change(id: $id) { organization { id } requester { principalId } } }';
    const told = { organization: { id: 'org_SME' }, requester: { principalId: 'per_sam' } };
    expect(done(await desk.ask(bert, query, { id: own.id }))).toEqual(told);
    expect(await desk.list({ ids: [own.id], organizationId: ['org_SME'] }, bert)).toEqual([own.number]);
  });
  test('a publication asks for a notice to every distributor, which its history does not show', async () => {
    const published = await desk.published(await desk.propose());
    expect(published.version).toBe(4);
    await desk.service.log.drain();
    const entries = await desk.service.log.entries.find({ aggregate: published.id }, { sort: { _id: 1 } }).toArray();
    expect(entries.map(({ type }) => type)).toEqual([
      'change.proposed',
      'change.accepted',
      'notice.due',
      'change.published',
    ]);
    expect(entries[2]?.data).toEqual({
      subject: { type: 'CHANGE', id: published.id },
      published: true,
      topic: 'change_published',
      audience: { kind: 'ALL_LDCS' },
      severity: 'INFO',
      mandatory: false,
      stepKey: 'PUBLISHED',
      announces: 4,
    });
    const query = 'query($id: ID!) { change(id: $id) { history(first: 9) { totalCount nodes { kind } } } }';
    expect(done(await desk.ask(sam, query, { id: published.id }))).toEqual({
      history: { totalCount: 3, nodes: [{ kind: 'PROPOSED' }, { kind: 'ACCEPTED' }, { kind: 'PUBLISHED' }] },
    });
  });
  test('an agent sees the changes of the distributors it acts for, and published ones', async () => {
    const published = await desk.published(await desk.propose());
    const own = await desk.propose();
    expect(await desk.list({ ids: [published.id, own.id] }, agentOf())).toEqual([published.number]);
    expect(new Set(await desk.list({ ids: [published.id, own.id] }, agentOf('org_A')))).toEqual(
      new Set([published.number, own.number]),
    );
    expect(await desk.list({ ids: [published.id, own.id] }, agentOf('org_B'))).toEqual([published.number]);
  });
  test.each([
    ['a distributor’s user', lena, true],
    ['the staff', sam, true],
    ['an agent who acts for a distributor', agentOf('org_A'), true],
    ['an agent who acts for nobody', agentOf(), false],
    ['an auditor', ada, false],
  ])('%s is told beforehand whether there is something to propose', async (_who, viewer, may) => {
    const entity = 'query($of: [_Any!]!) { _entities(representations: $of) { ... on Me { mayProposeChange } } }';
    const of = [viewer.id, 'per_other'].map((id) => ({ __typename: 'Me', id }));
    expect(done(await desk.ask(viewer, entity, { of }))).toEqual([{ mayProposeChange: may }, null]);
  });
  test('words find what a viewer sees, and nothing else', async () => {
    const own = await desk.propose({ title: 'Zeppelin reads' });
    const foreign = await desk.propose({ title: 'Zeppelin bills' }, bert);
    const published = await desk.published(await desk.propose({ title: 'Zeppelin files' }, bert));
    expect(new Set(await desk.list({ text: 'zeppelin' }, lena))).toEqual(new Set([own.number, published.number]));
    expect(await desk.list({ text: foreign.number }, lena)).toEqual([]);
    expect(await desk.list({ text: 'zeppelin', serviceId: ['BILLING'] })).toEqual([]);
  });
  test('internal notes are the staff’s', async () => {
    const change = await desk.propose();
    const text = mutationText('addChangeInternalNote', 'internalNote { id }');
    done(await desk.ask(sam, text, { input: { id: change.id, text: 'Ask the supplier.' } }));
    const query =
      'query($id: ID!) { change(id: $id) { internalNotes(first: 10) { nodes { text } totalCount } history(first: 9) { nodes { kind } } } }';
    expect(done(await desk.ask(lena, query, { id: change.id }))).toEqual({
      internalNotes: { nodes: [], totalCount: 0 },
      history: { nodes: [{ kind: 'PROPOSED' }] },
    });
    expect(await desk.refusal('acceptChange', { ...on(change), expectedVersion: 9 })).toMatchObject({
      code: 'CONFLICT',
    });
  });
});

test('every field of a change can be asked for', async () => {
  const change = await desk.planned(await desk.propose({}, cleo), STANDARD);
  const query = `query($id: ID!) { change(id: $id) {
    ${'id number version title reason benefit state type environment risk riskAnswer plannedStart plannedEnd outage ldcActionNeeded notice'}
    actualStart actualEnd result review publishedAt createdAt updatedAt closedAt allowedActions
    organization { id } requester { principalId kind } services { id } plan { implementation test backout }
    template { id name french: name(language: FR) services { id } maximumDuration reviewOn }
  } }`;
  expect(done(await desk.ask(cleo, query, { id: change.id }))).toMatchObject({
    template: { id: 'SUNDAY_MAINTENANCE', french: 'Fenêtre de maintenance du dimanche', maximumDuration: 'PT12H' },
    services: [{ id: 'VEE' }],
    plan: { backout: 'The image of the day before.' },
  });
});

test('the log’s chain holds, and auditors check it', async () => {
  await desk.service.log.drain();
  expect(done(await desk.ask(ada, '{ changesAudit { verified complete } }'))).toEqual({
    verified: true,
    complete: true,
  });
});
