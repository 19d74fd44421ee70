import { processDependencies, runProcess } from '@desk/kit/service/process';
import { readChangesConfig } from './config.ts';
import { createChangesService } from './service.ts';

await runProcess(async () => {
  const settings = readChangesConfig(process.env);
  const { config, deps } = await processDependencies('changes', settings, { directory: settings.DIRECTORY_URL });
  return createChangesService(config, deps);
});
