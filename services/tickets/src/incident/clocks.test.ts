import { describe, expect, test } from '@jest/globals';
import { InputCheck } from '@desk/kit/api/input';
import { stateOf } from '@desk/kit/time/clock';
import { toronto } from '@desk/kit/time/clock.fixture';
import { loadReferenceData } from '../sla/port.ts';
import { slaOver, type IncidentClock } from '../sla/sla.ts';
import {
  answerIncident,
  assignIncident,
  holdIncident,
  reclassifyIncident,
  reopenIncident,
  resolveIncident,
  resumeIncident,
  startIncident,
} from './acts.ts';
import { openIncident } from './opening.ts';
import type { Incident, IncidentActContext } from './incident.ts';

/** An hour of 9 June 2026, a Tuesday, in Toronto. */
type Time = `${number}:${number}`;

const sla = slaOver(loadReferenceData());
const HIGH = { impact: 'HIGH', urgency: 'HIGH' } as const;
const MEDIUM = { impact: 'MEDIUM', urgency: 'MEDIUM' } as const;
const QUESTION = {
  reason: 'CUSTOMER',
  question: { id: 'com_question', text: 'Which file?' },
  until: null,
} as const;

test('a reopening tells that the kind of solution went: each change of a field begins where the last one ended', () => {
  const solved = resolved(started(reported('09:00'), '09:10'), '09:35');
  const { events } = reopenIncident(solved, { reason: 'Again.' }, act('12:00'));
  expect(events[0]?.data).toMatchObject({
    changes: expect.arrayContaining([{ field: 'resolutionCode', from: solved.resolution?.code, to: null }]),
  });
});

describe('updates', () => {
  test('are not owed for a new P1 before its first answer', () => {
    expect(reported('09:00').clocks.map(({ kind }) => kind)).toEqual(['RESPONSE', 'RESOLUTION']);
  });

  test('are owed from the first answer on', () => {
    expect(updateOf(answered(reported('09:00'), '09:10'))).toMatchObject({
      startedAt: at('09:10'),
      dueAt: at('09:40'),
    });
  });

  test('are owed anew from each answer on', () => {
    const twice = answered(answered(reported('09:00'), '09:10'), '09:30');
    expect(updatesOf(twice)).toMatchObject([{ startedAt: at('09:30'), dueAt: at('10:00') }]);
  });

  test('are not owed before the first answer when the priority is raised', () => {
    expect(updatesOf(raised(reported('09:00', MEDIUM), '09:30'))).toEqual([]);
  });

  test('are owed from a raised priority on, once an answer was given', () => {
    const incident = raised(answered(reported('09:00', MEDIUM), '09:10'), '09:30');
    expect(updateOf(incident)).toMatchObject({ startedAt: at('09:30'), dueAt: at('10:00') });
  });

  test('are not owed while an incident waits for the customer, also when its priority is raised meanwhile', () => {
    const held = holdIncident(started(reported('09:00', MEDIUM), '09:10'), QUESTION, act('10:00')).record;
    const update = updateOf(raised(held, '10:30'));
    expect([update?.intervals.at(-1), update?.dueAt]).toEqual([
      { from: at('10:30'), to: null, state: 'PAUSE', cause: 'CUSTOMER' },
      null,
    ]);
    expect(updateOf(resumeIncident(raised(held, '10:30'), {}, act('12:00')).record)?.dueAt).toEqual(at('12:30'));
  });

  test('are owed anew from an answer that was given while an incident waited for the customer', () => {
    const held = holdIncident(started(reported('09:00'), '09:10'), QUESTION, act('09:20')).record;
    const resumed = resumeIncident(answered(held, '10:00'), {}, act('12:00')).record;
    expect(updatesOf(resumed)).toMatchObject([{ startedAt: at('10:00'), dueAt: at('12:30') }]);
  });

  test('are owed with their whole time after a reopening', () => {
    const reopened = reopenIncident(
      resolved(started(reported('09:00'), '09:10'), '09:35'),
      { reason: 'Again.' },
      act('12:00'),
    );
    expect(updatesOf(reopened.record)).toMatchObject([{ startedAt: at('12:00'), dueAt: at('12:30') }]);
  });

  test('are not moved back by an answer that is applied late', () => {
    const incident = answered(started(reported('09:00'), '09:10'), '09:30');
    expect(answerIncident(incident, { fromStaff: true }, act('09:20'))).toBeNull();
  });
});

describe('a missed update', () => {
  const late = answered(started(reported('09:00'), '09:10'), '10:00');

  test('stays with its breach when the next one is given', () => {
    expect(updatesOf(late)).toMatchObject([
      { startedAt: at('09:10'), outcome: 'BREACHED', breachedAt: at('09:40'), stoppedAt: at('10:00') },
      { startedAt: at('10:00'), outcome: null, breachedAt: null, dueAt: at('10:30') },
    ]);
  });

  test('is announced when its answer comes before the timer', () => {
    const { events } = answerIncident(started(reported('09:00'), '09:10'), { fromStaff: true }, act('10:00')) ?? {
      events: [],
    };
    const told = events.map(({ data, at: when }) => [data.kind, 'clock' in data ? data.clock : null, when]);
    expect(told).toContainEqual(['CLOCK_BREACHED', 'UPDATE', at('09:40')]);
  });

  test('stays when the priority loses and regains its updates', () => {
    const lowered = reclassifyIncident(late, MEDIUM, act('10:40')).record;
    expect(updatesOf(raised(lowered, '11:00')).map(({ breachedAt }) => breachedAt)).toEqual([
      at('09:40'),
      at('10:30'),
      null,
    ]);
  });

  test('stays ended when the incident is reopened', () => {
    const reopened = reopenIncident(resolved(late, '10:10'), { reason: 'Again.' }, act('12:00')).record;
    expect(updatesOf(reopened).map(stateOf)).toEqual(['STOP', 'RUN']);
  });

  test('is one of at most twenty that an incident keeps, the newest', () => {
    let incident = started(reported('00:00'), '00:10');
    for (let hour = 1; hour <= 22; hour++) incident = answered(incident, `${hour}:00`);
    const missed = updatesOf(incident).filter(({ breachedAt }) => breachedAt !== null);
    expect([missed.length, missed[0]?.startedAt, updateOf(incident)?.startedAt]).toEqual([20, at('2:00'), at('22:00')]);
  });
});

test('an answer of a computer system stops no clock', () => {
  const incident = reported('09:00');
  const system = { ...act('09:10'), by: { id: 'cli_1', kind: 'CLIENT', actingFor: null } } as const;
  expect(answerIncident(incident, { fromStaff: true }, system)).toBeNull();
  const acknowledgement = { id: 'com_ack', text: 'Received.' };
  expect(startIncident(incident, { assigneeId: 'per_sam', acknowledgement }, system).record.clocks).toEqual(
    incident.clocks,
  );
});

describe('a reply of the customer', () => {
  const waiting = (customerWish: boolean): Incident =>
    holdIncident(
      started(reported('09:00'), '09:10'),
      { reason: 'SCHEDULED', question: null, until: at('16:00'), customerWish },
      act('09:20'),
    ).record;

  test('ends every wait that stops the clock, also until a date that the customer wished', () => {
    expect(answerIncident(waiting(true), { fromStaff: false }, act('11:00'))?.record).toMatchObject({
      state: 'IN_PROGRESS',
      hold: null,
    });
  });

  test('ends no wait that the customer did not ask for', () => {
    expect(answerIncident(waiting(false), { fromStaff: false }, act('11:00'))).toBeNull();
  });
});

describe('a duplicate that was never answered', () => {
  test('owes its answer again when it is reopened, because it is not the same', () => {
    const assigned = assignIncident(
      reported('09:00'),
      { assignmentGroupId: 'READS_VEE', categoryId: 'READS_MISSING', ...HIGH },
      act('09:05'),
    ).record;
    const copy = resolveIncident(
      assigned,
      {
        code: 'DUPLICATE',
        text: 'See the other.',
        cause: 'UNKNOWN',
        duplicateOf: { target: 'INC-000001', targetId: 'inc_1' },
      },
      act('09:10'),
    ).record;
    const reopened = reopenIncident(copy, { reason: 'It is not the same.' }, act('10:00')).record;
    const response = reopened.clocks.find(({ kind }) => kind === 'RESPONSE');
    expect(response).toMatchObject({ outcome: null, dueAt: at('10:05') }); // 10 of 15 minutes were used.
    expect(updatesOf(reopened)).toEqual([]);
  });
});

function at(time: Time): Date {
  return toronto(`2026-06-09T${time.padStart(5, '0')}`);
}

function act(time: Time): IncidentActContext {
  const by = { id: 'per_sam', kind: 'PERSON', actingFor: null } as const;
  return { at: at(time), by, check: new InputCheck(), sla, viewer: null };
}

/** A new incident; a P1 unless said otherwise. */
function reported(time: Time, classification: typeof HIGH | typeof MEDIUM = HIGH): Incident {
  const contact = { name: 'Lena K.', phone: '+1 416 555 0101', availability: 'Day and night' };
  const input = {
    title: 'Reads are missing',
    description: 'Since 06:00.',
    serviceId: 'VEE',
    environment: 'PRODUCTION',
    contacts: [
      { rank: 'MAIN', ...contact },
      { rank: 'BACKUP', ...contact },
    ],
    ...classification,
  } as const;
  return openIncident({ id: 'inc_2', organizationId: 'org_A', source: 'PORTAL' }, input, act(time)).record;
}

function started(incident: Incident, time: Time): Incident {
  const acknowledgement = { id: 'com_ack', text: 'We look into it.' };
  return startIncident(incident, { assigneeId: 'per_sam', acknowledgement }, act(time)).record;
}

function answered(incident: Incident, time: Time): Incident {
  const decision = answerIncident(incident, { fromStaff: true }, act(time));
  if (!decision) throw new Error('the answer did nothing');
  return decision.record;
}

function raised(incident: Incident, time: Time): Incident {
  return reclassifyIncident(incident, HIGH, act(time)).record;
}

function resolved(incident: Incident, time: Time): Incident {
  const solution = { code: 'FIXED', text: 'Sent again.', cause: 'DATA', duplicateOf: null } as const;
  return resolveIncident(incident, solution, act(time)).record;
}

function updatesOf(incident: Incident): IncidentClock[] {
  return incident.clocks.filter(({ kind }) => kind === 'UPDATE');
}

function updateOf(incident: Incident): IncidentClock | undefined {
  return updatesOf(incident).at(-1);
}
