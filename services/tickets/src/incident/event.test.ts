import { SYSTEM_ACTOR } from '@desk/kit/api/actor';
import { readTicketsEvent, TICKETS_EVENT_VERSION, type TicketsEvents } from '@desk/schema/tickets/events';
import { describe, expect, test } from '@jest/globals';
import { IncidentEventKind } from '../generated/api.ts';
import { readHistoryEvent } from './view.ts';

/** The data that version 1 had in events of every kind. */
const COMMON = { recordId: 'inc_1', changedFields: ['state'], match: { priority: ['P3'] }, changes: [] };

/** The data that version 1 added for single kinds. */
const OWN: Partial<Record<IncidentEventKind, object>> = {
  STARTED: { commentId: 'com_1' },
  HELD: { commentId: 'com_1' },
  COMMENTED: { commentId: 'com_1', version: 3, carried: false },
  NOTED: { commentId: 'note_1', version: 3, carried: true },
  CLOCK_WARNED: { clock: 'RESOLUTION', percent: 75 },
  CLOCK_BREACHED: { clock: 'RESPONSE', cause: 'TIME' },
  IMPORTED: { source: 'TEST', externalNumber: 'INC1', codes: {} },
};

const KINDS = Object.values(IncidentEventKind);

function versionOne(kind: IncidentEventKind) {
  return { type: `incident.${kind.toLowerCase()}`, data: { ...COMMON, kind, ...OWN[kind] } as Record<string, unknown> };
}

describe('an event from before events had versions', () => {
  test.each(KINDS)('of kind %s names its subject, and says the rest as before', (kind) => {
    const { type, data } = versionOne(kind);
    const { recordId: _recordId, ...rest } = data;
    const read = readTicketsEvent({ type, eventVersion: 1, data });
    expect(read).toMatchObject({ type, data: { subject: { type: 'INCIDENT', id: 'inc_1' }, ...rest } });
    expect(read?.data).not.toHaveProperty('recordId');
  });

  test.each(['COMMENTED', 'NOTED'] as const)('of kind %s names its message', (kind) => {
    const { type, data } = versionOne(kind);
    const { messageId } = readTicketsEvent({ type, eventVersion: 1, data })?.data as TicketsEvents['incident.noted'];
    expect(messageId).toBe(data['commentId']);
  });

  test.each(KINDS)('of kind %s has its entry in the history', (kind) => {
    const { type, data } = versionOne(kind);
    const event = {
      type,
      data,
      aggregate: 'inc_1',
      seq: 1,
      at: new Date(0),
      actor: SYSTEM_ACTOR,
      organizationId: 'org_A',
      internal: false,
      personalHash: null,
      personal: null,
    };
    const clock = { CLOCK_WARNED: ['RESOLUTION', '75 %'], CLOCK_BREACHED: ['RESPONSE', 'TIME'] };
    const changes = kind in clock ? [clock[kind as keyof typeof clock]] : [];
    expect(readHistoryEvent(event)).toEqual({
      kind,
      changes: changes.map(([field, to]) => ({ field, from: null, to })),
    });
  });
});

test('an event of this version is read as it stands', () => {
  const data = { kind: 'CLOSED', subject: { type: 'INCIDENT', id: 'inc_1' } };
  expect(readTicketsEvent({ type: 'incident.closed', eventVersion: TICKETS_EVENT_VERSION, data })).toEqual({
    type: 'incident.closed',
    data,
  });
});

test('an event of a type that this version does not know is none', () => {
  expect(readTicketsEvent({ type: 'incident.frozen', eventVersion: 9, data: {} })).toBeNull();
});
