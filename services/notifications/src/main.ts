import { runService } from '@desk/kit/service/process';
import { followedBy } from '@desk/schema/domains';
import { createNotificationsService } from './service.ts';

await runService('notifications', followedBy('notifications'), createNotificationsService);
