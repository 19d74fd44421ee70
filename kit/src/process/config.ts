import { z } from 'zod';

/** All wrong settings at once, each named by its variable. The process stops with this text. */
export class ConfigProblem extends Error {
  readonly problems: string[];

  constructor(problems: string[]) {
    super(`The configuration is wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigProblem';
    this.problems = problems;
  }
}

/**
 * Reads settings from the environment. `shape` names each variable once, with its type, default and unit.
 * Throws ConfigProblem with every wrong variable at once. An empty variable counts as missing.
 */
export function readConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Record<string, string | undefined>,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.keys(shape).flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  throw new ConfigProblem(
    result.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name}: ${name in given ? issue.message : `is missing. ${z.globalRegistry.get(shape[name] as z.ZodType)?.description ?? ''}`.trim()}`;
    }),
  );
}

/** A TCP port; 0 lets the system choose. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** A length of time in milliseconds. */
export const milliseconds = z.coerce.number().int().min(1);
