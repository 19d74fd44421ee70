import { processDependencies, runProcess } from '@desk/kit/service/process';
import { readNotificationsConfig } from './config.ts';
import { createNotificationsService } from './service.ts';

await runProcess(async () => {
  const settings = readNotificationsConfig(process.env);
  const { config, deps } = await processDependencies('notifications', settings, {
    directory: settings.DIRECTORY_URL,
    tickets: settings.TICKETS_URL,
    changes: settings.CHANGES_URL,
    continuity: settings.CONTINUITY_URL,
    learning: settings.LEARNING_URL,
  });
  return createNotificationsService(config, deps);
});
