import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it, jest } from '@jest/globals';
import type { Api } from '../api/client.ts';
import type { ClientOrganization } from '../app/acting.ts';
import type { Session } from '../app/session-context.ts';
import { mayReportQuery, reportsFor } from './rights.ts';

const SOUTH: ClientOrganization = {
  id: 'org_s',
  code: 'LDC-001',
  name: 'South',
  scopes: ['TICKETS_READ', 'TICKETS_WRITE'],
};

describe('whether somebody may report', () => {
  const request = jest.fn<() => Promise<{ me: { mayCreateIncident: boolean | null } }>>();

  /** What the page knows, when `me` said `own` and the API is asked anew: the answer, and how often it was asked. */
  async function read(own: boolean | null, clients: ClientOrganization[], now: boolean | null) {
    request.mockReset().mockResolvedValue({ me: { mayCreateIncident: now } });
    const session = { api: { request } as unknown as Api, me: { mayCreateIncident: own }, clients } as Session;
    const answer = await new QueryClient().ensureQueryData({ ...mayReportQuery(session), retry: false }).catch(String);
    return [answer, request.mock.calls.length];
  }

  it.each([true, false])('is known by what `me` said to whoever acts for nobody: %s', async (own) => {
    expect(await read(own, [], !own)).toEqual([own, 0]);
  });

  it('is asked for an agent, of whom `me` knew no acting context', async () => {
    expect(await read(false, [SOUTH], true)).toEqual([true, 1]);
  });

  it('is asked again where the desk could not say, and fails as long as it cannot', async () => {
    expect(await read(null, [], true)).toEqual([true, 1]);
    expect(await read(null, [], null)).toEqual([expect.stringContaining('missing'), 1]);
  });
});

describe('the distributors that an agent reports for', () => {
  it('are those that let the agent write tickets', () => {
    const north: ClientOrganization = { id: 'org_n', code: 'LDC-002', name: 'North', scopes: ['TICKETS_READ'] };
    expect([SOUTH, north].filter(reportsFor)).toEqual([SOUTH]);
  });
});
