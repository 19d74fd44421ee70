import { describe, expect, it } from '@jest/globals';
import { chosenClients, clientsOf, mayAct, type Me } from './acting.ts';

const NORTH = { id: 'org_n', code: 'LDC-002', name: 'North' };
const SOUTH = { id: 'org_s', code: 'LDC-001', name: 'South' };

function person(roles: string[], authorizations: [typeof NORTH, string[], boolean?][] = []): Me {
  return {
    memberships: [{ organization: null, roles }],
    authorizations: authorizations.map(([organization, scopes, active = true]) => ({ organization, scopes, active })),
  } as unknown as Me;
}

describe('whom somebody acts for', () => {
  it('is asked of people of agents and of partners alone', () => {
    expect(['AGENT_USER', 'PARTNER_CLIENT', 'LDC_USER', 'SME_ADMIN'].map((role) => mayAct(person([role])))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('names each distributor once, by code, with what its scopes allow together', () => {
    const agent = person(
      ['AGENT_USER'],
      [
        [NORTH, ['TICKETS_READ']],
        [SOUTH, ['TICKETS_READ']],
        [NORTH, ['TICKETS_WRITE']],
      ],
    );
    expect(clientsOf(agent)).toEqual([
      { ...SOUTH, scopes: ['TICKETS_READ'] },
      { ...NORTH, scopes: ['TICKETS_READ', 'TICKETS_WRITE'] },
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
});
