import { runService } from '@desk/kit/service/process';
import { followedBy } from '@desk/schema/domains';
import { createContinuityService } from './service.ts';

await runService('continuity', followedBy('continuity'), createContinuityService);
