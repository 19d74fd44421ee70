import { processDependencies, runProcess } from '@desk/kit/service/process';
import { readTicketsConfig } from './config.ts';
import { createTicketsService } from './service.ts';

await runProcess(async () => {
  const settings = readTicketsConfig(process.env);
  const { config, deps } = await processDependencies('tickets', settings, { directory: settings.DIRECTORY_URL });
  return createTicketsService(config, deps);
});
