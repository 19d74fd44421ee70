import { runService } from '@desk/kit/service/process';
import { followedBy } from '@desk/schema/domains';
import { createDirectoryService } from './service.ts';

await runService('directory', followedBy('directory'), createDirectoryService);
