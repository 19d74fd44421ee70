import { expect, test } from '@jest/globals';
import { listedBy, type ListFilter } from './list-filter.ts';

const updatedFrom = new Date('2026-06-01T00:00:00Z');
const updatedBefore = new Date('2026-07-01T00:00:00Z');

test.each<[ListFilter, object]>([
  [{}, {}],
  [{ ids: null, updatedFrom: null, updatedBefore: null }, {}],
  [{ ids: [] }, { _id: { $in: [] } }],
  [{ ids: ['a', 'b'] }, { _id: { $in: ['a', 'b'] } }],
  [{ updatedFrom }, { updatedAt: { $gte: updatedFrom } }],
  [{ updatedBefore }, { updatedAt: { $lt: updatedBefore } }],
  [{ updatedFrom, updatedBefore }, { updatedAt: { $gte: updatedFrom, $lt: updatedBefore } }],
])('%p narrows a list by %p', (filter, part) => {
  expect(listedBy(filter)).toEqual(part);
});
