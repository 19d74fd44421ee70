import { OPERATION_MS_MAX } from '@desk/kit/mongo';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mongo } from 'mongoose';
import { LDC_A, startDesk, type Desk } from './desk.fixture.ts';

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk('2026-06-29T14:00:00Z');
});
afterAll(() => desk.service.stop());

test('an organization is found by its id, and by its code in any case', async () => {
  const { directory } = desk.service;
  const found = await Promise.all(
    [LDC_A, 'LDC-001', 'ldc-001', 'LDC-999'].map((name) => directory.findOrganization(name)),
  );
  expect(found.map((organization) => organization?._id ?? null)).toEqual([LDC_A, LDC_A, LDC_A, null]);
});

test('no read of the mirror takes longer than a read may', async () => {
  const reads = jest.spyOn(mongo.Collection.prototype, 'findOne');
  await desk.service.directory.findOrganization(LDC_A);
  await desk.service.directory.findPerson('per_sam');
  const asked = reads.mock.calls.filter(([filter]) =>
    ['per_sam', LDC_A].some((id) => JSON.stringify(filter).includes(id)),
  );
  reads.mockRestore();
  expect(asked.map(([, options]) => options)).toEqual([
    { maxTimeMS: OPERATION_MS_MAX },
    { maxTimeMS: OPERATION_MS_MAX },
  ]);
});
