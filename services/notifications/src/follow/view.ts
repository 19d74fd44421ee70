import type { Connection } from '@desk/kit/api/page';
import type { Follow } from './follow.ts';

export type FollowPage = Connection<Follow>;

/** The answer of a mutation that changes a follow. */
export interface FollowAnswer {
  follow: Follow;
  version: number;
  replayed: boolean;
}
