import { expect, test } from '@jest/globals';
import { recordLoader } from './loader.ts';
import { PAGE_MAX } from './page.ts';

/** A loader over records `a` and `b`, and the questions that it asks. */
function buildLoader() {
  const asked: (readonly string[])[] = [];
  const loader = recordLoader(async (ids) => {
    asked.push(ids);
    return [{ _id: 'b' }, { _id: 'a' }].filter(({ _id }) => ids.includes(_id));
  });
  return { loader, asked };
}

test('records asked for in one tick are found in one query, each once', async () => {
  const { loader, asked } = buildLoader();
  expect(await Promise.all(['a', 'b', 'a'].map((id) => loader.load(id)))).toEqual([
    { _id: 'a' },
    { _id: 'b' },
    { _id: 'a' },
  ]);
  expect(asked).toEqual([['a', 'b']]);
});

test('a record out of reach is null', async () => {
  expect(await buildLoader().loader.load('c')).toBeNull();
});

test('a query asks for no more records than a page holds', async () => {
  const { loader, asked } = buildLoader();
  await loader.loadMany(Array.from({ length: PAGE_MAX + 1 }, (_, index) => `c${index}`));
  expect(asked.map((ids) => ids.length)).toEqual([PAGE_MAX, 1]);
});
