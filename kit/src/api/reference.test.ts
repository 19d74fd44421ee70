import { describe, expect, test } from '@jest/globals';
import { findOrganization, requireOrganization } from './reference.ts';
import type { Reach } from './viewer.ts';

const NORTH = { _id: 'org_north', code: 'LDC-001' };

const organizations = {
  find: async (_kind: 'organization', id: string) => (id === NORTH._id ? NORTH : null),
  findByKey: async (_kind: 'organization', code: string) => (code === NORTH.code ? NORTH : null),
};

test.each([
  ['org_north', NORTH],
  ['LDC-001', NORTH],
  ['ldc-001', NORTH],
  ['LDC-999', null],
  ['org_south', null],
])('%s finds an organization by its id, and by its code in any case', async (name, found) => {
  expect(await findOrganization(organizations, name)).toEqual(found);
});

describe('a write names an organization', () => {
  const required = (name: string, reach: Reach) =>
    requireOrganization(organizations, name, { reach, path: 'input.actingFor' }).catch((error: unknown) => error);

  test('that the viewer reaches', async () => {
    expect(await required('LDC-001', 'ALL')).toEqual(NORTH);
    expect(await required('LDC-001', ['org_north'])).toEqual(NORTH);
  });
  test('that is out of reach, and gets the answer of one that does not exist', async () => {
    const foreign = await required('LDC-001', ['org_south']);
    expect(foreign).toMatchObject({ code: 'NOT_FOUND' });
    expect(foreign).toEqual(await required('LDC-999', ['org_south']));
  });
  test('by something that is neither id nor code', async () => {
    expect(await required('inc_1', 'ALL')).toMatchObject({
      code: 'BAD_USER_INPUT',
      extensions: { fields: [{ path: 'input.actingFor', code: 'NOT_AN_ID' }] },
    });
  });
});
