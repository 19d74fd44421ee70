import { readConfig } from '@desk/kit/process/config';
import { SUBGRAPH_SETTINGS } from '@desk/kit/service/settings';

const SETTINGS = {
  ...SUBGRAPH_SETTINGS,
  MONGODB_DATABASE: SUBGRAPH_SETTINGS.MONGODB_DATABASE.default('learning'),
};

/** The service's settings from the environment. Throws ConfigProblem with everything that is wrong. */
export function readLearningConfig(environment: Record<string, string | undefined>) {
  return readConfig(SETTINGS, environment);
}
