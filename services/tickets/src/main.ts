import { runService } from '@desk/kit/service/process';
import { followedBy } from '@desk/schema/domains';
import { createTicketsService } from './service.ts';

await runService('tickets', followedBy('tickets'), createTicketsService);
