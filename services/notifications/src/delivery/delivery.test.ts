import { agentFor, ada, bert, lena, rae, sam } from '@desk/testkit/people';
import { buildViewer } from '@desk/testkit/viewer';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDesk, type Desk, type Shown } from '../notifications.fixture.ts';

const NOW = '2026-06-29T14:00:00.000Z';
const omar = buildViewer({ id: 'per_omar', memberships: [{ organizationId: 'org_A', roles: ['LDC_ADMIN'] }] });
const gone = buildViewer({ id: 'per_gone', memberships: [{ organizationId: 'org_A', roles: ['LDC_USER'] }] });
const aga = agentFor(['org_A'], ['TICKETS_READ']);

let desk: Desk;
let records = 0;

beforeAll(async () => {
  desk = await startDesk({ now: NOW });
});
afterAll(() => desk.service.stop());

/** The id of a record of one test alone. */
const incident = () => `inc_${++records}`;
const change = () => `chg_${++records}`;
const codes = (notifications: readonly Shown[], recordId: string) =>
  notifications.filter((each) => each.recordId === recordId).map(({ code }) => code);
const told = async (viewer: Parameters<Desk['inbox']>[0], recordId: string) =>
  codes(await desk.inbox(viewer), recordId);

describe('a record’s creator', () => {
  test('follows it, and is told of what others do, never of the own deeds', async () => {
    const id = incident();
    await desk.tell(
      { id, kind: 'CREATED', by: 'per_lena' },
      { id, kind: 'STARTED', by: 'per_sam', data: { changes: [{ field: 'state', from: 'NEW', to: 'IN_PROGRESS' }] } },
      { id, kind: 'COMMENTED', by: 'per_lena', aggregate: 'com_1' },
    );
    expect((await desk.inbox()).filter(({ recordId }) => recordId === id)).toEqual([
      {
        id: expect.stringMatching(/^ntf_/),
        version: 1,
        topic: 'TICKETS',
        severity: 'INFO',
        code: 'incident.started',
        arguments: [{ name: 'state', value: 'IN_PROGRESS' }],
        recordType: 'INCIDENT',
        recordId: id,
        actor: { principalId: 'per_sam' },
        at: NOW,
        createdAt: NOW,
        readAt: null,
      },
    ]);
  });

  test('is told nothing more once the record is unfollowed, and again once it is followed again', async () => {
    const id = incident();
    await desk.tell({ id, kind: 'CREATED', by: 'per_lena' });
    await desk.act('unfollowRecord', { recordId: id });
    await desk.tell({ id, kind: 'STARTED' });
    expect(await told(lena, id)).toEqual([]);
    await desk.act('followRecord', { recordId: id });
    await desk.tell({ id, kind: 'RESOLVED' });
    expect(await told(lena, id)).toEqual(['incident.resolved']);
  });

  test('follows nothing by the history of an import, and is told nothing of it', async () => {
    const id = incident();
    const data = { imported: true };
    await desk.tell({ id, kind: 'CREATED', by: 'per_lena', data }, { id, kind: 'RESOLVED', data });
    expect(await told(lena, id)).toEqual([]);
  });
});

describe('a follower', () => {
  test('is told only of what the follower may see', async () => {
    const id = incident();
    await desk.tell({ id, kind: 'CREATED', by: 'per_omar' });
    for (const viewer of [lena, sam, ada, aga]) await desk.act('followRecord', { recordId: id }, viewer);
    await desk.tell({ id, kind: 'ASSIGNED', by: 'per_rae' }, { id, kind: 'NOTED', by: 'per_rae', internal: true });
    const all = ['incident.noted', 'incident.assigned'];
    expect(await told(sam, id)).toEqual(expect.arrayContaining(all));
    for (const viewer of [omar, lena, ada, aga]) expect(await told(viewer, id)).toEqual(['incident.assigned']);
    expect(await told(bert, id)).toEqual([]);
  });

  test('of a published record is not told what one other organization alone may know', async () => {
    const id = 'cev_acknowledged';
    const noun = 'CONTINUITY_EVENT';
    await desk.tell({
      noun,
      id,
      kind: 'DECLARED',
      by: 'per_rae',
      organizationId: 'org_SME',
      data: { published: true },
    });
    for (const viewer of [lena, bert]) await desk.act('followRecord', { recordId: id }, viewer);
    await desk.tell(
      { noun, id, kind: 'ACKNOWLEDGED', by: 'per_omar', organizationId: 'org_A', aggregate: 'ack_1' },
      { noun, id, kind: 'MOVED', by: 'per_root', organizationId: 'org_SME', data: { published: true } },
    );
    expect(await told(rae, id)).toEqual(
      expect.arrayContaining(['continuity_event.moved', 'continuity_event.acknowledged']),
    );
    expect(await told(lena, id)).toEqual(
      expect.arrayContaining(['continuity_event.moved', 'continuity_event.acknowledged']),
    );
    expect(await told(bert, id)).toEqual(['continuity_event.moved']);
  });

  test('who left is told nothing', async () => {
    const id = incident();
    await desk.tell({ id, kind: 'CREATED', by: 'per_gone' }, { id, kind: 'STARTED' });
    expect(await told(gone, id)).toEqual([]);
  });

  test('is not told twice of one deed: the comment that an act carried comes with the act', async () => {
    const id = incident();
    await desk.tell(
      { id, kind: 'CREATED', by: 'per_lena' },
      { id, kind: 'STARTED' },
      { id, kind: 'COMMENTED', aggregate: 'com_2', data: { carried: true } },
    );
    expect(await told(lena, id)).toEqual(['incident.started']);
  });
});

describe('a sign-up', () => {
  test('tells of the records that its filter names, and of no other', async () => {
    await desk.act('createSignUp', { filter: { recordType: ['CHANGE'], risk: ['HIGH'], serviceId: ['VEE'] } }, bert);
    const [high, low, other, hidden] = [change(), change(), change(), change()];
    const tellOf = (id: string, risk: string, serviceId: string, published = true) =>
      desk.tell({
        noun: 'CHANGE',
        id,
        kind: 'PUBLISHED',
        organizationId: 'org_SME',
        data: { match: { risk: [risk], serviceId: [serviceId] }, ...(published ? { published } : {}) },
      });
    await tellOf(low, 'LOW', 'VEE');
    await tellOf(other, 'HIGH', 'BILLING');
    await tellOf(hidden, 'HIGH', 'VEE', false);
    await tellOf(high, 'HIGH', 'VEE');
    expect((await desk.inbox(bert)).map(({ recordId }) => recordId).filter((id) => id.startsWith('chg'))).toEqual([
      high,
    ]);
  });

  test('and a follow of the same person tell once', async () => {
    const id = incident();
    await desk.act('createSignUp', { filter: { recordType: ['INCIDENT'], priority: ['P1'] } }, omar);
    await desk.tell({ id, kind: 'CREATED', by: 'per_omar' });
    await desk.tell({ id, kind: 'STARTED', data: { match: { priority: ['P1'] } } });
    const mine = (await desk.inbox(omar)).filter(({ recordId }) => recordId === id);
    expect(mine).toMatchObject([{ code: 'incident.started', severity: 'CRITICAL' }]);
  });

  test('that is withdrawn tells nothing more', async () => {
    const { signUp } = await desk.act<{ signUp: { id: string } }>(
      'createSignUp',
      { filter: { recordType: ['KNOWN_ERROR'] } },
      lena,
    );
    const publish = (id: string) =>
      desk.tell({ noun: 'KNOWN_ERROR', id, kind: 'PUBLISHED', organizationId: 'org_SME', data: { published: true } });
    await publish('ke_1');
    await desk.act('withdrawSignUp', { id: signUp.id });
    await publish('ke_2');
    expect(await told(lena, 'ke_1')).toEqual(['known_error.published']);
    expect(await told(lena, 'ke_2')).toEqual([]);
  });

  test('tells nothing of what happened before it', async () => {
    await desk.act('createSignUp', { filter: { recordType: ['PROBLEM'] } }, sam);
    const earlier = new Date('2026-06-29T13:59:59.000Z');
    await desk.tell({
      noun: 'PROBLEM',
      id: 'prb_old',
      kind: 'OPENED',
      by: 'per_rae',
      organizationId: 'org_SME',
      at: earlier,
    });
    await desk.tell({ noun: 'PROBLEM', id: 'prb_new', kind: 'OPENED', by: 'per_rae', organizationId: 'org_SME' });
    expect(await told(sam, 'prb_old')).toEqual([]);
    expect(await told(sam, 'prb_new')).toEqual(['problem.opened']);
  });
});

describe('an event of one person', () => {
  test('is told to that person alone, follow or not, unless the person did it', async () => {
    const noun = 'ENROLMENT';
    const data = { personId: 'per_lena' };
    await desk.tell(
      { noun, id: 'enr_1', kind: 'ENROLLED', by: 'per_lena', data },
      { noun, id: 'enr_1', kind: 'SUBMITTED', by: null, aggregate: 'att_1', data },
    );
    expect(await told(lena, 'enr_1')).toEqual(['enrolment.submitted']);
    for (const viewer of [omar, sam]) expect(await told(viewer, 'enr_1')).toEqual([]);
  });
});

describe('a notice', () => {
  const notice = (id: string, audience: object, data: object = {}) => ({
    noun: 'CONTINUITY_EVENT',
    id,
    kind: 'NOTICE',
    type: 'notice.due',
    by: 'per_rae',
    organizationId: 'org_SME',
    data: {
      topic: 'continuity_declared',
      audience,
      severity: 'CRITICAL',
      mandatory: true,
      stepKey: 'DECLARED',
      published: true,
      ...data,
    },
  });

  test('for all distributors reaches their people, and nobody of a suspended one', async () => {
    await desk.tell(notice('cev_all', { kind: 'ALL_LDCS' }));
    for (const viewer of [lena, omar, bert])
      expect((await desk.inbox(viewer)).filter(({ recordId }) => recordId === 'cev_all')).toMatchObject([
        { code: 'notice.continuity_declared', severity: 'CRITICAL', topic: 'CONTINUITY' },
      ]);
    const notifications = await desk.service.store.notifications.model
      .find({ 'record.id': 'cev_all' } as object)
      .lean();
    // Each belongs to the organization of the person, through which live updates find the person.
    expect(notifications.map(({ personId, organizationId }) => [personId, organizationId]).sort()).toEqual([
      ['per_bert', 'org_B'],
      ['per_lena', 'org_A'],
      ['per_omar', 'org_A'],
    ]);
  });

  test('for organizations reaches their people, one for a person that person', async () => {
    await desk.tell(
      notice('cev_some', { kind: 'ORGANIZATIONS', ids: ['org_B'] }),
      notice('cev_one', { kind: 'PERSON', id: 'per_omar' }),
    );
    expect([await told(lena, 'cev_some'), await told(bert, 'cev_some')]).toEqual([[], ['notice.continuity_declared']]);
    expect([await told(lena, 'cev_one'), await told(omar, 'cev_one')]).toEqual([[], ['notice.continuity_declared']]);
  });

  test('for people of some roles reaches them alone, and never the one who did it', async () => {
    const roles = ['LDC_ADMIN'];
    await desk.tell(
      notice('cev_admins', { kind: 'ORGANIZATIONS', ids: ['org_A'], roles }),
      notice('cev_all_admins', { kind: 'ALL_LDCS', roles }),
      { ...notice('cev_by_admin', { kind: 'ORGANIZATIONS', ids: ['org_A'], roles }), by: 'per_omar' },
    );
    for (const id of ['cev_admins', 'cev_all_admins'])
      expect([id, await told(lena, id), await told(omar, id)]).toEqual([id, [], ['notice.continuity_declared']]);
    expect(await told(omar, 'cev_by_admin')).toEqual([]);
  });

  test('of a record that somebody may not see is not told', async () => {
    await desk.tell(notice('cev_hidden', { kind: 'ALL_LDCS' }, { published: false }));
    expect(await told(lena, 'cev_hidden')).toEqual([]);
  });

  test('tells of each step once, and not again of the event that it announces', async () => {
    await desk.act('createSignUp', { filter: { recordType: ['CONTINUITY_EVENT'] } }, bert);
    const id = 'cev_once';
    const audience = { kind: 'ALL_LDCS' };
    await desk.tell(notice(id, audience, { announces: 2 }));
    const declared = { noun: 'CONTINUITY_EVENT', id, kind: 'DECLARED', by: 'per_rae', organizationId: 'org_SME' };
    await desk.tell({ ...declared, data: { published: true } });
    await desk.tell(notice(id, audience, { stepKey: 'LADDER 1' }), notice(id, audience, { stepKey: 'LADDER 1' }));
    expect(await told(bert, id)).toEqual(['notice.continuity_declared', 'notice.continuity_declared']);
  });
});

describe('the log of another service', () => {
  test('that is read again, whole, tells nothing twice', async () => {
    const id = incident();
    const events = [
      { id, kind: 'CREATED', by: 'per_lena', seq: 1 },
      { id, kind: 'STARTED', seq: 2 },
    ];
    await desk.tell(...events);
    await desk.tell(...events);
    expect(await told(lena, id)).toEqual(['incident.started']);
  });

  test('loses and doubles nothing where the process ends in the middle of one event', async () => {
    let passes = 0;
    const crash = (place: string) => {
      if (place === 'deliver.afterStep' && ++passes === 2) throw new Error('The process ends here.');
    };
    const other = await startDesk({ crash });
    const { people } = other.service;
    const personIds = Array.from({ length: 250 }, (_each, index) => `per_p${String(index).padStart(3, '0')}`);
    const known = other.ground.config.database;
    expect(known).toMatch(/^test_/);
    await other.service.store.notifications.model.db
      .collection('known_people')
      .insertMany(personIds.map((_id) => ({ _id, active: true, roles: [], organizationIds: ['org_Z'] })) as never[]);
    expect((await people.byIds(personIds)).size).toBe(250);
    await other.tell(notice('cev_many'));
    expect(passes).toBeGreaterThan(3);
    const stored = await other.service.store.notifications.model.find({ 'record.id': 'cev_many' } as object).lean();
    expect(stored.map(({ personId }) => personId).sort()).toEqual(personIds);
    expect(stored.every(({ version }) => version === 1)).toBe(true);
    await other.service.stop();

    function notice(id: string) {
      const audience = { kind: 'ORGANIZATIONS', ids: ['org_Z'] };
      const data = { topic: 'x', audience, severity: 'INFO', mandatory: false, stepKey: '1', published: true };
      return { noun: 'CONTINUITY_EVENT', id, kind: 'NOTICE', type: 'notice.due', by: 'per_rae', data };
    }
  });

  test('of before the service began is learned, and not told', async () => {
    const id = incident();
    const long = new Date('2026-05-01T00:00:00.000Z');
    await desk.tell({ id, kind: 'CREATED', by: 'per_lena', at: long }, { id, kind: 'STARTED', at: long });
    await desk.tell({ id, kind: 'RESOLVED' });
    expect(await told(lena, id)).toEqual(['incident.resolved']);
  });
});
