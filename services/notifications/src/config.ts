import { readConfig } from '@desk/kit/process/config';
import { SUBGRAPH_SETTINGS } from '@desk/kit/service/settings';
import { z } from 'zod';

const SETTINGS = {
  ...SUBGRAPH_SETTINGS,
  MONGODB_DATABASE: SUBGRAPH_SETTINGS.MONGODB_DATABASE.default('notifications'),
  DIRECTORY_URL: z.url().describe('Where the directory answers, without /graphql.'),
  TICKETS_URL: z.url().describe('Where tickets answer.'),
  CHANGES_URL: z.url().describe('Where changes answer.'),
  CONTINUITY_URL: z.url().describe('Where continuity answers.'),
  LEARNING_URL: z.url().describe('Where learning answers.'),
};

/** The service's settings from the environment. Throws ConfigProblem with everything that is wrong. */
export function readNotificationsConfig(environment: Record<string, string | undefined>) {
  return readConfig(SETTINGS, environment);
}
