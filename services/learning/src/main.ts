import { processDependencies, runProcess } from '@desk/kit/service/process';
import { readLearningConfig } from './config.ts';
import { createLearningService } from './service.ts';

await runProcess(async () => {
  const settings = readLearningConfig(process.env);
  const { config, deps } = await processDependencies('learning', settings, {});
  return createLearningService(config, deps);
});
