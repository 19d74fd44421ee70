import { runService } from '@desk/kit/service/process';
import { followedBy } from '@desk/schema/domains';
import { createChangesService } from './service.ts';

await runService('changes', followedBy('changes'), createChangesService);
