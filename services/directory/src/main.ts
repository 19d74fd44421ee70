import { processDependencies, runProcess } from '@desk/kit/service/process';
import { readDirectoryConfig } from './config.ts';
import { createDirectoryService } from './service.ts';

await runProcess(async () => {
  const settings = readDirectoryConfig(process.env);
  const { config, deps } = await processDependencies('directory', settings, {});
  return createDirectoryService(config, deps);
});
