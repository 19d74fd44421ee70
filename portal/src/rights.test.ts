import { describe, expect, it } from '@jest/globals';
import { chosenClients, clientsOf, mayReport, type Me } from './rights.ts';

const NORTH = { id: 'org_n', code: 'LDC-002', name: 'North' };
const SOUTH = { id: 'org_s', code: 'LDC-001', name: 'South' };

function person(roles: string[], authorizations: [typeof NORTH, string[], boolean?][] = []): Me {
  return {
    memberships: [{ organization: null, roles }],
    authorizations: authorizations.map(([organization, scopes, active = true]) => ({ organization, scopes, active })),
  } as unknown as Me;
}

describe('what roles and scopes allow', () => {
  it('names each distributor that somebody acts for once, by code, with what its scopes allow together', () => {
    const agent = person(
      ['AGENT_USER'],
      [
        [NORTH, ['TICKETS_READ']],
        [SOUTH, ['TICKETS_READ']],
        [NORTH, ['TICKETS_WRITE']],
      ],
    );
    expect(clientsOf(agent)).toEqual([
      { ...SOUTH, writes: false },
      { ...NORTH, writes: true },
    ]);
  });

  it('leaves out an authorization that does not hold now', () => {
    expect(clientsOf(person(['AGENT_USER'], [[NORTH, ['TICKETS_WRITE'], false]]))).toEqual([]);
  });

  it('acts for the one that was chosen, and for all where the chosen one is none of them', () => {
    const clients = clientsOf(
      person(
        ['AGENT_USER'],
        [
          [NORTH, []],
          [SOUTH, []],
        ],
      ),
    );
    expect(chosenClients(clients, NORTH.id).map(({ id }) => id)).toEqual([NORTH.id]);
    expect(chosenClients(clients, 'org_gone').map(({ id }) => id)).toEqual([SOUTH.id, NORTH.id]);
  });

  it.each([
    ['a distributor’s user', ['LDC_USER'], true],
    ['an analyst', ['SME_ANALYST'], true],
    ['a change manager', ['SME_CHANGE'], false],
    ['an auditor', ['AUDITOR'], false],
  ])('%s: reports is %s', (_who, roles, reports) => {
    expect(mayReport(person(roles), [])).toBe(reports);
  });

  it('an agent reports only where a distributor allows it', () => {
    const agent = person(
      ['AGENT_USER'],
      [
        [NORTH, ['TICKETS_READ']],
        [SOUTH, ['TICKETS_READ', 'TICKETS_WRITE']],
      ],
    );
    const clients = clientsOf(agent);
    expect(mayReport(agent, clients)).toBe(true);
    expect(mayReport(agent, chosenClients(clients, NORTH.id))).toBe(false);
  });
});
