import { describe, expect, test } from '@jest/globals';
import type { Viewer } from '../api/viewer.ts';
import { actionTable } from './actions.ts';

interface Door {
  state: 'OPEN' | 'SHUT';
  lockedUntil: Date | null;
}

const NOW = new Date('2026-03-02T12:00:00Z');
const LATER = new Date('2026-03-02T13:00:00Z');

const { possibleActions, allowedActions, requireAction } = actionTable<Door, Door['state'], 'SHUT' | 'OPEN' | 'PAINT'>(
  'door',
  {
    SHUT: { from: ['OPEN'], may: () => true, mutations: ['shutDoor'] },
    OPEN: {
      from: ['SHUT'],
      may: () => true,
      mutations: ['openDoor'],
      when: ({ lockedUntil }, now) => lockedUntil === null || now >= lockedUntil,
      overdue: ({ lockedUntil }) => (lockedUntil ? 'The door is locked.' : null),
    },
    PAINT: { from: ['OPEN', 'SHUT'], may: ({ staff }) => staff, mutations: ['paintDoor'] },
  },
);

function viewer(given: Partial<Viewer> = {}): Viewer {
  return { id: 'per_a', kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false, ...given };
}

const shut: Door = { state: 'SHUT', lockedUntil: null };
const locked: Door = { state: 'SHUT', lockedUntil: LATER };

test('the possible actions are those that state and time allow', () => {
  expect(possibleActions(shut, NOW)).toEqual(['OPEN', 'PAINT']);
  expect(possibleActions(locked, NOW)).toEqual(['PAINT']);
  expect(possibleActions(locked, LATER)).toEqual(['OPEN', 'PAINT']);
});

test('the allowed actions are those of them that the viewer may do; a live scope may do none', () => {
  expect(allowedActions(viewer(), shut, NOW)).toEqual(['OPEN']);
  expect(allowedActions(viewer({ staff: true }), shut, NOW)).toEqual(['OPEN', 'PAINT']);
  expect(allowedActions(viewer({ id: null, staff: true }), shut, NOW)).toEqual([]);
});

describe('an action is refused', () => {
  const refusal = (door: Door, action: 'SHUT' | 'OPEN' | 'PAINT', who: Viewer | null) => {
    try {
      requireAction(door, action, { at: NOW, viewer: who });
    } catch (error) {
      return (error as { extensions: object }).extensions;
    }
    return null;
  };

  test('for the role first, whatever the state', () => {
    expect(refusal(shut, 'PAINT', viewer())).toEqual({ code: 'FORBIDDEN' });
  });

  test('for the state, with the actions that the viewer may do instead', () => {
    expect(refusal(shut, 'SHUT', viewer())).toEqual({
      code: 'ILLEGAL_TRANSITION',
      state: 'SHUT',
      allowedActions: ['OPEN'],
    });
  });

  test('for the time, with its reason', () => {
    expect(refusal(locked, 'OPEN', viewer({ staff: true }))).toEqual({
      code: 'WINDOW_CLOSED',
      allowedActions: ['PAINT'],
    });
  });

  test('for nothing else, and the desk itself needs no role', () => {
    expect([refusal(shut, 'OPEN', viewer()), refusal(shut, 'PAINT', null)]).toEqual([null, null]);
  });
});
