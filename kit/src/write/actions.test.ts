import { describe, expect, test } from '@jest/globals';
import type { Viewer } from '../api/viewer.ts';
import { actionTable } from './actions.ts';

interface Door {
  state: 'OPEN' | 'SHUT';
  lockedUntil: Date | null;
  paintedBy: string | null;
}

const NOW = new Date('2026-03-02T12:00:00Z');
const LATER = new Date('2026-03-02T13:00:00Z');

type Action = 'SHUT' | 'OPEN' | 'PAINT' | 'INSPECT';

const { possibleActions, allowedActions, requireAction } = actionTable<Door, Door['state'], Action>('door', {
  SHUT: { from: ['OPEN'], may: () => true, mutations: ['shutDoor'] },
  OPEN: {
    from: ['SHUT'],
    may: () => true,
    mutations: ['openDoor'],
    when: ({ lockedUntil }, now) => lockedUntil === null || now >= lockedUntil,
    overdue: ({ lockedUntil }) => (lockedUntil ? 'The door is locked.' : null),
  },
  PAINT: { from: ['OPEN', 'SHUT'], may: ({ staff }) => staff, mutations: ['paintDoor'] },
  INSPECT: {
    from: ['OPEN'],
    may: () => true,
    mutations: ['inspectDoor'],
    secondPerson: ({ id }, { paintedBy }) => (id === paintedBy ? 'Another person must inspect the paint.' : null),
  },
});

function viewer(given: Partial<Viewer> = {}): Viewer {
  return { id: 'per_a', kind: 'PERSON', memberships: [], delegations: [], staff: false, auditor: false, ...given };
}

const shut: Door = { state: 'SHUT', lockedUntil: null, paintedBy: null };
const locked: Door = { ...shut, lockedUntil: LATER };
const painted: Door = { ...shut, state: 'OPEN', paintedBy: 'per_a' };

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
  const refusal = (door: Door, action: Action, who: Viewer | null) => {
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

  test('for the person last, where another must do it', () => {
    expect(refusal(painted, 'INSPECT', viewer())).toEqual({ code: 'SELF_APPROVAL_FORBIDDEN' });
    expect([refusal(painted, 'INSPECT', viewer({ id: 'per_b' })), refusal(painted, 'INSPECT', null)]).toEqual([
      null,
      null,
    ]);
  });

  test('exactly where it is not among the allowed ones', () => {
    for (const door of [shut, locked, painted])
      for (const who of [viewer(), viewer({ id: 'per_b' }), viewer({ staff: true })])
        for (const action of ['SHUT', 'OPEN', 'PAINT', 'INSPECT'] as const)
          expect(refusal(door, action, who) === null).toBe(allowedActions(who, door, NOW).includes(action));
  });

  test('for nothing else, and the desk itself needs no role', () => {
    expect([refusal(shut, 'OPEN', viewer()), refusal(shut, 'PAINT', null)]).toEqual([null, null]);
  });
});
