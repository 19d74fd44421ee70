import { readConfig } from '@desk/kit/process/config';
import { SUBGRAPH_SETTINGS } from '@desk/kit/service/settings';
import { z } from 'zod';

const SETTINGS = {
  ...SUBGRAPH_SETTINGS,
  MONGODB_DATABASE: SUBGRAPH_SETTINGS.MONGODB_DATABASE.default('continuity'),
  DIRECTORY_URL: z.url().describe('Where the directory answers, without /graphql.'),
};

/** The service's settings from the environment. Throws ConfigProblem with everything that is wrong. */
export function readContinuityConfig(environment: Record<string, string | undefined>) {
  return readConfig(SETTINGS, environment);
}
