import type { Page } from 'playwright-core';

/** An answer over HTTP: the operation's name, and the points that it cost. */
interface Priced {
  operation: string;
  points: number;
}

interface Answer {
  extensions?: { cost?: number };
  errors?: { extensions?: { code?: string } }[];
}

/** What a page asked for over HTTP since. The gateway says with each answer what it cost. */
export interface Answers {
  /** Those that have come, in their order. */
  readonly come: readonly Priced[];
  /** Comes back with those to all requests so far. */
  all(): Promise<readonly Priced[]>;
}

/** Follows what a page asks for from now on. What was refused for coming too fast is asked again, and counts once. */
export function answersTo(page: Page): Answers {
  const come: Priced[] = [];
  const awaited: Promise<void>[] = [];
  page.on('request', (request) => {
    if (!request.url().endsWith('/graphql') || request.method() !== 'POST') return;
    const operation = /"operationName":"(\w+)"/.exec(request.postData() ?? '')?.[1] ?? 'unnamed';
    const told = async () => {
      const response = await request.response();
      const { extensions, errors } = (await response?.json()) as Answer;
      if (errors?.some((error) => error.extensions?.code === 'RATE_LIMITED')) return;
      come.push({ operation, points: extensions?.cost ?? 1 });
    };
    // A page that is left takes its requests with it.
    awaited.push(told().catch(() => undefined));
  });
  return { come, all: async () => Promise.all(awaited).then(() => come) };
}

/** The points of some answers together. */
export function sumOf(answers: readonly Priced[]): number {
  return answers.reduce((sum, { points }) => sum + points, 0);
}
