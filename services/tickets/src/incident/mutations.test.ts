import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Viewer } from '@desk/kit/api/viewer';
import { LDC_A, lena, sam, tess } from '@desk/testkit/people';
import { type Refused } from '@desk/testkit/subgraph-client';
import { ASSIGNMENT, REPORT, agentOf, clockOf, startDesk, type Desk, type Shown } from '../tickets.fixture.ts';

const MONDAY_10 = '2026-06-29T14:00:00Z';
const CONFIRMED = { impact: 'MEDIUM', urgency: 'MEDIUM' };
const SOLUTION = { code: 'FIXED', text: 'Sent again.', cause: 'DATA' };
const DUPLICATE = { code: 'DUPLICATE', text: 'See the other.', cause: 'UNKNOWN' };

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk(MONDAY_10);
});
afterAll(() => desk.service.stop());
beforeEach(() => desk.ground.time.set(MONDAY_10));

describe('a request with mistakes', () => {
  test('to assign is refused with all of them at once', async () => {
    const refused = await desk.refusal('assignIncident', await desk.report(), {
      assignmentGroupId: 'NOBODY',
      categoryId: 'NOTHING',
      assigneeId: 'per_lena',
    });
    expect(pathsOf(refused)).toEqual([
      'input.assignmentGroupId',
      'input.categoryId',
      'input.assigneeId',
      'input.impact',
      'input.urgency',
    ]);
  });

  test('to report is refused with all of them at once', async () => {
    const refused = await reportRefused(agentOf(LDC_A), { ...REPORT, title: ' ', serviceId: 'NONE' });
    expect(pathsOf(refused)).toEqual(['input.actingFor', 'input.serviceId', 'input.title']);
  });

  test('to resolve is refused with all of them at once', async () => {
    const started = await desk.started(await desk.report());
    const refused = await desk.refusal('resolveIncident', started, {
      ...SOLUTION,
      text: '',
      serviceId: 'NONE',
      duplicateOf: 'INC-999999',
    });
    expect(pathsOf(refused)).toEqual(['input.serviceId', 'input.duplicateOf', 'input.text', 'input.duplicateOf']);
  });

  test.each([
    ['assignIncident', { ...ASSIGNMENT, ...CONFIRMED, categoryId: '' }, 'input.categoryId'],
    ['assignIncident', { ...ASSIGNMENT, ...CONFIRMED, assigneeId: '' }, 'input.assigneeId'],
    ['startIncident', { assigneeId: '' }, 'input.assigneeId'],
    ['startIncident', { assigneeId: 'per_sam', acknowledgement: '' }, 'input.acknowledgement'],
    ['reclassifyIncident', { serviceId: '' }, 'input.serviceId'],
    ['reclassifyIncident', {}, 'input'],
  ])('%s with an empty value names it: %j', async (mutation, input, path) => {
    const refused = await desk.refusal(mutation, await desk.report(), input);
    expect([refused.code, pathsOf(refused)]).toEqual(['BAD_USER_INPUT', [path]]);
  });

  test.each([
    ['serviceId', SOLUTION],
    ['duplicateOf', DUPLICATE],
  ])('resolveIncident with an empty %s names it', async (field, solution) => {
    const started = await desk.started(await desk.report());
    const refused = await desk.refusal('resolveIncident', started, { ...solution, [field]: '' });
    expect([refused.code, pathsOf(refused)]).toEqual(['BAD_USER_INPUT', [`input.${field}`]]);
  });

  test('of a viewer who may not act is refused for that', async () => {
    const refused = await desk.as(lena).refusal('assignIncident', await desk.report(), { assignmentGroupId: 'NOBODY' });
    expect(refused.code).toBe('FORBIDDEN');
  });
});

describe('a repeated request', () => {
  test('gets its first answer, also where the state would refuse it now', async () => {
    const reported = await desk.report();
    const withdrawal = { reason: 'It came after all.', idempotencyKey: 'cancel-1' };
    const first = await desk.as(lena).act('cancelIncident', reported, withdrawal);
    expect(await desk.as(lena).act('cancelIncident', reported, withdrawal)).toEqual(first);
  });

  test('of another mutation is another request', async () => {
    const [a, b] = [await desk.report(), await desk.report()];
    const input = { kind: 'RELATED_TO', target: b.number, idempotencyKey: 'link-1' };
    const linked = await desk.act('linkIncident', a, input);
    const refused = await desk.refusal('unlinkIncident', a, input);
    expect(refused).toMatchObject({ code: 'CONFLICT', currentVersion: linked.version });
    expect((await desk.act('unlinkIncident', linked, input)).links).toEqual([]);
  });
});

describe('the organization of a report', () => {
  test('is a distributor, never an agent’s company', async () => {
    const refused = await reportRefused(sam, { ...REPORT, actingFor: 'AGT-001' });
    expect([refused.code, pathsOf(refused)]).toEqual(['BAD_USER_INPUT', ['input.actingFor']]);
  });

  test('is never a suspended distributor, whether it is named or left out', async () => {
    const named = await reportRefused(tess, { ...REPORT, actingFor: 'LDC-003' });
    const leftOut = await reportRefused(tess, REPORT);
    expect(named).toEqual(leftOut);
    expect(named.message).toContain('LDC-003 is suspended');
  });

  test('is within reach: a foreign one answers like one that does not exist', async () => {
    const foreign = await reportRefused(lena, { ...REPORT, actingFor: 'LDC-002' });
    const missing = await reportRefused(lena, { ...REPORT, actingFor: 'LDC-999' });
    expect(foreign).toEqual(missing);
    expect(foreign.code).toBe('NOT_FOUND');
  });

  test.each(['', 'LDC 002', 'inc_1'])('is named by an id or a code, and not by "%s"', async (actingFor) => {
    const refused = await reportRefused(lena, { ...REPORT, actingFor });
    expect([refused.code, codesOf(refused)]).toEqual(['BAD_USER_INPUT', [['input.actingFor', 'NOT_AN_ID']]]);
  });
});

describe('a link', () => {
  test('is taken away by any form of the number that it was made by', async () => {
    const [a, b] = [await desk.report(), await desk.report()];
    const short = b.number.replace('INC-', 'inc-').replace(/0+/, ' ').replace(' ', '');
    const linked = await desk.act('linkIncident', a, { kind: 'RELATED_TO', target: short });
    const also = await desk.act('linkIncident', linked, { kind: 'CAUSED_BY_CHANGE', target: 'chg-12' });
    expect(also.links.map(({ target }) => target)).toEqual([b.number, 'CHG-000012']);
    const unlinked = await desk.act('unlinkIncident', also, { kind: 'RELATED_TO', target: short });
    expect((await desk.act('unlinkIncident', unlinked, { kind: 'CAUSED_BY_CHANGE', target: 'CHG-12' })).links).toEqual(
      [],
    );
    expect((await desk.history(a)).slice(-2).map(({ kind }) => kind)).toEqual(['UNLINKED', 'UNLINKED']);
  });

  test('that is not there cannot be taken away', async () => {
    const refused = await desk.refusal('unlinkIncident', await desk.report(), {
      kind: 'CHILD_OF',
      target: 'INC-999999',
    });
    expect([refused.code, pathsOf(refused)]).toEqual(['BAD_USER_INPUT', ['input.target']]);
  });

  test('behind a chain that is too long to follow is refused', async () => {
    const chain: Shown[] = [];
    // One after the other: on a busy machine so many at once are refused as too many.
    for (let links = 0; links < 53; links++) chain.push(await desk.report());
    const linked = await Promise.all(
      chain
        .slice(1)
        .map((parent, index) =>
          desk.act('linkIncident', chain[index] as Shown, { kind: 'CHILD_OF', target: parent.number }),
        ),
    );
    const top = chain.at(-1) as Shown;
    const refused = await desk.refusal('linkIncident', top, { kind: 'CHILD_OF', target: (linked[0] as Shown).number });
    expect(codesOf(refused)).toEqual([['input.target', 'CHAIN_TOO_LONG']]);
    const near = await desk.refusal('linkIncident', top, { kind: 'CHILD_OF', target: (linked[1] as Shown).number });
    expect(codesOf(near)).toEqual([['input.target', 'CIRCULAR']]);
  });
});

describe('a duplicate', () => {
  test('is made by resolving it and unmade by reopening it, and not by a link alone', async () => {
    const [master, copy] = [await desk.report(), await desk.started(await desk.report())];
    const link = { kind: 'DUPLICATE_OF', target: master.number };
    expect(pathsOf(await desk.refusal('linkIncident', copy, link))).toEqual(['input.kind']);
    const resolved = await desk.act('resolveIncident', copy, { ...DUPLICATE, duplicateOf: master.number });
    expect(pathsOf(await desk.refusal('unlinkIncident', resolved, link))).toEqual(['input.kind']);
    expect(resolved.links).toEqual([link]);
  });

  test('of an incident that is its own duplicate is refused, and the refusal names the field', async () => {
    const [a, b] = [await desk.started(await desk.report()), await desk.started(await desk.report())];
    await desk.act('resolveIncident', a, { ...DUPLICATE, duplicateOf: b.number });
    const circle = await desk.refusal('resolveIncident', b, { ...DUPLICATE, duplicateOf: a.number });
    const itself = await desk.refusal('resolveIncident', b, { ...DUPLICATE, duplicateOf: b.number });
    expect([pathsOf(circle), pathsOf(itself)]).toEqual([['input.duplicateOf'], ['input.duplicateOf']]);
  });

  test('is not linked to an incident that has no room for a link', async () => {
    const [master, full] = [await desk.report(), await desk.started(await desk.report())];
    let incident = full;
    for (let number = 1; number <= 100; number++)
      incident = await desk.act('linkIncident', incident, { kind: 'RELATED_TO', target: `CHG-${number}` });
    const refused = await desk.refusal('resolveIncident', incident, { ...DUPLICATE, duplicateOf: master.number });
    expect(refused.message).toContain('at most 100 links');
  });
});

describe('a hold', () => {
  const UNTIL = { instant: '2026-07-03T14:00:00Z' };
  const TORONTO = { time: '2026-07-03T10:00', timeZone: 'America/Toronto' };

  test.each([
    ['CHANGE', 'chg-12', 'CHG-000012'],
    ['PROBLEM', 'PRB-000017', 'PRB-000017'],
  ])('for a %s is linked to it in the same write', async (reason, waitsFor, target) => {
    const started = await desk.started(await desk.report());
    const held = await desk.act('holdIncident', started, { reason, waitsFor });
    expect([held.version, held.links]).toEqual([started.version + 1, [{ kind: 'RELATED_TO', target }]]);
    const told = (await desk.history(held)).find(({ kind }) => kind === 'HELD');
    expect(told?.changes).toContainEqual({ field: 'RELATED_TO', to: target });
  });

  test('for a change that is linked already needs no second link', async () => {
    const started = await desk.started(await desk.report());
    const linked = await desk.act('linkIncident', started, { kind: 'CAUSED_BY_CHANGE', target: 'CHG-000012' });
    const held = await desk.act('holdIncident', linked, { reason: 'CHANGE', waitsFor: 'CHG-000012' });
    expect(held.links).toEqual([{ kind: 'CAUSED_BY_CHANGE', target: 'CHG-000012' }]);
  });

  test.each([
    [{ reason: 'CHANGE', waitsFor: 'banana' }, ['input.waitsFor']],
    [{ reason: 'CHANGE', waitsFor: 'PRB-000017' }, ['input.waitsFor']],
    [{ reason: 'PROBLEM' }, ['input.waitsFor']],
    [{ reason: 'CUSTOMER' }, ['input.question']],
    [{ reason: 'VENDOR' }, ['input.vendorReference']],
    [{ reason: 'SCHEDULED' }, ['input.until']],
    [{ reason: 'SCHEDULED', until: { instant: '2026-06-01T00:00:00Z' } }, ['input.until']],
    [{ reason: 'SCHEDULED', until: {} }, ['input.until']],
    [{ reason: 'SCHEDULED', until: { ...UNTIL, local: TORONTO } }, ['input.until']],
    [{ reason: 'SCHEDULED', until: { instant: null } }, ['input.until']],
    [{ reason: 'SCHEDULED', until: { local: { ...TORONTO, time: '2026-07-03' } } }, ['input.until']],
    [
      { reason: 'SCHEDULED', until: { local: { ...TORONTO, timeZone: 'Mars/Olympus' } } },
      ['input.until.local.timeZone'],
    ],
    [{ reason: 'VENDOR', vendorReference: 'OSP-1', waitsFor: 'CHG-000012' }, ['input.waitsFor']],
    [{ reason: 'CUSTOMER', question: 'Which?', until: UNTIL }, ['input.until']],
    [{ reason: 'CHANGE', waitsFor: 'CHG-000012', customerWish: true }, ['input.customerWish']],
    [
      { reason: 'SCHEDULED', until: UNTIL, question: 'Which?', vendorReference: 'OSP-1' },
      ['input.question', 'input.vendorReference'],
    ],
  ])('that lacks or mixes what belongs to a reason names it: %j', async (input, paths) => {
    const refused = await desk.refusal('holdIncident', await desk.started(await desk.report()), input);
    expect([refused.code, pathsOf(refused)]).toEqual(['BAD_USER_INPUT', paths]);
  });

  test('until an instant, or until a wall time in its zone, waits so long', async () => {
    const until = [UNTIL, { local: TORONTO }];
    for (const each of until) {
      const held = await desk.act('holdIncident', await desk.started(await desk.report()), {
        reason: 'SCHEDULED',
        until: each,
      });
      expect([held.hold?.until, clockOf(held, 'RESOLUTION').state]).toEqual(['2026-07-03T14:00:00.000Z', 'RUN']);
    }
  });
});

/** Each wrong field with the code of its problem. */
function codesOf({ fields }: Refused): [string, string][] {
  return (fields as { path: string; code: string }[]).map(({ path, code }) => [path, code]);
}

function pathsOf({ fields }: Refused): string[] {
  return ((fields ?? []) as { path: string }[]).map(({ path }) => path);
}

async function reportRefused(viewer: Viewer, i: Record<string, unknown>): Promise<Refused> {
  const query = 'mutation($i: CreateIncidentInput!) { createIncident(input: $i) { incident { id } } }';
  const { errors } = await desk.ask(viewer, query, { i });
  if (!errors?.[0]) throw new Error('the report was not refused');
  const { requestId: _ofEachItsOwn, ...extensions } = errors[0].extensions;
  return { message: errors[0].message, ...extensions };
}
