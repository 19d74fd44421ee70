import type { Page } from 'playwright-core';

/** Points of each operation that a page asked for over HTTP since, by its name. The gateway says it with each answer. */
export function pointsOf(page: Page): ReadonlyMap<string, number> {
  const points = new Map<string, number>();
  page.on('request', (request) => {
    if (!request.url().endsWith('/graphql') || request.method() !== 'POST') return;
    const name = /"operationName":"(\w+)"/.exec(request.postData() ?? '')?.[1] ?? 'unnamed';
    void request.response().then(
      async (response) => {
        const { extensions } = (await response?.json()) as { extensions?: { cost?: number } };
        points.set(name, (points.get(name) ?? 0) + (extensions?.cost ?? 1));
      },
      () => undefined,
    );
  });
  return points;
}

/** All of them together. */
export function sumOf(points: ReadonlyMap<string, number>): number {
  return [...points.values()].reduce((sum, each) => sum + each, 0);
}
