import { DOMAINS, type Domain } from '@desk/schema/domains';
import type { Play } from './play.ts';

/** The plays of each domain, each in a file of its name. Together they hold every mutation. */
export const PLAYS = Object.fromEntries(
  await Promise.all(
    DOMAINS.map(async (domain) => {
      const { PLAYS: plays } = (await import(`./${domain}.ts`)) as { PLAYS: readonly Play[] };
      return [domain, plays] as const;
    }),
  ),
) as Readonly<Record<Domain, readonly Play[]>>;

/** The mutations that no play holds, each with the reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {};
