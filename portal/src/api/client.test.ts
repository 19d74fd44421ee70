import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  CloseIncidentDocument,
  IncidentCommentsDocument,
  IncidentsDocument,
  ReferencesDocument,
} from '../generated/api.ts';
import { createClient, requirePart } from './client.ts';

const fetched = jest.spyOn(globalThis, 'fetch');
const client = createClient({ personId: 'per_1', signedOut: () => undefined });

/** Lets the desk answer the next request so. */
function answer(body: object): void {
  fetched.mockImplementationOnce(async () => Response.json(body));
}

function failure(code: string, ...path: string[]) {
  return { message: 'Refused.', path, extensions: { code, requestId: 'r-1' } };
}

afterEach(() => void fetched.mockReset());

describe('an answer', () => {
  it('fails with the root field that failed, whatever took it along', async () => {
    answer({ data: { incidents: null }, errors: [failure('INTERNAL', 'incidents', 'nodes', '0', 'number')] });
    await expect(client.request(IncidentsDocument, { first: 1 })).rejects.toMatchObject({
      code: 'INTERNAL',
      requestId: 'r-1',
    });
  });

  it('fails where one of several root fields failed', async () => {
    answer({ data: { services: [], priorityMatrix: null }, errors: [failure('SERVER_BUSY', 'priorityMatrix')] });
    await expect(client.request(ReferencesDocument)).rejects.toMatchObject({ code: 'SERVER_BUSY' });
  });

  it('stands where a part of a record failed, and that part can be required', async () => {
    answer({
      data: { incident: { id: 'inc_1', comments: null } },
      errors: [failure('SERVICE_UNAVAILABLE', 'incident', 'comments')],
    });
    const { incident } = await client.request(IncidentCommentsDocument, { id: 'inc_1', last: 1 });
    expect(() => requirePart(incident?.comments)).toThrow('missing');
  });

  it('of a write comes of itself where the desk was too busy to begin it', async () => {
    const busy = failure('SERVER_BUSY', 'payload');
    answer({ data: null, errors: [{ ...busy, extensions: { ...busy.extensions, retryAfterMs: 1 } }] });
    answer({ data: { payload: { incident: null } } });
    expect(await client.write(CloseIncidentDocument, { id: 'inc_1', expectedVersion: 1 })).toEqual({ incident: null });
  });

  it('of a write says that the change is made, also where the record could not be read', async () => {
    answer({ data: { payload: { incident: null } }, errors: [failure('INTERNAL', 'payload', 'incident')] });
    const input = { id: 'inc_1', expectedVersion: 1 };
    expect(await client.write(CloseIncidentDocument, input)).toEqual({ incident: null });
  });
});
