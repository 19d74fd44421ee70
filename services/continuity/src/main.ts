import { processDependencies, runProcess } from '@desk/kit/service/process';
import { readContinuityConfig } from './config.ts';
import { createContinuityService } from './service.ts';

await runProcess(async () => {
  const settings = readContinuityConfig(process.env);
  const { config, deps } = await processDependencies('continuity', settings, { directory: settings.DIRECTORY_URL });
  return createContinuityService(config, deps);
});
