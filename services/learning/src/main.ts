import { runService } from '@desk/kit/service/process';
import { followedBy } from '@desk/schema/domains';
import { createLearningService } from './service.ts';

await runService('learning', followedBy('learning'), createLearningService);
